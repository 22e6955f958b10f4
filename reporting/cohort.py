"""What a cohort looks like in numbers: distributions by sex and decade, medians by month.  Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
SEXES = ("F", "M")
OTHERS = "other or not stated"
DECADE = 10
OLDEST_DECADE = 90
"""People of 90 and more stand in one group."""
FEWEST = 3
"""Fewer results make no picture, and no point of a line."""
QUANTITIES = {
    "smi_m29_150_cm2_m2": "SMI, cm²/m²",
    "total_area_m29_150_cm2": "area within -29..150 HU, cm²",
    "total_hu_m29_150_mean": "attenuation, HU",
}
"""Columns of the view that a summary shows, as a reader calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A row each: sex, age in years, and the values of each quantity; NaN where nothing is known."""

    sex: NDArray[np.str_]
    age: Values
    values: Mapping[str, Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One sex and decade (None: all ages): how many, and of each quantity n, mean, SD, 5th, 50th, 95th percentile."""

    sex: str
    decade: int | None
    n: int
    spread: Mapping[str, tuple[int, float, float, float, float, float]]

    @property
    def ages(self) -> str:
        """The decade in words."""
        if self.decade is None:
            return "all"
        return "90 and over" if self.decade >= OLDEST_DECADE else f"{self.decade} to {self.decade + DECADE - 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Results of one month (YYYY-MM) or year (YYYY) of examination: how many, quartiles and median."""

    name: str
    n: int
    low: float
    median: float
    high: float


def groups(people: People) -> list[Group]:
    """For each sex all ages, then each decade that has somebody."""
    decades = np.minimum(people.age // DECADE * DECADE, OLDEST_DECADE)
    found = []
    for sex, of_sex in sexes(people):
        found.append(_group(people, sex, None, of_sex))
        known = np.unique(decades[of_sex & ~np.isnan(decades)])
        found += [_group(people, sex, int(decade), of_sex & (decades == decade)) for decade in known]
    return found


def sexes(people: People) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Each sex that has somebody, and which rows it has."""
    others = ~np.isin(people.sex, SEXES)
    for sex, chosen in (*((sex, people.sex == sex) for sex in SEXES), (OTHERS, others)):
        if chosen.any():
            yield sex, chosen


def _group(people: People, sex: str, decade: int | None, chosen: NDArray[np.bool_]) -> Group:
    spread = {name: _spread(values[chosen]) for name, values in people.values.items()}
    return Group(sex=sex, decade=decade, n=int(chosen.sum()), spread=spread)


def _spread(values: Values) -> tuple[int, float, float, float, float, float]:
    known = values[~np.isnan(values)]
    if not known.size:
        return (0, *(float("nan"),) * 5)
    sd = float(known.std(ddof=1)) if known.size > 1 else float("nan")
    low, middle, high = (float(value) for value in np.percentile(known, [5, 50, 95]))
    return int(known.size), float(known.mean()), sd, low, middle, high


def over_time(months: NDArray[np.str_], values: Values) -> list[Period]:
    """Each month that has a value, in order; each year where most months have too few to tell anything."""
    found = _periods(months, values)
    telling = sum(one.n >= FEWEST for one in found)
    return found if 2 * telling >= len(found) else _periods(months.astype("U4"), values)


def _periods(names: NDArray[np.str_], values: Values) -> list[Period]:
    order = np.argsort(names, kind="stable")
    known, first = np.unique(names[order], return_index=True)
    parts = np.split(values[order], first[1:]) if known.size else []
    return [_period(str(name), part) for name, part in zip(known, parts, strict=True)]


def _period(name: str, values: Values) -> Period:
    low, middle, high = (float(value) for value in np.percentile(values, [25, 50, 75]))
    return Period(name=name, n=int(values.size), low=low, median=middle, high=high)
