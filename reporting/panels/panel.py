"""A panel as its data file states it.  Without provenance it is refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reporting.change import Detectable

DATA = Path(__file__).with_name("data")
DETECTABLE = "detectable.toml"
Quantity = Literal["smi", "area", "hu"]
QUANTITIES: tuple[Quantity, ...] = ("smi", "area", "hu")
Contrast = Literal["any", "native"]
PROVENANCE = ("source_read", "says", "address", "read_on")
EVERY: tuple[float, float] = (0.0, 1000.0)


class NoProvenance(Exception):
    """A data file that does not say where its numbers were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where numbers were read: "original" or "as cited in ...", what it says, its address, the date."""

    source_read: str
    says: str
    address: str
    read_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One cut-off for a sex; `age` (years) and `bmi` (kg/m2) are ranges, the upper end not included."""

    sex: Literal["M", "F"]
    value: float
    age: tuple[float, float] = EVERY
    bmi: tuple[float, float] = EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Cut-offs of one quantity of total muscle within -29..150 HU; `key` names it in the database."""

    key: str
    name: str
    version: int
    quantity: Quantity
    unit: str
    citation: str
    population: str
    contrast: Contrast
    cuts: tuple[Cut, ...]
    provenance: tuple[Provenance, ...]

    @property
    def read(self) -> str:
        """How its numbers are known, in words."""
        return "; ".join(dict.fromkeys(where.source_read for where in self.provenance))


def read_panels(folder: Path = DATA) -> tuple[Panel, ...]:
    """Every panel of a folder, a file each; raises `NoProvenance`."""
    files = sorted(path for path in folder.glob("*.toml") if path.name != DETECTABLE)
    return tuple(panel for path in files for panel in _panels(path))


def _panels(path: Path) -> tuple[Panel, ...]:
    told = tomllib.loads(path.read_text())
    where = _provenance(path, told)
    return tuple(
        Panel(
            key=f"{path.stem}_{quantity}",
            name=told["name"],
            version=told["version"],
            quantity=quantity,
            unit=told[quantity]["unit"],
            citation=told["citation"],
            population=told["population"],
            contrast=told.get("contrast", "any"),
            cuts=tuple(map(_cut, told[quantity]["cuts"])),
            provenance=where,
        )
        for quantity in QUANTITIES
        if quantity in told
    )


def _provenance(path: Path, told: Mapping[str, Any]) -> tuple[Provenance, ...]:
    found = told.get("provenance") or ()
    if not found or any(not one.get(field) for one in found for field in PROVENANCE):
        raise NoProvenance(f"{path.name}: each [[provenance]] needs {', '.join(PROVENANCE)}")
    for one in found:
        if one["source_read"] != "original" and not one["source_read"].startswith("as cited in "):
            raise NoProvenance(f'{path.name}: source_read is "original" or "as cited in ..."')
    return tuple(Provenance(**{field: one[field] for field in PROVENANCE}) for one in found)


def _cut(told: Mapping[str, Any]) -> Cut:
    low_age, high_age = told.get("age", EVERY)
    low_bmi, high_bmi = told.get("bmi", EVERY)
    return Cut(sex=told["sex"], value=told["value"], age=(low_age, high_age), bmi=(low_bmi, high_bmi))


def detectable(folder: Path = DATA) -> Detectable:
    """The smallest detectable difference; raises `NoProvenance`."""
    path = folder / DETECTABLE
    told = tomllib.loads(path.read_text())
    _provenance(path, told)
    return Detectable(area_cm2=told["area_cm2"], hu=told["hu"], source=told["source"])


PANELS = read_panels()
"""All panels of this release, in the order of their files."""
