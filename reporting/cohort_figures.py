"""Figures of a cohort: for paper, and for the dark pages.  Pure.

Every function gives a `Figure` of its own; nothing of pyplot's global state is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from reporting.agreement import BlandAltman
from reporting.cohort import FEWEST, OTHERS, QUANTITIES, Group, People, Period, groups, sexes

COLOURS = {"F": "#b2182b", "M": "#2166ac", OTHERS: "#777777"}
"""On paper."""
CARD, LINE, TEXT, MUTED = "#161d25", "#31404f", "#e8eef4", "#a3b3c2"
BRIGHT = {"F": "#ff9ec4", "M": "#7cc7ff", OTHERS: "#c9d2da"}
AMBER = "#ffc861"
"""Colours of the pages; each stands off the ground by more than 4.5 to 1."""
MARKS = {"F": "o", "M": "s", OTHERS: "^"}
"""For who sees no colours."""
WIDE, HIGH, DPI = 6.4, 3.9, 150
MARKED = 50
"""Periods up to which each has its mark."""


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
    for sex, chosen in sexes(people):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Two measurements of the same patients; `same_slice` where both were made on one image."""

    measured: NDArray[np.float64]
    reference: NDArray[np.float64]
    same_slice: NDArray[np.bool_]


def distribution(people: People, quantity: str) -> Figure:
    """Histogram by sex, with each median."""
    drawn, axes = _dark()
    values = people.values[quantity]
    known = values[~np.isnan(values)]
    edges = np.histogram_bin_edges(known, bins=min(60, max(8, int(known.size**0.5)))).tolist()
    for sex, chosen in sexes(people):
        of_sex = values[chosen & ~np.isnan(values)]
        if of_sex.size:
            label = f"{sex}: n = {of_sex.size:,}, median {np.median(of_sex):.1f}"
            axes.hist(of_sex, edges, histtype="stepfilled", alpha=0.35, color=BRIGHT[sex], label=label)
            axes.hist(of_sex, edges, histtype="step", color=BRIGHT[sex], lw=1.4)
            axes.axvline(float(np.median(of_sex)), color=BRIGHT[sex], lw=1, ls="--")
    axes.set(xlabel=QUANTITIES[quantity], ylabel="results")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(axes)
    return drawn


def by_age(people: People, quantity: str) -> Figure:
    """Median and 5th to 95th percentile by decade of age and sex; a decade with fewer than three is left out."""
    drawn, axes = _dark()
    found = [one for one in groups(people) if one.decade is not None and one.spread[quantity][0] >= FEWEST]
    for sex in (name for name in BRIGHT if any(one.sex == name for one in found)):
        _band(axes, [one for one in found if one.sex == sex], quantity)
    axes.set(xlabel="age, years", ylabel=QUANTITIES[quantity])
    axes.grid(axis="y", color=LINE, lw=0.6)
    _legend_or(axes, "no decade has three results of one sex")
    return drawn


def _band(axes: Axes, found: Sequence[Group], quantity: str) -> None:
    sex = found[0].sex
    ages = [(one.decade or 0) + 5 for one in found]
    low, middle, high = ([one.spread[quantity][place] for one in found] for place in (3, 4, 5))
    axes.fill_between(ages, low, high, color=BRIGHT[sex], alpha=0.16, lw=0)
    axes.vlines(ages, low, high, color=BRIGHT[sex], alpha=0.5, lw=1)
    axes.plot(ages, middle, marker=MARKS[sex], color=BRIGHT[sex], lw=1.8, ms=5, label=f"{sex}: median, 5 to 95 %")


def over_time(periods: Sequence[Period], quantity: str) -> Figure:
    """Median and quartiles by month or year of examination, above how many results each has."""
    drawn, (axes, below) = _dark(2)
    _quartiles(axes, [one for one in periods if one.n >= FEWEST])
    axes.set_ylabel(QUANTITIES[quantity])
    axes.grid(axis="y", color=LINE, lw=0.6)
    name, days = ("year", 300) if periods and len(periods[0].name) == len("2026") else ("month", 24)
    below.bar([_middle(one) for one in periods], [one.n for one in periods], width=days, color=MUTED)
    below.set(ylabel="results", xlabel=f"{name} of examination")
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    locator = AutoDateLocator(maxticks=9)
    below.xaxis.set_major_locator(locator)
    below.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    _legend_or(axes, "no year has three results")
    return drawn


def _quartiles(axes: Axes, periods: Sequence[Period]) -> None:
    if not periods:
        return
    days, colour = [_middle(one) for one in periods], BRIGHT["M"]
    low, high = [one.low for one in periods], [one.high for one in periods]
    axes.fill_between(days, low, high, color=colour, alpha=0.2, lw=0)  # type: ignore[arg-type]
    middle, marker = [one.median for one in periods], "o" if len(periods) < MARKED else None
    axes.plot(days, middle, color=colour, marker=marker, ms=4, lw=1.6, label="median, quartiles")  # type: ignore[arg-type]


def _middle(period: Period) -> date:
    return date.fromisoformat(f"{period.name}-15" if "-" in period.name else f"{period.name}-07-01")


def bland_altman(pairs: Pairs, found: BlandAltman, quantity: str) -> Figure:
    """Difference over mean, with bias and 95 % limits of agreement."""
    drawn, axes = _dark()
    _points(axes, pairs, "same slice", "o", BRIGHT["M"], pairs.same_slice)
    _points(axes, pairs, "another slice", "^", AMBER, ~pairs.same_slice)
    axes.axhline(0, color=LINE, lw=1)
    axes.axhline(found.bias, color=TEXT, lw=1.4, label=f"bias {found.bias:+.2f}")
    for limit in (found.low, found.high):
        axes.axhline(limit, color=TEXT, lw=1, ls="--")
    axes.plot([], [], color=TEXT, lw=1, ls="--", label=f"95 % limits {found.low:+.2f} to {found.high:+.2f}")
    named, _, unit = QUANTITIES[quantity].rpartition(", ")
    axes.set(xlabel=f"{named}, mean of both, {unit}", ylabel=f"automatic less corrected, {unit}")
    _legend(axes)
    return drawn


def _points(axes: Axes, pairs: Pairs, name: str, marker: str, colour: str, chosen: NDArray[np.bool_]) -> None:
    if chosen.any():
        one, other = pairs.measured[chosen], pairs.reference[chosen]
        label = f"{name}: n = {one.size:,}"
        axes.scatter((one + other) / 2, one - other, s=16, marker=marker, color=colour, alpha=0.75, lw=0, label=label)


def _dark(rows: int = 1) -> tuple[Figure, Any]:
    """A figure that stands on a card of the pages; two rows share their x axis, the lower is the smaller."""
    drawn = Figure(figsize=(WIDE, HIGH), dpi=DPI, layout="constrained", facecolor=CARD)
    FigureCanvasAgg(drawn)
    axes = drawn.subplots(rows, 1, sharex=True, height_ratios=(3, 1)[:rows])
    for one in np.atleast_1d(axes):
        _darken(one)
    return drawn, axes


def _darken(axes: Axes) -> None:
    axes.set_facecolor(CARD)
    axes.tick_params(colors=MUTED, labelsize=9)
    for name, spine in axes.spines.items():
        spine.set(color=LINE, visible=name in ("left", "bottom"))
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=TEXT, size=10)


def _legend_or(axes: Axes, words: str) -> None:
    """A legend, or in words why there is nothing."""
    if axes.get_legend_handles_labels()[0]:
        _legend(axes)
        return
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=MUTED)
    axes.set_yticks([])


def _legend(axes: Axes) -> None:
    """Above the axes, where it hides nothing."""
    marks = axes.get_legend_handles_labels()
    axes.figure.legend(*marks, loc="outside upper right", ncols=2, fontsize=9, frameon=False, labelcolor=TEXT)
