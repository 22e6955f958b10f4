"""What the cohort commands show on a terminal, and the figures that they write."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from db.cohort import COLUMNS
from db.questions import Filter
from db.twins import Twins
from dicom_node.cohort.summary import Summary
from reporting import agreement as statistics
from reporting.agreement import NotComputable
from reporting.change import Change
from reporting.cohort import QUANTITIES, groups
from reporting.cohort_figures import encoded, figure

COMPARED = {
    "total_area_m29_150_cm2": "area -29..150 HU, all, cm2",
    "psoas_area_m29_150_cm2": "psoas, cm2",
    "paraspinal_area_m29_150_cm2": "paraspinal, cm2",
    "abdominal_wall_area_m29_150_cm2": "abdominal wall, cm2",
    "total_area_mask_cm2": "area of the mask, all, cm2",
    "total_hu_m29_150_mean": "attenuation -29..150 HU, all, HU",
}


def dictionary() -> None:
    """The columns of the view."""
    table = _table("column", "type", "unit", "meaning", "de-identified export")
    for column in COLUMNS:
        table.add_row(column.name, column.type.__name__, column.unit, column.meaning, column.private or "as it is")
    Console().print(table)


def rows(names: Sequence[str], found: Sequence[Sequence[Any]], total: int) -> None:
    """A page of rows."""
    table = _table(*names)
    for row in found:
        table.add_row(*map(_cell, row))
    Console().print(table)
    _say(f"{len(found)} of {total:,} rows, the newest first")


def summary(found: Summary, of: Filter) -> None:
    """By sex and decade, then what is missing."""
    _say(f"{found.rows:,} results of {found.patients:,} patients ({of}); snapshot {found.snapshot}")
    table = _table("sex", "age", "n", *(f"{name}: mean (SD) [5 %, 95 %]" for name in QUANTITIES.values()))
    for group in groups(found.people):
        spreads = (group.spread[name] for name in QUANTITIES)
        table.add_row(group.sex if group.decade is None else "", group.ages, f"{group.n:,}", *map(_spread, spreads))
    Console().print(table)
    missing = {name: number for name, number in found.missing.items() if name in _TELLING}
    for name, number in missing.items():
        _say(f"without {name}: {number:,} ({number / found.rows:.1%})")


_TELLING = ("patient_key", "patient_sex", "patient_age_years", "height_m", "weight_kg", "contrast_phase", "kvp")
"""Columns whose absence keeps a row out of an analysis."""


def outcomes(found: Sequence[tuple[str, str, int]]) -> None:
    """What became of all requests of this node."""
    total = sum(number for _, _, number in found)
    table = _table("all requests", "reason", "n", "share")
    for state, code, number in found:
        table.add_row(state.replace("_", " "), code, f"{number:,}", f"{number / total:.1%}")
    Console().print(table)


def plots(found: Summary, of: Filter, folder: Path, form: Literal["png", "svg"]) -> Iterator[Path]:
    """A figure per quantity."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in QUANTITIES:
        path = folder / f"{name}.{form}"
        title = f"{found.rows:,} results of {found.patients:,} patients, {of}; snapshot {found.snapshot}"
        path.write_bytes(encoded(figure(found.people, name, title), form))
        yield path


def agreement(found: Sequence[Twins]) -> None:
    """Agreement of two results of the same images."""
    moved = sum(not twins.same_slice for twins in found)
    _say(f"{len(found):,} series measured by both, {moved:,} of them on another slice")
    table = _table("", "n", "mean absolute error", "bias", "95 % limits of agreement", "Pearson's r")
    for name, words in COMPARED.items():
        values = [(twins.other[name], twins.reference[name]) for twins in found]
        known = [(one, other) for one, other in values if one is not None and other is not None]
        table.add_row(words, f"{len(known):,}", *_agreement(*zip(*known, strict=True)) if known else ("-",) * 4)
    Console().print(table)


def _agreement(other: Sequence[float], reference: Sequence[float]) -> tuple[str, str, str, str]:
    error = statistics.mean_absolute_error(other, reference)
    limits, correlation = statistics.bland_altman(other, reference), statistics.pearson(other, reference)
    told = (
        ("-", "-")
        if isinstance(limits, NotComputable)
        else (f"{limits.bias:+.2f}", f"{limits.low:+.2f} to {limits.high:+.2f}")
    )
    r = "-" if isinstance(correlation, NotComputable) else f"{correlation.r:.4f}"
    return (str(error) if isinstance(error, NotComputable) else f"{error:.2f}", *told, r)


def changes(found: Sequence[tuple[str, str, Change]], limit: int) -> None:
    """Differences between comparable examinations, the patient's key shortened."""
    units = {"area_cm2": "cm2", "hu": "HU"}
    table = _table("patient", "from", "to", "difference", "per year", "called", "bound")
    for key, quantity, change in found[:limit]:
        unit = units[quantity]
        rate = "-" if change.per_year is None else f"{change.per_year:+.1f} {unit}"
        difference = f"{change.difference:+.1f} {unit}"
        table.add_row(key[:8], f"{change.earlier}", f"{change.later}", difference, rate, change.call, change.why)
    Console().print(table)
    _say(f"{min(limit, len(found)):,} of {len(found):,} differences between comparable examinations")


def _spread(spread: tuple[int, float, float, float, float, float]) -> str:
    n, mean, sd, low, _, high = spread
    return f"{mean:.1f} ({sd:.1f}) [{low:.1f}, {high:.1f}]" if n > 1 else (f"{mean:.1f}" if n else "-")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 1
        else f"{value:.1f}"
        if isinstance(value, float)
        else str(value)
    )


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _say(line: str) -> None:
    Console().print(line, highlight=False, soft_wrap=True, markup=False)
