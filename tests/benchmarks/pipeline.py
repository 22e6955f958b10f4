"""What one analysis costs in a worker process as the node keeps it: getting ready, each step, memory.

`python -m tests.benchmarks.pipeline` measures and writes the raw rounds, `... pipeline table` prints the README's
table.  CPU seconds are those of the worker and hardly change on a busy machine.
"""

import csv
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from config.settings import AnalysisSettings
from dicom_node.job import Job, Measured
from dicom_node.phantom_study import write_study
from dicom_node.work.bench import Workbench
from dicom_node.worker import Opening, perform, phantom_job, warm
from inference.phantom import draw
from tests.benchmarks.ensemble import about

STARTS, ROUNDS, SLICES = 3, 7, 100
RESULTS = Path(__file__).parent / "results" / "pipeline.csv"
TITLES = {
    "ready s": ("worker with a converted model, from nothing to ready (it has analysed its phantom)", "s", 3.0),
    "ready CPU-s": ("its CPU", "CPU-s", None),
    "ready MB": ("its resident memory then", "MB", 300.0),
    "memory MB": ("the same after its studies", "MB", None),
    "headers": (f"headers of {SLICES} images", "s", None),
    "level": ("pixels, L3, evidence picture", "s", None),
    "slice to measurements": ("slice to measurements", "s", 0.25),
    "objects": ("SEG, SR and key image encoded", "s", 0.15),
    "files": ("NIfTI pair", "s", None),
    "all": ("one study, all of it", "s", None),
    "CPU-s": ("its CPU", "CPU-s", None),
}
"""What is told, its unit, and the goal."""
Row = dict[str, str]


def main() -> None:
    """Measure, or print what was measured."""
    if sys.argv[1:] != ["table"]:
        with tempfile.TemporaryDirectory() as folder:
            write([row for start in range(STARTS) for row in rows(Path(folder), start)])
    print(table(read()))


def rows(folder: Path, start: int) -> Iterator[dict[str, object]]:
    """One worker from its start to the end of its rounds."""
    opening = Opening(rules=AnalysisSettings(), cache=folder / "cache", device="cpu", threads=os.cpu_count() or 1)
    if start == 0:
        ended(opening, folder)  # converts the model
    job = study(folder)
    began = time.perf_counter()
    worker = Workbench(partial(warm, opening), partial(perform, opening), limit=600, trace=folder / "trace")
    try:
        process = worker.wait_ready()
        yield row(start, "ready s", time.perf_counter() - began)
        yield row(start, "ready CPU-s", cpu_s(process))
        yield row(start, "ready MB", resident_mb(process))
        for _ in range(ROUNDS):
            used = cpu_s(process)
            outcome = worker.run(job)
            assert isinstance(outcome, Measured), outcome
            yield row(start, "CPU-s", cpu_s(process) - used)
            for step, seconds in told(outcome.seconds).items():
                yield row(start, step, seconds)
        yield row(start, "memory MB", resident_mb(process))
    finally:
        worker.close()


def ended(opening: Opening, folder: Path) -> None:
    """A worker that gets ready and ends."""
    worker = Workbench(partial(warm, opening), partial(perform, opening), limit=600, trace=folder / "trace")
    worker.wait_ready()
    worker.close()


def study(folder: Path) -> Job:
    """A job on a drawn study."""
    made = folder / "ct"
    files = sorted(made.glob("*.dcm")) or write_study(draw(0, slices=SLICES), made)
    return replace(phantom_job(folder / "cache"), files=tuple(files))


def told(seconds: dict[str, float]) -> dict[str, float]:
    """The steps as the goals name them."""
    inner = seconds["segmentation"] + seconds["measurement"]
    kept = {step: took for step, took in seconds.items() if step in TITLES}
    return kept | {"slice to measurements": inner, "all": sum(seconds.values())}


def row(start: int, what: str, value: float) -> dict[str, object]:
    """One raw value."""
    return {"start": start, "what": what, "value": round(value, 4)}


def resident_mb(process: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def cpu_s(process: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write(found: list[dict[str, object]]) -> None:
    """One row a value."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*found[0], *about()])
        writer.writeheader()
        writer.writerows(row | about() for row in found)


def read() -> list[Row]:
    """The rows of the newest run."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(found: list[Row]) -> str:
    """The README's table in Markdown: median and spread, and the goal where there is one."""
    lines = ["| what | median (least to most) | goal |", "|---|---|---|"]
    for what, (title, unit, goal) in TITLES.items():
        values = [float(one["value"]) for one in found if one["what"] == what]
        digits = 0 if unit == "MB" else 2
        spread = f"{min(values):.{digits}f} to {max(values):.{digits}f}"
        wanted = "" if goal is None else f"{goal:g} {unit}, {_judged(statistics.median(values), goal)}"
        lines.append(f"| {title} | {statistics.median(values):.{digits}f} {unit} ({spread}) | {wanted} |")
    first = found[0]
    circumstances = (
        f"{_count(found, 'ready s')} starts, {_count(found, 'all')} studies in all, drawn, of {SLICES} images; "
        f"{first['cores']} shared cores; {first['versions']}; commit {first['commit']}."
    )
    return "\n".join([*lines, "", circumstances])


def _count(found: list[Row], what: str) -> int:
    return sum(one["what"] == what for one in found)


def _judged(value: float, goal: float) -> str:
    return "reached" if value <= goal else "missed"


if __name__ == "__main__":
    main()
