"""`l3node evaluate-l3`: how well L3 is found, from drawn phantoms or from a folder of series with a truth file."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.settings import AnalysisSettings
from dicom_node.console import bar
from dicom_node.study.grid import stack
from dicom_node.study.pixels import read_volume
from dicom_node.study.series import Series, read_series, walk
from inference.ct import CtVolume
from inference.errors import Unsuitable
from inference.l3 import L3Level, LevelStatus, locate
from inference.phantom.population import draw_case
from reporting.level_accuracy import BESIDE_MM, LevelAccuracy, LevelTrial, by_stratum

TRUTH = "truth.csv"
"""In the folder: a row per series, columns `series` (folder below it, or SeriesInstanceUID), `mid_mm`, `low_mm`,
`high_mm` (heights above the lowest slice; empty where the series shows no L3) and, if wanted, `stratum`."""
PHANTOM_CAVEAT = "phantoms; says nothing about patients"
HEADS = (
    "stratum", "n", "L3 found", "wrong level", "in vertebra", "median mm", "p95 mm",
    "without doubt", "of these wrong", "95 % bound", "negatives found",
)  # fmt: skip


class TruthFault(Exception):
    """The truth file can't be used; the message says why."""


def phantoms(count: int, first_seed: int, family: str) -> Iterator[LevelTrial]:
    """Draw and judge the phantoms of `count` seeds from `first_seed` on."""
    for seed in range(first_seed, first_seed + count):
        case = draw_case(seed, family=family)
        truth = case.truth
        yield trial(str(seed), case.stratum, (truth.mid_mm, truth.low_mm, truth.high_mm), locate(case.volume))


def truth_rows(data: Path) -> list[dict[str, str]]:
    """Rows of the truth file in `data`; raises `TruthFault`."""
    try:
        with (data / TRUTH).open(newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as fault:
        raise TruthFault(f"{data / TRUTH}: {fault.strerror}") from None
    missing = {"series", "mid_mm", "low_mm", "high_mm"} - set(rows[0] if rows else ())
    if missing:
        raise TruthFault(f"{data / TRUTH}: no rows, or no column {', '.join(sorted(missing))}")
    return rows


def folder(data: Path, rows: list[dict[str, str]]) -> Iterator[LevelTrial]:
    """Read and judge each series of the truth file."""
    by_uid: dict[str, Series] = {}
    for row in rows:
        heights = _heights(row)
        stratum = row.get("stratum") or "all series"
        yield trial(row["series"], stratum, heights, _answer(_series(data, row["series"], by_uid)))


def trial(
    name: str, stratum: str, truth: tuple[float | None, float | None, float | None], level: L3Level
) -> LevelTrial:
    """The answer beside the truth (mid, low, high)."""
    mid, low, high = truth
    return LevelTrial(
        name=name,
        stratum=stratum,
        mid_mm=mid,
        low_mm=low,
        high_mm=high,
        z_mm=level.z_mm,
        found=level.status is LevelStatus.FOUND,
        without_doubt=level.without_doubt,
        confidence=level.confidence,
        anchors=" ".join(level.anchors),
        reason=level.reason,
    )


def _heights(row: dict[str, str]) -> tuple[float | None, float | None, float | None]:
    try:
        mid, low, high = (float(row[name]) if row[name] else None for name in ("mid_mm", "low_mm", "high_mm"))
    except ValueError as fault:
        raise TruthFault(f"{row['series']}: {fault}") from None
    return mid, low, high


def _series(data: Path, name: str, by_uid: dict[str, Series]) -> Series:
    """A folder below `data`, or the series of this UID anywhere in it."""
    if (data / name).is_dir():
        found = read_series(walk([data / name]))[0]
        if len(found) != 1:
            raise TruthFault(f"{name}: {len(found)} series in this folder, one expected")
        return found[0]
    if not by_uid:
        by_uid |= {series.series_instance_uid: series for series in read_series(walk([data]))[0]}
    if name not in by_uid:
        raise TruthFault(f"{name}: neither a folder nor a SeriesInstanceUID in {data}")
    return by_uid[name]


def _answer(series: Series) -> L3Level:
    """What the finder says of the series; its geometry alone is asked to be sound."""
    try:
        return locate(_volume(series))
    except Unsuitable as why:
        return L3Level(
            status=LevelStatus.UNSUPPORTED,
            index=None,
            z_mm=None,
            confidence=0.0,
            reason=f"{why.reason}: {why.detail}",
        )


def _volume(series: Series) -> CtVolume:
    return read_volume(stack(series, AnalysisSettings()))


def show(trials: Iterable[LevelTrial], count: int, title: str, out: Path | None) -> None:
    """Judge all with a progress bar, each written as a row of a CSV file where asked; then print the table."""
    console = Console()
    done = []
    with bar(console) as progress, _rows(out) as write:
        task = progress.add_task("finding L3", total=count)
        for one in trials:
            done.append(one)
            write(one)
            progress.advance(task)
    console.print(table(by_stratum(done), title))
    if out:
        console.print(f"  {out}", highlight=False, soft_wrap=True, markup=False)


@contextmanager
def _rows(path: Path | None) -> Iterator[Callable[[LevelTrial], None]]:
    """Where trials are written, row by row: an interrupted run keeps what it has."""
    if path is None:
        yield lambda _trial: None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", buffering=1) as file:
        rows = csv.DictWriter(file, [field.name for field in fields(LevelTrial)])
        rows.writeheader()
        yield lambda one: rows.writerow(asdict(one))


def table(rows: tuple[LevelAccuracy, ...], title: str) -> Table:
    """The strata as a table."""
    shown = Table(title=title, title_justify="left")
    for head in HEADS:
        shown.add_column(head, justify="left" if head == HEADS[0] else "right")
    for row in rows:
        shown.add_row(*_cells(row), end_section=row is rows[-2] if len(rows) > 1 else False)
    shown.caption = (
        f"wrong level: more than {BESIDE_MM:g} mm outside the body of L3; bound: Clopper-Pearson, one-sided"
    )
    return shown


def _cells(row: LevelAccuracy) -> tuple[str, ...]:
    return (
        row.stratum,
        str(row.n),
        f"{row.found}/{row.positives}",
        _percent(row.wrong_level),
        _percent(row.in_body),
        _mm(row.median_mm),
        _mm(row.p95_mm),
        f"{row.doubtless} ({_percent(row.doubtless / row.n)})" if row.n else "-",
        str(row.doubtless_wrong),
        _percent(row.bound),
        f"{row.negatives_found}/{row.negatives}",
    )


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def _mm(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f}"
