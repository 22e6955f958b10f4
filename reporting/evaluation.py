"""A set of predicted masks against a reference, as the paper tells it: coefficients case by case, then tables.  Pure.

Methods are the ensemble, its folds, a second model or reader; every one is compared with the same reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from reporting import agreement
from reporting.agreement import BlandAltman, Correlation, Interval, NotComputable, Number, Paired
from reporting.finding import TissueNumbers
from reporting.measure import MM2_PER_CM2, numbers_of

TOTAL = "total"
CLASSES = (*(tissue.name.lower() for tissue in Tissue), TOTAL)
QUANTITIES: Mapping[str, str] = MappingProxyType(
    {
        "area_mask_cm2": "cm2",
        "area_m29_150_cm2": "cm2",
        "hu_mask_mean": "HU",
        "hu_m29_150_mean": "HU",
    }
)
"""What is measured, by its name in the database, and its unit."""
REFERENCE = "reference"
Cell: TypeAlias = str | int | Number


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One class of one case by one method: coefficients, and the numbers of both sides (None without an image)."""

    case: str
    method: str
    tissue: str
    dice: Number
    hd95_mm: Number
    measured: Mapping[str, float | None]
    reference: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under heads; `name` is that of its CSV file."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def judge(
    case: str, reference: LabelMap, predictions: Mapping[str, LabelMap], ct: CtSlice | None, mm: tuple[float, float]
) -> list[CaseRow]:
    """Every class and method of one case; `mm` is the pixel spacing, `ct` gives the attenuation.

    Raises ValueError where the grids differ.
    """
    if ct is not None and ct.hu.shape != reference.shape:
        raise ValueError(f"image and labels of different grids: {ct.hu.shape} and {reference.shape}")
    rows = []
    for method, labels in predictions.items():
        for tissue in CLASSES:
            one, other = _mask(labels, tissue), _mask(reference, tissue)
            rows.append(
                CaseRow(
                    case=case,
                    method=method,
                    tissue=tissue,
                    dice=agreement.dice(one, other),
                    hd95_mm=agreement.hd95(one, other, mm),
                    measured=_numbers(one, ct, mm),
                    reference=_numbers(other, ct, mm),
                )
            )
    return rows


def folds_table(rows: Sequence[CaseRow], folds: Sequence[str]) -> Table:
    """Fold x class: mean and SD of the DSC (the paper's Table 2)."""
    lines = []
    for fold in folds:
        found = [agreement.summary(dices(rows, fold, tissue)) for tissue in CLASSES]
        lines.append((fold, found[0].n, *(cell for one in found for cell in (one.mean, one.sd))))
    heads = ("fold", "n", *(f"{tissue} {what}" for tissue in CLASSES for what in ("mean", "SD")))
    return Table(name="folds", title="DSC of each fold", heads=heads, rows=tuple(lines))


def dice_table(rows: Sequence[CaseRow], methods: Sequence[str]) -> Table:
    """Class x method: DSC with its interval, good cases, tests against the other method, HD95."""
    heads = (
        "class", "method", "n", "mean", "SD", "95 % low", "95 % high", "minimum", "n >= .90", "% >= .90",
        "mean of rest", "t-test p", "Wilcoxon p", "HD95 n", "HD95 mm", "HD95 SD",
    )  # fmt: skip
    lines = [_dice_line(rows, tissue, method, methods) for tissue in CLASSES for method in methods]
    return Table(name="dice", title="Dice similarity coefficient", heads=heads, rows=tuple(lines))


def numbers_table(rows: Sequence[CaseRow], method: str) -> Table:
    """Class x quantity: correlation, error, Bland-Altman and ICC of one method against the reference."""
    heads = (
        "class", "quantity", "n", "r", "r p", "MAE", "bias", "bias SD", "limit low", "limit high",
        "ICC", "ICC low", "ICC high",
    )  # fmt: skip
    lines = [_numbers_line(rows, method, tissue, quantity) for tissue in CLASSES for quantity in QUANTITIES]
    return Table(
        name="numbers", title=f"Area and attenuation, {method} less reference", heads=heads, rows=tuple(lines)
    )


def repeatability_table(rows: Sequence[CaseRow], method: str) -> Table:
    """Two readings by one person: within-subject SD, coefficient of variation, repeatability coefficient.

    Bland and Altman, Stat Methods Med Res 1999;8:135.
    """
    heads = ("class", "quantity", "n", "within-subject SD", "CV %", "repeatability coefficient")
    lines = [_repeat_line(rows, method, tissue, quantity) for tissue in CLASSES for quantity in QUANTITIES]
    return Table(name="repeatability", title="Repeatability of one observer", heads=heads, rows=tuple(lines))


def best_of(rows: Sequence[CaseRow], methods: Sequence[str]) -> str:
    """The method with the best mean DSC over the three muscles."""
    muscles = CLASSES[:-1]

    def mean(method: str) -> float:
        known = [v for tissue in muscles for v in dices(rows, method, tissue) if not isinstance(v, NotComputable)]
        return float(np.mean(known)) if known else 0.0

    return max(methods, key=mean)


def dices(rows: Sequence[CaseRow], method: str, tissue: str) -> list[Number]:
    """The coefficients of a method and class, in the order of the cases."""
    return [row.dice for row in rows if row.method == method and row.tissue == tissue]


def pairs(rows: Sequence[CaseRow], method: str, tissue: str, quantity: str) -> tuple[list[float], list[float]]:
    """(measured, reference) of the cases where both are known."""
    both = [
        (row.measured[quantity], row.reference[quantity])
        for row in rows
        if row.method == method and row.tissue == tissue
    ]
    known = [(one, other) for one, other in both if one is not None and other is not None]
    return [one for one, _ in known], [other for _, other in known]


def _mask(labels: LabelMap, tissue: str) -> NDArray[np.bool_]:
    return np.asarray(labels > 0 if tissue == TOTAL else labels == Tissue[tissue.upper()])


def _numbers(mask: NDArray[np.bool_], ct: CtSlice | None, mm: tuple[float, float]) -> dict[str, float | None]:
    pixel_cm2 = mm[0] * mm[1] / MM2_PER_CM2
    if ct is None:
        return dict.fromkeys(QUANTITIES) | {"area_mask_cm2": np.count_nonzero(mask) * pixel_cm2}
    found: TissueNumbers = numbers_of(ct.hu[mask], pixel_cm2)
    return {quantity: getattr(found, quantity) for quantity in QUANTITIES}


def _dice_line(rows: Sequence[CaseRow], tissue: str, method: str, methods: Sequence[str]) -> tuple[Cell, ...]:
    values = dices(rows, method, tissue)
    found, spread = agreement.summary(values), agreement.bootstrap_mean(values)
    distances = agreement.summary([r.hd95_mm for r in rows if r.method == method and r.tissue == tissue])
    tested = _tested(values, rows, tissue, [one for one in methods if one != method])
    interval = (spread, spread) if isinstance(spread, NotComputable) else (spread.low, spread.high)
    return (
        tissue, method, found.n, found.mean, found.sd, *interval, found.minimum, found.good, found.good_percent,
        found.mean_of_rest, *tested, distances.n, distances.mean, distances.sd,
    )  # fmt: skip


def _tested(
    values: Sequence[Number], rows: Sequence[CaseRow], tissue: str, others: Sequence[str]
) -> tuple[Number, Number]:
    if not others:
        nothing = NotComputable(reason="nothing to compare with")
        return nothing, nothing
    both = zip(values, dices(rows, others[0], tissue), strict=True)
    known = [(a, b) for a, b in both if not isinstance(a, NotComputable) and not isinstance(b, NotComputable)]
    found: Paired | NotComputable = agreement.compare([a for a, _ in known], [b for _, b in known])
    return (found, found) if isinstance(found, NotComputable) else (found.p_t, found.p_wilcoxon)


def _numbers_line(rows: Sequence[CaseRow], method: str, tissue: str, quantity: str) -> tuple[Cell, ...]:
    measured, reference = pairs(rows, method, tissue, quantity)
    line: Correlation | NotComputable = agreement.pearson(measured, reference)
    limits: BlandAltman | NotComputable = agreement.bland_altman(measured, reference)
    icc: Interval | NotComputable = agreement.icc(measured, reference)
    return (
        tissue,
        quantity,
        len(measured),
        *((line, line) if isinstance(line, NotComputable) else (line.r, line.p)),
        agreement.mean_absolute_error(measured, reference),
        *((limits,) * 4 if isinstance(limits, NotComputable) else (limits.bias, limits.sd, limits.low, limits.high)),
        *((icc,) * 3 if isinstance(icc, NotComputable) else (icc.value, icc.low, icc.high)),
    )


def _repeat_line(rows: Sequence[CaseRow], method: str, tissue: str, quantity: str) -> tuple[Cell, ...]:
    second, first = pairs(rows, method, tissue, quantity)
    found = agreement.repeatability(second, first)
    cells = (
        (found,) * 3 if isinstance(found, NotComputable) else (found.within_sd, found.cv_percent, found.coefficient)
    )
    return (tissue, quantity, len(first), *cells)
