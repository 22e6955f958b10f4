"""The README's figures of reception, made from the raw rounds that are kept beside this file.

`python -m tests.benchmarks.table` writes them into the README; a test compares the two.
"""

import csv
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
RECEIVE, SUSTAINED = RESULTS / "receive.csv", RESULTS / "sustained.csv"
Row = dict[str, str]

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- made by tests/benchmarks/table.py -->\n", "<!-- end of what is made -->"

TITLES = {
    "l3node": ("l3node", "yes"),
    "l3node-stock": ("l3node, `lane = false`", "yes"),
    "pynetdicom-durable": ("pynetdicom, bytes to a file, file and folder synced", "yes"),
    "pynetdicom": ("`python -m pynetdicom storescp`", "no"),
    "orthanc": ("Orthanc", "its default"),
    "dcmtk-sync": ("DCMTK `storescp --fork`, one `sync` at the end", "at the end"),
    "dcmtk": ("DCMTK `storescp --fork`", "no"),
}
"""What the table calls a receiver, and when its objects survive power loss."""
GOALS = (
    ("pynetdicom-durable", "pynetdicom made durable", "3 and 5"),
    ("orthanc", "Orthanc", "2.5 and 5"),
    ("dcmtk", "DCMTK, which syncs nothing", "1.0 and 1.5, meant for a journal that was not built"),
)
"""Whom the node is held against, and what it was meant to be."""


def read(path: Path) -> list[Row]:
    """The raw rounds of the newest commit that was measured."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["commit"] == rows[-1]["commit"]]


def receive_table(rows: list[Row]) -> str:
    """Median (minimum to maximum) of the rounds, a line a receiver, in Markdown."""
    lines = [
        "| receiver | durable | images/s, 1 association | images/s, 4 | server CPU ms/image, 1 | 4 |",
        "|---|---|---|---|---|---|",
    ]
    for name, (title, durable) in TITLES.items():
        own = [row for row in rows if row["receiver"] == name]
        cpu = [_cell(own, n, lambda row: 1000 * float(row["cpu_s"]) / int(row["images"]), ".2f") for n in "14"]
        for column, what in (("answered_s", title), ("rows_s", f"{title}, rows committed")):
            if any(row[column] for row in own):
                speed = [_cell(own, n, lambda row, c=column: int(row["images"]) / float(row[c]), ".0f") for n in "14"]
                lines.append(f"| {' | '.join([what, durable, *speed, *cpu])} |")
                cpu = ["", ""]
    return "\n".join([*lines, "", *_goals(rows), _circumstances(rows)])


def _goals(rows: list[Row]) -> Iterable[str]:
    """How many times as fast the node is as others, beside what it was meant to be."""
    told = [
        f"{_times(rows, other, '1'):.2f} x {name} with one association, {_times(rows, other, '4'):.2f} x with four "
        f"(goals {goals})"
        for other, name, goals in GOALS
        if {other, "l3node"} <= {row["receiver"] for row in rows}
    ]
    return [f"Medians, images answered: {'; '.join(told)}.", ""] if told else []


def _times(rows: list[Row], other: str, associations: str) -> float:
    def speed(receiver: str) -> float:
        own = [row for row in rows if (row["receiver"], row["associations"]) == (receiver, associations)]
        return statistics.median(int(row["images"]) / float(row["answered_s"]) for row in own)

    return speed("l3node") / speed(other)


def sustained_line(rows: list[Row]) -> str:
    """The newest sustained run as a sentence."""
    row = rows[-1]
    rate = {column: int(row["images"]) / float(row[column]) for column in ("answered_s", "rows_s")}
    return (
        f"{int(row['images']):,} images in a row, four associations: {rate['answered_s']:.0f} images/s answered, "
        f"{rate['rows_s']:.0f} with their rows; resident memory of the node {row['rss_first_mb']} MB after the first "
        f"{row['batch']}, {row['rss_max_mb']} MB at most, {row['rss_last_mb']} MB at the end "
        f"(commit {row['commit']})."
    )


def text() -> str:
    """All that the README shows of the group `receive`; empty where nothing was measured."""
    parts = [(RECEIVE, receive_table), (SUSTAINED, sustained_line)]
    return "\n\n".join(
        f"{show(rows)} Raw rounds: [{path.name}]({path.relative_to(README.parent)})."
        for path, show in parts
        if (rows := read(path))
    )


def shown(readme: str) -> str:
    """What the README shows between its two marks."""
    return readme.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Write the README's figures anew."""
    readme = README.read_text()
    README.write_text(readme.replace(BEGIN + shown(readme) + END, f"{BEGIN}\n{text()}\n\n{END}"))


def _cell(rows: Iterable[Row], associations: str, value: Callable[[Row], float], form: str) -> str:
    found = [value(row) for row in rows if row["associations"] == associations]
    return f"{statistics.median(found):{form}} ({min(found):{form}} to {max(found):{form}})" if found else ""


def _circumstances(rows: list[Row]) -> str:
    versions = sorted({row["version"] for row in rows})
    images = sorted({f"{row['images']} images of {int(row['image_bytes']) / 1000:.0f} KB" for row in rows})
    rounds = len({row["round"] for row in rows})
    return (
        f"Median (minimum to maximum) of {rounds} alternating rounds, {', '.join(images)} each; "
        f"{rows[0]['cores']} cores shared with the sender, {rows[0]['disk']}, loopback; {'; '.join(versions)}; "
        f"commit {rows[0]['commit']}."
    )


if __name__ == "__main__":
    main()
