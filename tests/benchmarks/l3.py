"""CPU seconds and working set of finding L3 in series of 512 x 512: raw rounds as CSV, a table for the README.

`python -m tests.benchmarks.l3` measures, `... l3 table` prints the table of the committed rounds.  Nothing is a gate.
"""

import csv
import os
import platform
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless

from config.settings import AnalysisSettings
from dicom_node.phantom_study import write_series
from dicom_node.study.grid import stack
from dicom_node.study.pixels import read_volume
from dicom_node.study.series import read_series
from inference.ct import CtVolume
from inference.l3 import locate
from inference.phantom import draw
from tests.benchmarks.receive import commit

SERIES = ((300, 1.5), (1000, 0.6))
"""Slices, and their spacing in mm."""
ROUNDS = 5
COMPRESSED = 60
"""Slices of the compressed series: encoding them costs more than all that is measured."""
HEADERS, READING, FINDING, BOTH = "headers", "headers and pixels", "finding", "all"
DECODING, ABOVE = "JPEG 2000 lossless, a slice", "above the volume, MB"
RESULTS = Path(__file__).parent / "results" / "l3.csv"
HEAD = ("slices", "step", "round", "value", "commit", "python", "cpus")
Row = dict[str, str]


def main() -> None:
    """Measure and write the raw rounds, or print the table of those that are kept."""
    if sys.argv[1:] != ["table"]:
        write([*(row for slices, mm in SERIES for row in measured(slices, mm)), *decoding()])
    print(table(read()))


def measured(slices: int, spacing_mm: float) -> Iterator[tuple[int, str, int, float]]:
    """All rounds of one uncompressed series, CPU seconds; what the finder holds above the volume, MB."""
    with tempfile.TemporaryDirectory() as folder:
        write_series(draw(0, slices=slices, spacing_mm=(spacing_mm, 0.78, 0.78)).volume, Path(folder))
        files = sorted(Path(folder).iterdir())
        for number in range(ROUNDS):
            began = time.process_time()
            read_series(files)
            headers = time.process_time()
            volume = series_volume(files)
            ready = time.process_time()
            level = locate(volume)
            done = time.process_time()
            assert level.index is not None, level.reason
            yield slices, HEADERS, number, headers - began
            yield slices, READING, number, ready - headers
            yield slices, FINDING, number, done - ready
            yield slices, BOTH, number, done - headers
        yield slices, ABOVE, 0, working_set_mb(volume)


def decoding() -> Iterator[tuple[int, str, int, float]]:
    """CPU seconds that a compressed slice takes more than an uncompressed one."""
    with tempfile.TemporaryDirectory() as folder:
        write_series(draw(0, slices=COMPRESSED, spacing_mm=(1.5, 0.78, 0.78)).volume, Path(folder))
        files = sorted(Path(folder).iterdir())
        plain = [cpu(files) for _ in range(ROUNDS)]
        for path in files:
            image = dcmread(path)
            image.compress(JPEG2000Lossless, generate_instance_uid=False)
            image.save_as(path)
        for number in range(ROUNDS):
            yield COMPRESSED, DECODING, number, (cpu(files) - statistics.median(plain)) / COMPRESSED


def cpu(files: list[Path]) -> float:
    """CPU seconds of reading a series."""
    began = time.process_time()
    series_volume(files)
    return time.process_time() - began


def series_volume(files: list[Path]) -> CtVolume:
    """Headers, grid and pixels, as the pipeline reads them."""
    return read_volume(stack(read_series(files)[0][0], AnalysisSettings()))


def working_set_mb(volume: CtVolume) -> float:
    """Most memory that `locate` holds at a time, the volume apart."""
    tracemalloc.start()
    locate(volume)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def write(rows: list[tuple[int, str, int, float]]) -> None:
    """One row a step and round, in place of those that were kept."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        told = csv.writer(file, lineterminator="\n")
        told.writerow(HEAD)
        circumstances = commit(), platform.python_version(), os.cpu_count()
        told.writerows([*row[:3], round(row[3], 4), *circumstances] for row in rows)


def read() -> list[Row]:
    """The raw rounds that are kept."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: list[Row]) -> str:
    """The README's table in Markdown: median (minimum to maximum), CPU seconds."""
    lines = [
        "| slices of 512 x 512 | headers and pixels | finding L3 | together | above the volume |",
        "|---|---|---|---|---|",
    ]
    for slices, _ in SERIES:
        cells = [cell(rows, slices, step) for step in (READING, FINDING, BOTH)]
        lines.append(f"| {slices} | {' | '.join(cells)} | {cell(rows, slices, ABOVE, '.0f')} MB |")
    first = rows[0]
    return "\n".join(
        [
            *lines,
            "",
            f"CPU seconds, median (minimum to maximum) of {ROUNDS} rounds, uncompressed; 300 headers alone take "
            f"{cell(rows, SERIES[0][0], HEADERS)}. Compressed by JPEG 2000 lossless each slice takes "
            f"{cell(rows, COMPRESSED, DECODING, '.3f')} CPU-s more. {first['cpus']} shared cores, Python "
            f"{first['python']}, commit {first['commit']}.",
        ]
    )


def cell(rows: list[Row], slices: int, step: str, form: str = ".2f") -> str:
    """Median and range of one step."""
    values = [float(row["value"]) for row in rows if (row["slices"], row["step"]) == (str(slices), step)]
    told = f"{statistics.median(values):{form}}"
    return told if len(values) == 1 else f"{told} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    main()
