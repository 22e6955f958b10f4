"""How far two sets of masks or numbers agree: DSC, HD95, correlation, Bland-Altman, ICC, tests, bootstrap.  Pure.

scipy does the arithmetic.  What cannot be computed (an empty class, one case, constant values) is a `NotComputable`
with its reason, never a number.  Differences are always measured less reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage as ndi
from scipy import stats

Mask: TypeAlias = NDArray[np.bool_]
Values: TypeAlias = NDArray[np.float64]

LIMITS_SD = 1.96
"""Bland and Altman 1986: mean difference +- 1.96 standard deviations."""
HD_PERCENTILE = 95.0
CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 0
GOOD_DICE = 0.90
"""The paper counts cases at or above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComputable:
    """No number, and why."""

    reason: str

    def __str__(self) -> str:
        return f"not computable: {self.reason}"


Number: TypeAlias = float | NotComputable


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Pearson's r, its two-sided p and the 95 % interval of r (Fisher's z)."""

    r: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """Mean difference (measured less reference), its SD (n - 1), and the 95 % limits of agreement."""

    bias: float
    sd: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability:
    """Of two readings: within-subject SD, also in percent of the mean, and what 95 % of repeats differ by less."""

    within_sd: float
    cv_percent: Number
    coefficient: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two-sided p of the paired t-test and of Wilcoxon's signed-rank test."""

    t: float
    p_t: Number
    p_wilcoxon: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Of one series of coefficients: mean, SD (n - 1), minimum, how many are good, and the mean of the others."""

    n: int
    mean: Number
    sd: Number
    minimum: Number
    good: int
    good_percent: Number
    mean_of_rest: Number


def dice(one: Mask, other: Mask) -> Number:
    """Dice similarity coefficient of two masks of one shape; not computable where both are empty."""
    _same_shape(one, other)
    total = np.count_nonzero(one) + np.count_nonzero(other)
    if not total:
        return NotComputable(reason="both masks are empty")
    return 2 * np.count_nonzero(one & other) / total


def hd95(one: Mask, other: Mask, spacing_mm: tuple[float, ...]) -> Number:
    """95 % Hausdorff distance in mm; not computable where a mask is empty."""
    return hausdorff(one, other, spacing_mm, HD_PERCENTILE)


def hausdorff(one: Mask, other: Mask, spacing_mm: tuple[float, ...], percentile: float = 100.0) -> Number:
    """The larger of the two directed percentiles of distances between the masks' border pixels, mm.

    A border pixel belongs to the mask and has a neighbour across an edge that does not (or the image's end); 100 is
    Hausdorff's distance itself.
    """
    _same_shape(one, other)
    if not one.any() or not other.any():
        return NotComputable(reason="a mask is empty")
    near, far = _border(one), _border(other)
    directed = (
        ndi.distance_transform_edt(~far, sampling=spacing_mm)[near],
        ndi.distance_transform_edt(~near, sampling=spacing_mm)[far],
    )
    return float(max(np.percentile(distances, percentile) for distances in directed))


def summary(values: Sequence[Number], good: float = GOOD_DICE) -> Summary:
    """Summary of those values that are numbers."""
    numbers = np.array([value for value in values if not isinstance(value, NotComputable)], float)
    none, one = NotComputable(reason="no case"), NotComputable(reason="fewer than two cases")
    rest = numbers[numbers < good]
    count = int(numbers.size)
    return Summary(
        n=count,
        mean=float(numbers.mean()) if count else none,
        sd=float(numbers.std(ddof=1)) if count > 1 else one,
        minimum=float(numbers.min()) if count else none,
        good=count - rest.size,
        good_percent=100 * (count - rest.size) / count if count else none,
        mean_of_rest=float(rest.mean()) if rest.size else NotComputable(reason=f"no case below {good}"),
    )


def pearson(measured: ArrayLike, reference: ArrayLike) -> Correlation | NotComputable:
    """Pearson's correlation of at least three pairs."""
    x, y = _paired(measured, reference)
    if x.size < 3:
        return NotComputable(reason="fewer than three pairs")
    if _constant(x) or _constant(y):
        return NotComputable(reason="all values are equal")
    found = stats.pearsonr(x, y)
    low, high = (float("nan"),) * 2
    if x.size > 3:
        low, high = found.confidence_interval(CONFIDENCE)
    return Correlation(r=float(found.statistic), p=float(found.pvalue), low=float(low), high=float(high))


def mean_absolute_error(measured: ArrayLike, reference: ArrayLike) -> Number:
    """Mean absolute difference of the pairs."""
    x, y = _paired(measured, reference)
    return float(np.abs(x - y).mean()) if x.size else NotComputable(reason="no case")


def bland_altman(measured: ArrayLike, reference: ArrayLike) -> BlandAltman | NotComputable:
    """Bias and 95 % limits of agreement of at least two pairs (Bland and Altman, Lancet 1986;1:307)."""
    x, y = _paired(measured, reference)
    if x.size < 2:
        return NotComputable(reason="fewer than two pairs")
    difference = x - y
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    return BlandAltman(bias=bias, sd=sd, low=bias - LIMITS_SD * sd, high=bias + LIMITS_SD * sd, n=int(x.size))


def repeatability(second: ArrayLike, first: ArrayLike) -> Repeatability | NotComputable:
    """Within-subject SD and repeatability coefficient of two readings of at least two cases.

    Bland and Altman, Stat Methods Med Res 1999;8:135.
    """
    x, y = _paired(second, first)
    if x.size < 2:
        return NotComputable(reason="fewer than two pairs")
    within, mean = float(np.sqrt(((x - y) ** 2).mean() / 2)), float(np.mean([x, y]))
    no_part = NotComputable(reason="the mean is not positive")  # HU have no true zero; below it a part says nothing
    cv = 100 * within / mean if mean > 0 else no_part
    return Repeatability(within_sd=within, cv_percent=cv, coefficient=LIMITS_SD * 2**0.5 * within)


def icc(measured: ArrayLike, reference: ArrayLike) -> Interval | NotComputable:
    """ICC(2,1) with its 95 % interval: two-way random, absolute agreement, single measurement.

    Shrout and Fleiss 1979; McGraw and Wong 1996, there ICC(A,1).
    """
    x, y = _paired(measured, reference)
    if x.size < 3:
        return NotComputable(reason="fewer than three pairs")
    table = np.stack([x, y], axis=1)
    if _constant(x) or _constant(y):
        return NotComputable(reason="all values are equal")
    n, k = table.shape
    rows, columns, error = _mean_squares(table)
    value = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    low, high = _icc_interval(float(value), rows, columns, error, n, k)
    return Interval(value=float(value), low=low, high=high)


def compare(one: ArrayLike, other: ArrayLike) -> Paired | NotComputable:
    """Paired t-test and Wilcoxon's signed-rank test of `one` against `other`."""
    x, y = _paired(one, other)
    difference = x - y
    if x.size < 2:
        return NotComputable(reason="fewer than two pairs")
    if not difference.any():
        return NotComputable(reason="all pairs are equal")
    ranked = stats.wilcoxon(x, y)
    if _constant(difference):
        constant = NotComputable(reason="all differences are equal")
        return Paired(t=float("inf"), p_t=constant, p_wilcoxon=float(ranked.pvalue))
    tested = stats.ttest_rel(x, y)
    return Paired(t=float(tested.statistic), p_t=float(tested.pvalue), p_wilcoxon=float(ranked.pvalue))


def bootstrap_mean(values: Sequence[Number]) -> Interval | NotComputable:
    """Mean with its 95 % bootstrap interval (percentiles of a fixed number of resamples, always the same ones)."""
    numbers = np.array([value for value in values if not isinstance(value, NotComputable)], float)
    if numbers.size < 2:
        return NotComputable(reason="fewer than two cases")
    rng = np.random.default_rng(SEED)
    found = stats.bootstrap(
        (numbers,), np.mean, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method="percentile", rng=rng
    )
    low, high = found.confidence_interval
    return Interval(value=float(numbers.mean()), low=float(low), high=float(high))


def _same_shape(one: NDArray[Any], other: NDArray[Any]) -> None:
    if one.shape != other.shape:
        raise ValueError(f"masks of different grids: {one.shape} and {other.shape}")


def _border(mask: Mask) -> Mask:
    return np.asarray(mask & ~ndi.binary_erosion(mask))


def _paired(one: ArrayLike, other: ArrayLike) -> tuple[Values, Values]:
    x, y = np.asarray(one, np.float64).ravel(), np.asarray(other, np.float64).ravel()
    if x.size != y.size:
        raise ValueError(f"{x.size} values cannot be paired with {y.size}")
    return x, y


def _constant(values: Values) -> bool:
    """Whether the values differ by no more than rounding."""
    return bool(np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max()))) if values.size else True


def _mean_squares(table: Values) -> tuple[float, float, float]:
    """Between cases, between the two measurements, and what is left."""
    n, k = table.shape
    middle, cases, raters = table.mean(), table.mean(axis=1), table.mean(axis=0)
    left = table - cases[:, None] - raters[None] + middle
    return (
        float(k * ((cases - middle) ** 2).sum() / (n - 1)),
        float(n * ((raters - middle) ** 2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
    )


_LEAST_FREEDOM, _LARGEST_F = 1e-6, 1e12
"""Of pairs that agree worse than by chance F grows beyond all bounds; the limits converge."""


def _icc_interval(value: float, rows: float, columns: float, error: float, n: int, k: int) -> tuple[float, float]:
    """McGraw and Wong 1996, ICC(A,1)."""
    if value >= 1:
        return value, value
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    freedom = (a * columns + b * error) ** 2 / ((a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    tail = 1 - (1 - CONFIDENCE) / 2
    freedom = max(freedom, _LEAST_FREEDOM)
    f_low, f_high = np.minimum(stats.f.ppf(tail, (n - 1, freedom), (freedom, n - 1)), _LARGEST_F)
    rest = k * columns + (k * n - k - n) * error
    low = n * (rows - f_low * error) / (f_low * rest + n * rows)
    high = n * (f_high * rows - error) / (rest + n * f_high * rows)
    return float(low), float(high)
