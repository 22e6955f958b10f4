"""Whether a scanner's numbers move: medians of what the model measured on its images lately, against the year before.

Only what was measured without a person counts, once for each study.  Databases know no median alike: it is taken
here, over a bounded number of rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median, quantiles
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.schema import Analysis, Event, Measurement
from db.states import Entity

LATELY, BEFORE = timedelta(days=30), timedelta(days=365)
MOST = 10_000
"""Studies looked at, the latest first."""
ENOUGH = 20
"""Numbers in each of the two times below which nothing is marked."""
STANDARD_ERRORS = 3
"""By how many of them the part that is held must differ to be marked."""


class Seen(NamedTuple):
    """One study as the model saw it; `held` says that a person was asked."""

    scanner: str | None
    study_date: str
    hu: float | None
    area: float | None
    folds: float | None
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """Median and quartiles of some numbers; None of none."""

    count: int
    median: float | None
    quartiles: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a scanner's studies of some time have in the middle, and the part of them that was held."""

    count: int
    hu: Middle
    area: Middle
    folds: Middle
    held: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """One ManufacturerModelName lately and before; `moved` names the numbers that want looking at."""

    name: str | None
    lately: Span
    before: Span

    @property
    def moved(self) -> frozenset[str]:
        """A median outside of the middle half of the year before, or more or less held than chance explains."""
        medians = (name for name in ("hu", "area", "folds") if _is_outside(self, name))
        return frozenset((*medians, *(("held",) if _is_otherwise_held(self.lately, self.before) else ())))


def scanners(session: Session, today: date) -> list[Scanner]:
    """Each scanner of the last thirteen months, the busiest lately first."""
    return compared(seen(session, today - LATELY - BEFORE), today - LATELY)


def seen(session: Session, since: date) -> list[Seen]:
    """The latest automatic result of each study since a date."""
    was_held = exists().where(
        Event.entity == Entity.ANALYSIS, Event.entity_id == Analysis.id, Event.to_state == "held"
    )
    query = (
        select(
            Analysis.study_id,
            Measurement.manufacturer_model_name,
            Measurement.study_date,
            Measurement.total_hu_m29_150_mean,
            Measurement.total_area_m29_150_cm2,
            Measurement.fold_dice,
            was_held,
        )
        .join(Analysis, Analysis.id == Measurement.analysis_id)
        .where(Measurement.study_date >= f"{since:%Y%m%d}", Analysis.origin == "automatic")
        .order_by(Measurement.study_date.desc(), Analysis.id.desc())
        .limit(MOST)
    )
    latest: dict[int, Seen] = {}
    for study_id, *numbers in session.execute(query):
        latest.setdefault(study_id, Seen._make(numbers))
    return list(latest.values())


def compared(studies: Iterable[Seen], lately: date) -> list[Scanner]:
    """Studies from `lately` on against those before, for each scanner."""
    of: dict[str | None, tuple[list[Seen], list[Seen]]] = {}
    for one in studies:
        of.setdefault(one.scanner, ([], []))[one.study_date < f"{lately:%Y%m%d}"].append(one)
    found = [Scanner(name=name, lately=_span(new), before=_span(old)) for name, (new, old) in of.items()]
    return sorted(found, key=lambda one: (-one.lately.count, -one.before.count, one.name or ""))


def _span(studies: Sequence[Seen]) -> Span:
    return Span(
        count=len(studies),
        hu=_middle(one.hu for one in studies),
        area=_middle(one.area for one in studies),
        folds=_middle(one.folds for one in studies),
        held=sum(one.held for one in studies) / len(studies) if studies else None,
    )


def _middle(given: Iterable[float | None]) -> Middle:
    values = [value for value in given if value is not None]
    if len(values) < 2:
        return Middle(count=len(values), median=values[0] if values else None, quartiles=None)
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return Middle(count=len(values), median=median(values), quartiles=(lower, upper))


def _is_outside(scanner: Scanner, name: str) -> bool:
    new: Middle = getattr(scanner.lately, name)
    old: Middle = getattr(scanner.before, name)
    if min(new.count, old.count) < ENOUGH or new.median is None or old.quartiles is None:
        return False
    return not old.quartiles[0] <= new.median <= old.quartiles[1]


def _is_otherwise_held(new: Span, old: Span) -> bool:
    if min(new.count, old.count) < ENOUGH or new.held is None or old.held is None:
        return False
    part = (new.held * new.count + old.held * old.count) / (new.count + old.count)
    chance = sqrt(part * (1 - part) * (1 / new.count + 1 / old.count))
    return abs(new.held - old.held) > STANDARD_ERRORS * chance
