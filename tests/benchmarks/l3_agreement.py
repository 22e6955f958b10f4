"""Full-size phantoms through the reader against the same phantoms on the finder's own grid: do both agree?

`python -m tests.benchmarks.l3_agreement [COUNT] [SEED]`: each seed is drawn with 512 x 512 pixels, written as a DICOM
series, read and located; and drawn on the working grid and located.  One row of CSV per seed.
"""

import csv
import sys
import tempfile
from pathlib import Path

from dicom_node.phantom_study import write_series
from inference.l3 import L3Level, locate
from inference.phantom.population import Case, draw_case
from tests.benchmarks.l3 import series_volume

MATRIX = 512
COUNT, SEED = 50, 0
OUT = Path("out/bench/l3_agreement.csv")
HEAD = (
    "seed", "stratum", "true_mid_mm", "grid_z_mm", "full_z_mm", "grid_confidence", "full_confidence",
    "grid_without_doubt", "full_without_doubt",
)  # fmt: skip


def main(count: int = COUNT, first: int = SEED) -> None:
    """Draw, find and write all; print how many agree."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    apart = []
    with OUT.open("w", newline="", buffering=1) as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        for seed in range(first, first + count):
            case = draw_case(seed)
            grid, full = locate(case.volume), through_the_reader(seed)
            rows.writerow(row(case, grid, full))
            if grid.z_mm is not None and full.z_mm is not None:
                apart.append(abs(grid.z_mm - full.z_mm))
    print(f"{count} phantoms; {sum(mm <= 5 for mm in apart)} of {len(apart)} with a height in both within 5 mm")


def through_the_reader(seed: int) -> L3Level:
    """What is found in the full-size DICOM series."""
    with tempfile.TemporaryDirectory() as folder:
        write_series(draw_case(seed, matrix=MATRIX).volume, Path(folder))
        return locate(series_volume(sorted(Path(folder).iterdir())))


def row(case: Case, grid: L3Level, full: L3Level) -> tuple[object, ...]:
    """One line of the file."""
    return (
        case.seed,
        case.stratum,
        case.truth.mid_mm,
        grid.z_mm,
        full.z_mm,
        round(grid.confidence, 3),
        round(full.confidence, 3),
        grid.without_doubt,
        full.without_doubt,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
