"""CPU seconds and working set of finding L3 in an uncompressed series of 512 x 512: raw rounds as CSV, medians shown.

Run by `make bench`; nothing here is a gate.
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

from config.settings import AnalysisSettings
from dicom_node.phantom_study import write_series
from dicom_node.study.grid import stack
from dicom_node.study.pixels import read_volume
from dicom_node.study.series import read_series
from inference.ct import CtVolume
from inference.l3 import locate
from inference.phantom import draw

SERIES = ((300, 1.5), (1000, 0.6))
"""Slices, and their spacing in mm."""
ROUNDS = 5
OUT = Path("out/bench/l3.csv")
Row = tuple[int, str, int, float]


def main() -> None:
    """Measure, write the raw rounds, print the medians."""
    rows = [row for slices, spacing_mm in SERIES for row in measured(slices, spacing_mm)]
    write(rows)
    for slices, step in dict.fromkeys((slices, step) for slices, step, _, _ in rows):
        values = [value for n, name, _, value in rows if (n, name) == (slices, step)]
        print(
            f"{slices:5} slices  {step:28} {statistics.median(values):8.3f}  ({min(values):.3f} to {max(values):.3f})"
        )


def measured(slices: int, spacing_mm: float) -> Iterator[Row]:
    """All rounds of one series."""
    with tempfile.TemporaryDirectory() as folder:
        write_series(draw(0, slices=slices, spacing_mm=(spacing_mm, 0.78, 0.78)).volume, Path(folder))
        files = sorted(Path(folder).iterdir())
        for number in range(ROUNDS):
            began = time.process_time()
            volume = read(files)
            read_s = time.process_time() - began
            level = locate(volume)
            assert level.index is not None, level.reason
            yield slices, "reading, CPU-s", number, read_s
            yield slices, "finding, CPU-s", number, time.process_time() - began - read_s
            yield slices, "both, CPU-s", number, time.process_time() - began
        yield slices, "above the volume, MB", 0, working_set_mb(volume)


def read(files: list[Path]) -> CtVolume:
    """Headers, grid and pixels, as the pipeline reads them."""
    return read_volume(stack(read_series(files)[0][0], AnalysisSettings()))


def working_set_mb(volume: CtVolume) -> float:
    """Most memory that `locate` holds at a time, the volume apart."""
    tracemalloc.start()
    locate(volume)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def write(rows: list[Row]) -> None:
    """One row a step and round."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["slices", "step", "round", "value", "python", "cpus", "command"])
        table.writerows([*row, platform.python_version(), os.cpu_count(), " ".join(sys.argv)] for row in rows)


if __name__ == "__main__":
    main()
