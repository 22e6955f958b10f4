"""What the panels say of one result: below, not below, borderline, not applicable, not evaluable.  Pure.

Borderline is what lies within the model's limits of agreement of the cut-off: a reader might have said otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inference.model_card import Limits
from reporting.panels.panel import EVERY, PANELS, Cut, Panel

NO_LIMITS = "No cut-off panel is applied: the model card states no limits of agreement with readers"
DEPENDS = "depends on the panel"


class Verdict(StrEnum):
    """The five answers."""

    BELOW = "below"
    NOT_BELOW = "not below"
    BORDERLINE = "borderline"
    NOT_APPLICABLE = "not applicable"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What panels ask of a result: total area (cm2) and mean attenuation (HU) within -29..150 HU, and of whom.

    `native` is whether the CT was made without contrast; None where the series does not say.
    """

    area_cm2: float
    hu: float | None
    sex: str | None
    age_years: float | None
    height_m: float | None
    weight_kg: float | None
    native: bool | None

    @property
    def bmi(self) -> float | None:
        """kg/m2."""
        return self.weight_kg / self.height_m**2 if self.weight_kg and self.height_m else None

    def value(self, panel: Panel) -> float | None:
        """The quantity that a panel judges."""
        if panel.quantity == "hu":
            return self.hu
        if panel.quantity == "area":
            return self.area_cm2
        return self.area_cm2 / self.height_m**2 if self.height_m else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One panel's answer; `why` tells the numbers, the condition that fails, or what is missing."""

    panel: Panel
    verdict: Verdict
    why: str

    def __str__(self) -> str:
        panel = self.panel
        return (
            f"{panel.name} {panel.quantity.upper()}: {self.verdict} ({self.why}). "
            f"Panel version {panel.version}, {panel.population}; {panel.citation}; numbers read: {panel.read}"
        )


class _Open(Exception):
    """No cut-off can be taken: the answer and why."""

    def __init__(self, verdict: Verdict, why: str) -> None:
        super().__init__(why)
        self.verdict, self.why = verdict, why


def answers(subject: Subject, limits: Limits | None, panels: Sequence[Panel] = PANELS) -> tuple[Answer, ...]:
    """An answer per panel; none at all where the model's limits are not known."""
    return tuple(_answer(subject, limits, panel) for panel in panels) if limits else ()


def _answer(subject: Subject, limits: Limits, panel: Panel) -> Answer:
    try:
        value, cut = _value(subject, panel), _cut(subject, panel)
    except _Open as open_one:
        return Answer(panel=panel, verdict=open_one.verdict, why=open_one.why)
    low, high = _by_a_reader(value, subject, limits, panel)
    if high < cut.value:
        verdict = Verdict.BELOW
    elif low >= cut.value:
        verdict = Verdict.NOT_BELOW
    else:
        verdict = Verdict.BORDERLINE
    why = f"{value:.1f}, a reader's {low:.1f} to {high:.1f}, cut-off {cut.value:g} {panel.unit}"
    return Answer(panel=panel, verdict=verdict, why=why)


def _by_a_reader(value: float, subject: Subject, limits: Limits, panel: Panel) -> tuple[float, float]:
    """Where 95 % of readers' values lie: the limits are those of the model less the reader."""
    lower, upper = limits.hu if panel.quantity == "hu" else limits.area_cm2
    by = subject.height_m**2 if panel.quantity == "smi" and subject.height_m else 1.0
    return value - upper / by, value - lower / by


def _value(subject: Subject, panel: Panel) -> float:
    value = subject.value(panel)
    if value is None:
        raise _Open(Verdict.NOT_EVALUABLE, "no height" if panel.quantity == "smi" else "no attenuation")
    return value


def _cut(subject: Subject, panel: Panel) -> Cut:
    """The cut-off for this patient, all conditions met."""
    if panel.contrast == "native":
        if subject.native is None:
            raise _Open(Verdict.NOT_EVALUABLE, "contrast phase not stated")
        if not subject.native:
            raise _Open(Verdict.NOT_APPLICABLE, "for CT without contrast")
    if subject.sex not in ("M", "F"):
        raise _Open(Verdict.NOT_EVALUABLE, "sex not stated as M or F")
    cuts = [cut for cut in panel.cuts if cut.sex == subject.sex]
    cuts = _within(cuts, "age", subject.age_years, "years")
    cuts = _within(cuts, "bmi", subject.bmi, "kg/m2")
    return cuts[0]


def _within(cuts: Sequence[Cut], name: str, value: float | None, unit: str) -> list[Cut]:
    """The cut-offs whose range holds the value."""
    ranges = [getattr(cut, name) for cut in cuts]
    if all(one == EVERY for one in ranges):
        return list(cuts)
    if value is None:
        raise _Open(Verdict.NOT_EVALUABLE, f"no {_MISSING[name]}")
    found = [cut for cut, (low, high) in zip(cuts, ranges, strict=True) if low <= value < high]
    if not found:
        raise _Open(Verdict.NOT_APPLICABLE, f"{_NAMES[name]} {value:.1f}, panel for {_told(ranges)} {unit}")
    return found


_NAMES = {"age": "age", "bmi": "BMI"}
_MISSING = {"age": "age", "bmi": "BMI: height or weight is not known"}


def _told(ranges: Sequence[tuple[float, float]]) -> str:
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    return f"{low:g} and more" if high >= EVERY[1] else f"{low:g} to under {high:g}"


def overall(found: Iterable[Answer]) -> str:
    """One word over all panels that answer; empty where none does."""
    given = {answer.verdict for answer in found} & {Verdict.BELOW, Verdict.NOT_BELOW, Verdict.BORDERLINE}
    if len(given) > 1:
        return DEPENDS
    return str(next(iter(given))) if given else ""
