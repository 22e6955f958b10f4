"""Server time of the worklist at 100,000 studies of drawn people: the whole answer, from request to HTML.

`python -m tests.benchmarks.worklist [studies]` writes the raw rounds; `... worklist table` prints the README's table.
"""

import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from db.session import open_engine, upgrade
from dicom_node.web.application import build
from dicom_node.web.room import Room
from tests.benchmarks.ensemble import commit
from tests.factories import make_settings
from tests.postgresql import make_database, postgresql
from tests.synthetic import NOW, fill
from tests.web.browser import Browser

RESULTS = Path(__file__).parent / "results" / "worklist.csv"
STUDIES, ROUNDS, GOAL_MS = 100_000, 9, 200
PLACES = ("SQLite", "PostgreSQL")
Row = dict[str, Any]
QUESTIONS = {
    "first page": "/",
    "only what is held": "/?state=held",
    "least agreement first": "/?sort=agreement",
    "search that finds one patient": "/?text=syn-4321",
    "search that finds nobody": "/?text=nobody",
    "a page far down": "/?after=500",
    "far down, least agreement first": "/?sort=agreement&after=0.989~1",
}
STATES = (
    "UPDATE study SET patient_name = 'Doe^' || id",
    "UPDATE analysis SET state = 'held', is_current = false, reason = 'fold_agreement: drawn' WHERE id % 50 = 0",
    "UPDATE analysis SET state = 'not_measured', is_current = false, reason = 'coverage: drawn' WHERE id % 50 = 1",
    "UPDATE study SET reason = 'asked'",
)
"""What the drawn results lack: names, and studies that wait or came to nothing."""


def main(studies: int) -> None:
    """Fill, ask in turn, write the rounds."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browsers = dict(_browsers(stack, Path(folder), studies))
        asked = [(name, question) for question in QUESTIONS for name in browsers]
        for name, question in asked:  # templates and pages of the database are warm
            browsers[name].get(QUESTIONS[question])
        told = {"commit": commit(), "studies": studies, "cores": os.cpu_count()}
        made = [told | _timed(browsers[name], name, question, n) for n in range(ROUNDS) for name, question in asked]
    _save(made)
    print(table(read()))


def _browsers(stack: ExitStack, folder: Path, studies: int) -> Iterator[tuple[str, Browser]]:
    server = stack.enter_context(postgresql("shared_buffers=256MB"))
    for name, url in zip(
        PLACES, (f"sqlite:///{folder / 'bench.sqlite'}", make_database(server, "bench")), strict=True
    ):
        upgrade(url)
        engine = open_engine(url)
        stack.callback(engine.dispose)
        _drawn(engine, studies)
        settings = make_settings(folder, web={"enabled": True, "sign_in": False})
        application = build(Room(settings=settings, engine=engine, now=lambda: NOW))
        yield name, Browser(application, "http://localhost", {})


def _drawn(engine: Engine, studies: int) -> None:
    fill(engine, studies)
    with engine.begin() as connection:
        for statement in STATES:
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _timed(browser: Browser, place: str, question: str, number: int) -> Row:
    began = time.perf_counter()
    answer = browser.get(QUESTIONS[question])
    seconds = round(time.perf_counter() - began, 6)
    assert answer.status_code == 200
    return {"place": place, "question": question, "round": number, "seconds": seconds}


def _save(rows: list[Row]) -> None:
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read() -> list[Row]:
    """The committed rounds."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: list[Row]) -> str:
    """Median (minimum to maximum) in ms, a row a question."""
    lines = [f"| ms | {' | '.join(PLACES)} | goal |", "|---|---|---|---|"]
    for question in QUESTIONS:
        cells = [_cell([row for row in rows if (row["place"], row["question"]) == (at, question)]) for at in PLACES]
        lines.append(f"| {question} | {' | '.join(cells)} | {GOAL_MS} |")
    first = rows[0]
    told = (
        f"{int(first['studies']):,} studies of drawn people, the whole answer; median (minimum to maximum) of "
        f"{ROUNDS} rounds; {first['cores']} shared cores; commit {first['commit']}."
    )
    return "\n".join([*lines, "", told])


def _cell(rows: list[Row]) -> str:
    found = [1000 * float(row["seconds"]) for row in rows]
    return f"{statistics.median(found):.0f} ({min(found):.0f} to {max(found):.0f})"


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else str(STUDIES)
    print(table(read())) if given == "table" else main(int(given))
