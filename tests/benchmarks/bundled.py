"""The bundled model on drawn slices that were held out: the tables of `l3node evaluate`, kept for the README.

`python -m tests.benchmarks.bundled` draws and segments them, `... bundled table` prints what came of it.  Drawn
slices say nothing about patients.
"""

import csv
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from dicom_node import phantom_training
from dicom_node.phantom_training import KINDS
from inference.model_folder import BUNDLED
from reporting.evaluation import CLASSES

RESULTS = Path(__file__).parent / "results"
PICTURES = Path(__file__).parents[2] / ".pictures"
TABLES = ("folds", "dice", "numbers")
FIGURES = ("dice", "scatter_area_mask_cm2", "bland_altman_area_mask_cm2", "best_and_worst")


def main() -> None:
    """Measure, or print what was measured."""
    if sys.argv[1:] == ["table"]:
        print(table(read()))
    else:
        measure()


def measure() -> None:
    """Keep the tables of the command, and some of its figures."""
    with tempfile.TemporaryDirectory() as folder:
        phantom_training.judge(BUNDLED, Path(folder), Console())
        for kind in KINDS:
            told = Path(folder) / "evaluation" / kind
            for name in TABLES:
                shutil.copyfile(told / f"{name}.csv", RESULTS / f"bundled_{kind}_{name}.csv")
        for name in FIGURES:
            shutil.copyfile(
                Path(folder) / "evaluation" / KINDS[0] / f"{name}.png", PICTURES / f"evaluation-{name}.png"
            )


def read() -> dict[str, list[dict[str, str]]]:
    """The kept tables by kind and name."""
    found = {}
    for kind in KINDS:
        for name in TABLES:
            with (RESULTS / f"bundled_{kind}_{name}.csv").open(newline="") as file:
                found[f"{kind} {name}"] = list(csv.DictReader(file))
    return found


def table(found: dict[str, list[dict[str, str]]]) -> str:
    """The README's tables in Markdown."""
    lines = [
        f"| drawn slices | fold | {' | '.join(tissue.replace('_', ' ') for tissue in CLASSES)} |",
        "|---|---|---|---|---|---|",
        *(_fold_line(kind, row) for kind in KINDS for row in found[f"{kind} folds"]),
        "",
        "| drawn slices | class | DSC, mean ± SD (min) | 95 % | n ≥ .90 | rest | best fold | t-test p | HD95 mm |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_dice_line(kind, found[f"{kind} dice"], tissue) for kind in KINDS for tissue in CLASSES),
        "",
        "| drawn slices | class | area cm², r | MAE | bias (limits) | ICC | attenuation HU, r | bias (limits) |",
        "|---|---|---|---|---|---|---|---|",
        *(_numbers_line(kind, found[f"{kind} numbers"], tissue) for kind in KINDS for tissue in CLASSES),
    ]
    return "\n".join(lines)


def _fold_line(kind: str, row: dict[str, str]) -> str:
    cells = (f"{_cell(row[f'{tissue} mean'])} ± {_cell(row[f'{tissue} SD'])}" for tissue in CLASSES)
    return f"| {kind} ({row['n']}) | {row['fold'].replace('_', ' ')} | {' | '.join(cells)} |"


def _dice_line(kind: str, rows: list[dict[str, str]], tissue: str) -> str:
    own, best = [row for row in rows if row["class"] == tissue]
    cells = (
        f"{kind} ({own['n']})",
        tissue.replace("_", " "),
        f"{_cell(own['mean'])} ± {_cell(own['SD'])} ({_cell(own['minimum'])})",
        f"{_cell(own['95 % low'])} to {_cell(own['95 % high'])}",
        own["n >= .90"],
        _cell(own["mean of rest"]),
        f"{_cell(best['mean'])} ({best['method'].replace('_', ' ')})",
        _cell(own["t-test p"]),
        f"{_cell(own['HD95 mm'], 1)} ± {_cell(own['HD95 SD'], 1)}",
    )
    return f"| {' | '.join(cells)} |"


def _numbers_line(kind: str, rows: list[dict[str, str]], tissue: str) -> str:
    own = {row["quantity"]: row for row in rows if row["class"] == tissue}
    area, hu = own["area_mask_cm2"], own["hu_mask_mean"]
    cells = (
        f"{kind} ({area['n']})",
        tissue.replace("_", " "),
        _cell(area["r"]),
        _cell(area["MAE"], 1),
        _limits(area),
        _cell(area["ICC"]),
        _cell(hu["r"]),
        _limits(hu),
    )
    return f"| {' | '.join(cells)} |"


def _limits(row: dict[str, str]) -> str:
    return f"{_cell(row['bias'], 1)} ({_cell(row['limit low'], 1)} to {_cell(row['limit high'], 1)})"


def _cell(told: str, digits: int = 3) -> str:
    """A number shortened; "-" for what could not be computed."""
    try:
        value = float(told)
    except ValueError:
        return "-"
    return f"{value:.0e}" if digits == 3 and 0 < abs(value) < 0.0005 else f"{value:z.{digits}f}"


if __name__ == "__main__":
    main()
