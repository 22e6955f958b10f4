"""Figures of an evaluation as the paper has them: box plot, scatter with line, Bland-Altman, best and worst.  Pure.

Every function gives a `Figure` of its own; nothing of pyplot's global state is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from scipy import stats

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from reporting import agreement
from reporting.agreement import NotComputable
from reporting.evaluation import CLASSES, QUANTITIES, CaseRow, dices, pairs

WINDOW_HU = (-160, 240)
COLOURS = {Tissue.PSOAS: "#d62728", Tissue.PARASPINAL: "#2ca02c", Tissue.ABDOMINAL_WALL: "#1f77b4"}
TITLES = {
    "area_mask_cm2": "Area, all pixels of the mask",
    "area_m29_150_cm2": "Area, pixels of -29 to 150 HU",
    "hu_mask_mean": "Mean attenuation, all pixels of the mask",
    "hu_m29_150_mean": "Mean attenuation, pixels of -29 to 150 HU",
}
"""Of the quantities of an evaluation."""
_FACES = ("#9ecae1", "#fdae6b", "#a1d99b", "#bcbddc", "#fdd0a2", "#d9d9d9", "#c7e9c0")
_MARGIN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A case to look at: its title, slice and both label maps."""

    title: str
    ct: CtSlice
    predicted: LabelMap
    reference: LabelMap


def dice_boxes(rows: Sequence[CaseRow], methods: Sequence[str]) -> Figure:
    """Box plot of the DSC, a group a class, a box a method; whiskers to 1.5 quartile ranges, points beyond."""
    figure = _figure(7, 4.2)
    axes = figure.add_subplot()
    width = 0.8 / len(methods)
    for number, method in enumerate(methods):
        values = [[v for v in dices(rows, method, t) if not isinstance(v, NotComputable)] for t in CLASSES]
        places = [place + (number - (len(methods) - 1) / 2) * width for place in range(len(CLASSES))]
        drawn = axes.boxplot(values, positions=places, widths=0.85 * width, patch_artist=True, sym=".")
        for box in drawn["boxes"]:
            box.set_facecolor(_FACES[number % len(_FACES)])
        for line in drawn["medians"]:
            line.set_color("black")
        axes.fill([], [], color=_FACES[number % len(_FACES)], label=method)
    axes.set_xticks(range(len(CLASSES)), [_words(tissue) for tissue in CLASSES])
    axes.set_ylabel("Dice similarity coefficient")
    axes.axhline(agreement.GOOD_DICE, color="grey", linewidth=0.6, linestyle=":")
    figure.legend(loc="outside upper center", ncols=len(methods), fontsize="small", frameon=False)
    return figure


def scatter(rows: Sequence[CaseRow], method: str, quantity: str) -> Figure:
    """Measured over reference with the regression line and identity, a panel a class."""
    figure = _figure(9, 8)
    for axes, tissue in _panels(figure):
        measured, reference = pairs(rows, method, tissue, quantity)
        axes.scatter(reference, measured, s=10, color="#1f77b4")
        axes.set(xlabel=f"reference, {QUANTITIES[quantity]}", ylabel=f"{method}, {QUANTITIES[quantity]}")
        found = agreement.pearson(measured, reference)
        if isinstance(found, NotComputable):
            axes.set_title(f"{_words(tissue)}\n{found}", fontsize="small")
            continue
        ends = np.array([min(*reference, *measured), max(*reference, *measured)])
        line = stats.linregress(reference, measured)
        axes.plot(ends, ends, color="grey", linewidth=0.7, linestyle=":")
        axes.plot(ends, line.intercept + line.slope * ends, color="#d62728", linewidth=1)
        told = f"r = {found.r:.3f}, y = {line.slope:.2f} x {line.intercept:+.2f}, n = {len(measured)}"
        axes.set_title(f"{_words(tissue)}\n{told}", fontsize="small")
    figure.suptitle(TITLES[quantity])
    return figure


def bland_altman(rows: Sequence[CaseRow], method: str, quantity: str) -> Figure:
    """Difference over mean with bias and 95 % limits of agreement, a panel a class."""
    figure = _figure(9, 8)
    unit = QUANTITIES[quantity]
    for axes, tissue in _panels(figure):
        measured, reference = (np.array(side, float) for side in pairs(rows, method, tissue, quantity))
        axes.scatter((measured + reference) / 2, measured - reference, s=10, color="#1f77b4")
        axes.set(xlabel=f"mean of both, {unit}", ylabel=f"{method} less reference, {unit}")
        found = agreement.bland_altman(measured, reference)
        if isinstance(found, NotComputable):
            axes.set_title(f"{_words(tissue)}\n{found}", fontsize="small")
            continue
        axes.axhline(found.bias, color="#d62728", linewidth=1)
        for limit in (found.low, found.high):
            axes.axhline(limit, color="#d62728", linewidth=0.8, linestyle="--")
        told = f"bias {found.bias:+.2f}, limits {found.low:+.2f} to {found.high:+.2f}, n = {found.n}"
        axes.set_title(f"{_words(tissue)}\n{told}", fontsize="small")
    figure.suptitle(TITLES[quantity])
    return figure


def overlays(cases: Sequence[Shown]) -> Figure:
    """A row a case: the slice, the reference, the prediction; cropped to the muscles."""
    figure = _figure(9, 2.6 * max(1, len(cases)))
    for row, case in enumerate(cases):
        window = _window(case)
        for column, (name, labels) in enumerate(
            (("slice", None), ("reference", case.reference), ("prediction", case.predicted))
        ):
            axes = figure.add_subplot(len(cases), 3, 3 * row + column + 1)
            axes.imshow(
                case.ct.hu[window], cmap="gray", vmin=WINDOW_HU[0], vmax=WINDOW_HU[1],
                aspect=case.ct.spacing_mm[0] / case.ct.spacing_mm[1],
            )  # fmt: skip
            if labels is not None:
                _colour(axes, labels[window], case.ct)
            axes.set_title(case.title if column == 0 else name, fontsize="small", loc="left")
            axes.axis("off")
    return figure


def learning_curves(curves: Sequence[dict[str, list[float]]], names: Sequence[str]) -> Figure:
    """Loss and pseudo Dice over the epochs, a line a fold (the paper's Figure 1)."""
    figure = _figure(9, 3.8)
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    for number, (curve, name) in enumerate(zip(curves, names, strict=True)):
        colour = f"C{number}"
        epochs = np.arange(1, len(curve["train_losses"]) + 1)
        left.plot(epochs, curve["train_losses"], color=colour, label=name)
        left.plot(epochs, curve["val_losses"], color=colour, linestyle="--")
        right.plot(epochs, curve["mean_fg_dice"], color=colour, label=name)
    left.set(xlabel="epoch", ylabel="loss (solid: training, dashed: validation)")
    right.set(xlabel="epoch", ylabel="pseudo Dice on validation patches")
    right.legend(fontsize="small")
    return figure


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _panels(figure: Figure) -> list[tuple[Axes, str]]:
    return [(figure.add_subplot(2, 2, place + 1), tissue) for place, tissue in enumerate(CLASSES)]


def _words(tissue: str) -> str:
    return tissue.replace("_", " ")


def _window(case: Shown) -> tuple[slice, slice]:
    rows, columns = np.nonzero((case.reference > 0) | (case.predicted > 0))
    if not rows.size:
        return slice(None), slice(None)
    return (
        slice(max(0, int(rows.min()) - _MARGIN), int(rows.max()) + _MARGIN),
        slice(max(0, int(columns.min()) - _MARGIN), int(columns.max()) + _MARGIN),
    )


def _colour(axes: Axes, labels: LabelMap, ct: CtSlice) -> None:
    shades = ListedColormap([COLOURS[tissue] for tissue in Tissue])
    axes.imshow(
        np.ma.masked_equal(labels, 0), cmap=shades, vmin=1, vmax=3, alpha=0.5, interpolation="nearest",
        aspect=ct.spacing_mm[0] / ct.spacing_mm[1],
    )  # fmt: skip
