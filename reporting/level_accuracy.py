"""How well L3 was found where the truth is known: one row per stratum, with honest bounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

BESIDE_MM = 6.0
"""A slice further than this from the body of L3 (half a disc and a slice) is at a wrong level."""
BOUND = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTrial:
    """One series: what is true and what was answered, heights in mm above the centre of slice 0.

    `mid_mm`, `low_mm` and `high_mm` are the middle and the ends of the body of L3, None where the series holds
    none; `z_mm` is None where no slice was named.  `found`: a level was given, with or `without_doubt`.
    """

    name: str
    stratum: str
    mid_mm: float | None
    low_mm: float | None
    high_mm: float | None
    z_mm: float | None
    found: bool
    without_doubt: bool
    confidence: float
    anchors: str = ""
    reason: str = ""

    @property
    def error_mm(self) -> float | None:
        """Distance from mid L3; None where there is none or a level was not found."""
        return (
            abs(self.z_mm - self.mid_mm) if self.found and self.z_mm is not None and self.mid_mm is not None else None
        )

    @property
    def in_body(self) -> bool:
        """The slice named cuts the body of L3."""
        return self._within(0.0)

    @property
    def wrong_level(self) -> bool:
        """A level was found, and it is not L3."""
        return self.found and not self._within(BESIDE_MM)

    def _within(self, margin_mm: float) -> bool:
        if self.z_mm is None or self.low_mm is None or self.high_mm is None:
            return False
        return self.low_mm - margin_mm <= self.z_mm <= self.high_mm + margin_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAccuracy:
    """What is known of a stratum; shares are 0..1, NaN over nothing.

    `wrong_level`, `in_body`, `median_mm` and `p95_mm` are over series with L3 for which a level was found (`found`
    of `positives`); `doubtless` are series without doubt, `doubtless_wrong` those of them at a wrong level (or
    without any L3), `bound` the upper 95 % limit of that rate (Clopper-Pearson, one-sided: 3/n at none);
    `negatives_found` counts found levels where there is no L3.
    """

    stratum: str
    n: int
    positives: int
    found: int
    wrong_level: float
    in_body: float
    median_mm: float
    p95_mm: float
    doubtless: int
    doubtless_wrong: int
    bound: float
    negatives: int
    negatives_found: int


def accuracy(trials: Sequence[LevelTrial], stratum: str) -> LevelAccuracy:
    """Sum up `trials` under the name of `stratum`."""
    with_l3 = [trial for trial in trials if trial.mid_mm is not None]
    found = [trial for trial in with_l3 if trial.found]
    errors = [trial.error_mm for trial in found if trial.error_mm is not None]
    sure = [trial for trial in trials if trial.without_doubt]
    wrong = sum(trial.wrong_level for trial in sure)
    return LevelAccuracy(
        stratum=stratum,
        n=len(trials),
        positives=len(with_l3),
        found=len(found),
        wrong_level=_share(trial.wrong_level for trial in found),
        in_body=_share(trial.in_body for trial in found),
        median_mm=float(np.median(errors)) if errors else np.nan,
        p95_mm=float(np.percentile(errors, 95)) if errors else np.nan,
        doubtless=len(sure),
        doubtless_wrong=wrong,
        bound=upper_bound(wrong, len(sure)),
        negatives=len(trials) - len(with_l3),
        negatives_found=sum(trial.found for trial in trials if trial.mid_mm is None),
    )


def by_stratum(trials: Sequence[LevelTrial]) -> tuple[LevelAccuracy, ...]:
    """One row per stratum in the order of their first trial, then one of all."""
    names = dict.fromkeys(trial.stratum for trial in trials)
    rows = [accuracy([trial for trial in trials if trial.stratum == name], name) for name in names]
    return (*rows, accuracy(trials, "all"))


def upper_bound(events: int, n: int) -> float:
    """Upper end of the one-sided Clopper-Pearson interval of a rate; about 3/n where nothing happened."""
    if n == 0 or events >= n:
        return np.nan if n == 0 else 1.0
    return float(beta.ppf(BOUND, events + 1, n - events))


def _share(events: Iterable[bool]) -> float:
    values = list(events)
    return sum(values) / len(values) if values else np.nan
