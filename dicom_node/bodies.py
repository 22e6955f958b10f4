"""Heights and weights from a CSV file, and the panels they are compared with, as tables."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from db.body import Implausible, state
from dicom_node.patient_key import patient_key
from reporting.panels import PANELS
from reporting.panels.panel import EVERY, Cut

HEADS = frozenset({"patient_id", "issuer", "height_m", "height_cm", "weight_kg", "measured_on"})


class Unreadable(Exception):
    """The file is not such a CSV; nothing of it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many lines were recorded; `refused` tells of the others by number, without a name or ID."""

    taken: int
    refused: tuple[str, ...]


def take(session: Session, file: Path, secret: bytes, *, source: str, actor: str, now: datetime) -> Taken:
    """Record every plausible line; raises `Unreadable`."""
    taken, refused = 0, []
    for number, line in _lines(file):
        try:
            key, height_m, weight_kg, day = _read(line, secret)
            state(
                session,
                key,
                height_m=height_m,
                weight_kg=weight_kg,
                measured_on=day,
                source=source,
                actor=actor,
                now=now,
            )
            taken += 1
        except ValueError as why:
            told = why if isinstance(why, Implausible) else "a value that can't be read"
            refused.append(f"line {number}: {told}")
    return Taken(taken=taken, refused=tuple(refused))


def _lines(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            heads = {head.strip() for head in reader.fieldnames or ()}
            if "patient_id" not in heads or heads - HEADS:
                raise Unreadable(f"{file.name}: the first line names columns of {', '.join(sorted(HEADS))}")
            for line in reader:
                yield reader.line_num, {str(k).strip(): str(v or "").strip() for k, v in line.items()}
    except (UnicodeDecodeError, csv.Error) as fault:
        raise Unreadable(f"{file.name} is no CSV in UTF-8: {type(fault).__name__}") from None


def _read(line: Mapping[str, str], secret: bytes) -> tuple[str, float | None, float | None, date | None]:
    key = patient_key(secret, line.get("issuer"), line["patient_id"])
    if key is None:
        raise Implausible("no patient_id")
    height_m, height_cm, weight_kg = (_number(line.get(name)) for name in ("height_m", "height_cm", "weight_kg"))
    if height_m is None and height_cm is not None:
        height_m = height_cm / 100
    day = line.get("measured_on")
    return key, height_m, weight_kg, date.fromisoformat(day) if day else None


def _number(text: str | None) -> float | None:
    return float(text.replace(",", ".")) if text else None


def panel_table() -> None:
    """Every panel with its cut-offs and its provenance."""
    table = Table("panel", "cut-offs", "for", "numbers read", box=None, pad_edge=False)
    for panel in PANELS:
        cuts = "\n".join(f"{cut.sex} {cut.value:g} {panel.unit}{_ranges(cut)}" for cut in panel.cuts)
        contrast = "; CT without contrast" if panel.contrast == "native" else ""
        read = "\n".join(f"{where.source_read}: {where.address}, {where.read_on}" for where in panel.provenance)
        table.add_row(f"{panel.key} v{panel.version}", cuts, f"{panel.population}{contrast}\n{panel.citation}", read)
    Console().print(table)


def _ranges(cut: Cut) -> str:
    named = (("age", cut.age), ("BMI", cut.bmi))
    told = (f", {name} {low:g} to under {high:g}" for name, (low, high) in named if (low, high) != EVERY)
    return "".join(told).replace("to under 1000", "and more").replace(" 0 to under", " under")
