"""`l3node check --explain`: what the rules make of the series in some files, in words an administrator understands.

The same reading, rules and score as in the node; no pixels, no model, no database.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.settings import AnalysisSettings
from dicom_node.study.choose import UNREADABLE, Verdict, judge, kernel_of, phase_of
from dicom_node.study.geometry import Orientation
from dicom_node.study.header import number
from dicom_node.study.series import Series, read_series, walk
from inference.errors import Unsuitable

UNKNOWN = "-"
PLANES = ("sagittal", "coronal", "axial")
"""By the axis of the body that the normal of the image is nearest to."""


def explain(files: Iterable[Path], rules: AnalysisSettings, console: Console) -> bool:
    """Print a verdict for every series and a reason for every file that can't be read; whether any could."""
    with console.status("reading headers"):
        found, unreadable = read_series(walk(files))
    for place, study in enumerate(_by_study(found), start=1):
        verdicts = judge(study, rules)
        console.print(_table(f"Study {place}", verdicts))
        for line in (line for verdict in verdicts for line in _reasons(verdict)):
            console.print(escape(line), highlight=False)
        console.print(_choice(verdicts), highlight=False)
    for line in _unreadable(unreadable):
        console.print(escape(line), style="yellow", highlight=False, soft_wrap=True)
    if not found:
        console.print("nothing could be read", style="red")
    return bool(found)


def _unreadable(refused: Iterable[tuple[Path, Unsuitable]]) -> Iterator[str]:
    """A line for each folder and reason: an archive on a disc has many files of the same fault."""
    groups: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for path, refusal in refused:
        groups[path.parent, str(refusal)].append(path.name)
    for (folder, told), names in groups.items():
        more = f" and {len(names) - 1} more" if names[1:] else ""
        yield f"{folder / names[0]}{more}: {told}"


def _by_study(found: Iterable[Series]) -> Iterable[list[Series]]:
    studies: dict[str, list[Series]] = defaultdict(list)
    for series in found:
        studies[str(series.header.get("StudyInstanceUID"))].append(series)
    return studies.values()


def _table(title: str, verdicts: Iterable[Verdict]) -> Table:
    table = Table(title=title, title_justify="left", padding=0)
    for head in COLUMNS:
        right, whole = head in ("images", "kV"), head in ("images", "orientation", "kV", "verdict")
        table.add_column(head, justify="right" if right else "left", overflow="fold", no_wrap=whole)
    for verdict in verdicts:
        table.add_row(
            *(escape(_told(tell, verdict)) for tell in COLUMNS.values()), style=None if verdict.stack else "dim"
        )
    return table


def _told(tell: Callable[[Verdict], str], verdict: Verdict) -> str:
    """A cell, empty-handed where the header has something else than its VR says."""
    try:
        return tell(verdict) or UNKNOWN
    except UNREADABLE:
        return UNKNOWN


def _reasons(verdict: Verdict) -> Iterator[str]:
    """Why a series has its score, or why it is refused; what is special about it."""
    yield f"{_number(verdict)}: {verdict.score or f'refused, {verdict.refusal}'}"
    for remark in verdict.stack.remarks if verdict.stack else ():
        yield f"{_number(verdict)}: marked, {remark}"


def _choice(verdicts: tuple[Verdict, ...]) -> str:
    """Which series the node would measure, and which would be next should that fail."""
    admitted = [escape(_named(verdict)) for verdict in verdicts if verdict.stack]
    if not admitted:
        return "[bold red]nothing to measure[/]\n"
    more = f"; should it have no L3, in this order: {', '.join(admitted[1:])}" if admitted[1:] else ""
    return f"[bold]would be measured: {admitted[0]}[/]{more}\n"


def _named(verdict: Verdict) -> str:
    description = verdict.series.header.get("SeriesDescription")
    return f"{_number(verdict)} {description}" if description else _number(verdict)


def _number(verdict: Verdict) -> str:
    return f"series {verdict.series.header.get('SeriesNumber') or '?'}"


def _decision(verdict: Verdict) -> str:
    """The reason against a series stands in full below the table."""
    if verdict.score:
        return f"admitted {verdict.score.total:.2f}"
    return "refused"


def _orientation(verdict: Verdict) -> str:
    header = verdict.series.header
    normal = np.abs(Orientation.of(header.ImageOrientationPatient).normal)
    return f"{PLANES[int(normal.argmax())]} {header.get('PatientPosition') or ''}".strip()


def _spacing(verdict: Verdict) -> str:
    """Of slices, and their thickness."""
    thickness = number(verdict.series.header, "SliceThickness")
    spacing = f"{verdict.stack.spacing_mm:.2f} mm" if verdict.stack else UNKNOWN
    return f"{spacing}, {thickness:g} mm thick" if thickness else spacing


def _contrast(verdict: Verdict) -> str:
    agent = verdict.series.header.get("ContrastBolusAgent")
    return phase_of(verdict.series) or ("with agent, phase not stated" if agent else "")


def _voltage(header: Dataset) -> str:
    voltage = number(header, "KVP")
    return f"{voltage:g}" if voltage else ""


COLUMNS: dict[str, Callable[[Verdict], str]] = {
    "series": _named,
    "images": lambda verdict: str(len(verdict.series.images)),
    "orientation": _orientation,
    "spacing": _spacing,
    "kernel": lambda verdict: kernel_of(verdict.series),
    "kV": lambda verdict: _voltage(verdict.series.header),
    "contrast phase": _contrast,
    "verdict": _decision,
}
"""What is shown of a series, by the head of its column."""
