"""What a cohort looks like: distributions by sex and decade, as numbers and as a figure.  Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

Values = NDArray[np.float64]
SEXES = ("F", "M")
OTHERS = "other or not stated"
DECADE = 10
OLDEST_DECADE = 90
"""People of 90 and more stand in one group."""
QUANTITIES = {
    "smi_m29_150_cm2_m2": "SMI, cm²/m²",
    "total_area_m29_150_cm2": "area within -29..150 HU, cm²",
    "total_hu_m29_150_mean": "attenuation, HU",
}
"""Columns of the view that a summary shows, as a reader calls them."""
COLOURS = {"F": "#b2182b", "M": "#2166ac", OTHERS: "#777777"}


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


def groups(people: People) -> list[Group]:
    """For each sex all ages, then each decade that has somebody."""
    decades = np.minimum(people.age // DECADE * DECADE, OLDEST_DECADE)
    found = []
    for sex, of_sex in _sexes(people):
        found.append(_group(people, sex, None, of_sex))
        known = np.unique(decades[of_sex & ~np.isnan(decades)])
        found += [_group(people, sex, int(decade), of_sex & (decades == decade)) for decade in known]
    return found


def _sexes(people: People) -> Iterator[tuple[str, NDArray[np.bool_]]]:
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


def figure(people: People, quantity: str, title: str = "") -> Figure:
    """Distribution by sex on the left; median and 5th to 95th percentile by decade on the right."""
    drawn = Figure(figsize=(9.5, 4.2), layout="constrained")
    FigureCanvasAgg(drawn)
    left, right = drawn.subplots(1, 2, width_ratios=(1, 1.2))
    _histogram(left, people, quantity)
    _by_decade(right, groups(people), quantity)
    if title:
        drawn.suptitle(title, fontsize=10)
    return drawn


def encoded(drawn: Figure, form: Literal["png", "svg"]) -> bytes:
    """The figure as a file."""
    made = BytesIO()
    drawn.savefig(made, format=form, dpi=120)
    return made.getvalue()


def _histogram(axes: Axes, people: People, quantity: str) -> None:
    values = people.values[quantity]
    known = values[~np.isnan(values)]
    bins = min(40, max(8, int(known.size**0.5)))
    edges = np.histogram_bin_edges(known if known.size else np.zeros(1), bins=bins).tolist()
    for sex, chosen in _sexes(people):
        of_sex = values[chosen & ~np.isnan(values)]
        label = f"{sex} (n = {of_sex.size:,})"
        axes.hist(of_sex, edges, histtype="stepfilled", alpha=0.45, color=COLOURS[sex], label=label)
    axes.set_xlabel(QUANTITIES.get(quantity, quantity))
    axes.set_ylabel("results" if known.size else "nothing known")
    axes.legend(fontsize="small", frameon=False)


def _by_decade(axes: Axes, found: Sequence[Group], quantity: str) -> None:
    for number, sex in enumerate(sex for sex in COLOURS if any(group.sex == sex for group in found)):
        of_sex = [(group, group.spread[quantity]) for group in found if group.sex == sex and group.decade is not None]
        of_sex = [(group, spread) for group, spread in of_sex if spread[0]]
        places = [float(group.decade or 0) + 5 + 1.2 * (number - 0.5) for group, _ in of_sex]
        middles = [spread[4] for _, spread in of_sex]
        below = [spread[4] - spread[3] for _, spread in of_sex]
        above = [spread[5] - spread[4] for _, spread in of_sex]
        axes.errorbar(places, middles, [below, above], fmt="o-", color=COLOURS[sex], capsize=3, markersize=4, lw=1)
    axes.set_xlabel("age, years")
    axes.set_ylabel(f"{QUANTITIES.get(quantity, quantity)}\nmedian, 5th to 95th percentile")
    axes.grid(alpha=0.25)
