"""Change of one patient's muscle between two examinations: how much, how fast, and whether it is one.  Pure.

A difference is called a change only above what a repeated measurement might show: the smallest detectable difference
and the limits of the model.  Where either is unknown the numbers stand alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from inference.model_card import Limits

DAYS_A_YEAR = 365.2425
SHORTEST_DAYS = 90
"""Below it a difference is not spread over a year."""
THICKNESS_EDGES_MM = (2.5, 5.5)
"""Thin, middle and thick sections: within a class noise and partial volume are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest difference that is more than error, 95 %: area in cm2, attenuation in HU; `source` says whose."""

    area_cm2: float
    hu: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One current result: date, total area and mean attenuation within -29..150 HU, and how it came about."""

    on: date
    area_cm2: float
    hu: float | None
    phase: str | None
    kvp: float | None
    thickness_mm: float | None
    model_digest: str | None

    @property
    def kind(self) -> tuple[object, ...] | None:
        """What must be equal for two examinations to be compared; None where a part of it is unknown."""
        if not self.phase or not self.kvp or not self.thickness_mm or not self.model_digest:
            return None
        return self.phase, round(self.kvp), _thickness_class(self.thickness_mm), self.model_digest


class Call(StrEnum):
    """What a difference is called."""

    INCREASE = "increase"
    DECREASE = "decrease"
    WITHIN_ERROR = "within measurement error"
    NOT_CALLED = "not called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Later less earlier, of area (cm2) or attenuation (HU); `per_year` None below 90 days; `why` in words."""

    earlier: date
    later: date
    difference: float
    per_year: float | None
    call: Call
    why: str


def changes(
    examinations: Iterable[Examination], quantity: str, detectable: Detectable | None, limits: Limits | None
) -> Iterator[Change]:
    """Changes of "area_cm2" or "hu" between consecutive comparable examinations of one patient."""
    for alike in _comparable(examinations):
        for earlier, later in pairwise(alike):
            one, other = getattr(earlier, quantity), getattr(later, quantity)
            if one is not None and other is not None and later.on > earlier.on:
                yield _change(earlier, later, other - one, threshold(quantity, detectable, limits))


def _comparable(examinations: Iterable[Examination]) -> Iterator[Sequence[Examination]]:
    """Examinations of one kind, by date."""
    by_kind: dict[tuple[object, ...], list[Examination]] = {}
    for one in sorted(examinations, key=lambda one: one.on):
        if one.kind:
            by_kind.setdefault(one.kind, []).append(one)
    yield from by_kind.values()


def threshold(quantity: str, detectable: Detectable | None, limits: Limits | None) -> tuple[float | None, str]:
    """The larger of both bounds, and in words which; None where one is unknown."""
    if detectable is None:
        return None, "no smallest detectable difference is known"
    if limits is None:
        return None, "the model card states no limits of agreement"
    of_model = max(map(abs, getattr(limits, quantity)))
    of_repeat = getattr(detectable, quantity)
    if of_model >= of_repeat:
        return of_model, f"limits of the model, {of_model:g}"
    return of_repeat, f"smallest detectable difference, {of_repeat:g} ({detectable.source})"


def _change(earlier: Examination, later: Examination, by: float, bound: tuple[float | None, str]) -> Change:
    days = (later.on - earlier.on).days
    limit, why = bound
    if limit is None:
        call = Call.NOT_CALLED
    elif abs(by) <= limit:
        call = Call.WITHIN_ERROR
    else:
        call = Call.INCREASE if by > 0 else Call.DECREASE
    per_year = by * DAYS_A_YEAR / days if days >= SHORTEST_DAYS else None
    return Change(earlier=earlier.on, later=later.on, difference=by, per_year=per_year, call=call, why=why)


def _thickness_class(millimetres: float) -> int:
    return sum(millimetres > edge for edge in THICKNESS_EDGES_MM)
