"""The best series of a study, by a score that an administrator can read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit
from dicom_node.study.header import number
from dicom_node.study.series import Series, Stack
from inference.errors import Reason, Unsuitable

BEST_THICKNESS_MM = (3.0, 5.0)
ENOUGH_COVERAGE_MM = 250.0
SHARP_KERNEL = re.compile(r"\b([BIUH]r?[5-9]\d|lung|bone|edge|y-?sharp|[EF]C(?:5|8)\d)", re.IGNORECASE)
PHASES = MappingProxyType(
    {
        name: re.compile(rf"(?<![a-z])(?:{pattern})", re.IGNORECASE)
        for name, pattern in {
            "portal venous": r"porto|portal|venous|venös|(?:pv|ven)\b",
            "arterial": r"arter|art\b",
            "delayed": r"delay|late\b",
            "native": r"nativ|non.?contrast|unenhanced|without contrast",
        }.items()
    }
)
"""The contrast phase, by what people call it; the first that fits."""

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, NotImplementedError)
"""What broken values raise when they are read: one bad series must not spoil its study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reason of a score: `value` 0..1 counts `weight`; `seen` is what it was given for."""

    name: str
    weight: float
    value: float
    seen: str

    def __str__(self) -> str:
        return f"{self.name} {self.weight * self.value:.2f} of {self.weight:.2f} ({self.seen})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a series suits, 0..1, with what makes it up."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """0..1."""
        return sum(part.weight * part.value for part in self.parts)

    def __str__(self) -> str:
        return f"score {self.total:.2f}: {', '.join(map(str, self.parts))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided of one series: `stack` and `score` when admitted, `refusal` otherwise."""

    series: Series
    stack: Stack | None = None
    score: Score | None = None
    refusal: Unsuitable | None = None


def judge(series: Iterable[Series], rules: AnalysisSettings) -> tuple[Verdict, ...]:
    """A verdict per series, the best first, the refused last."""
    return tuple(sorted((_verdict(one, rules) for one in series), key=_rank))


def _rank(verdict: Verdict) -> tuple[float, str]:
    return (-verdict.score.total if verdict.score else 0.0, verdict.series.series_instance_uid)


def unread(series_instance_uid: str) -> Verdict:
    """The verdict on a series of which no file could be read as an image."""
    series = Series(series_instance_uid=series_instance_uid, images=())
    return Verdict(series=series, refusal=Unsuitable(Reason.NOT_DICOM, "no image of the series can be read"))


def chosen(verdicts: tuple[Verdict, ...]) -> Stack:
    """The stack to measure; raises `Unsuitable` with the only reason, or with all of them."""
    if verdicts and verdicts[0].stack is not None:
        return verdicts[0].stack
    refusals = [verdict.refusal for verdict in verdicts if verdict.refusal]
    if len(refusals) == 1:
        raise refusals[0]
    told = "; ".join(sorted({str(refusal) for refusal in refusals}))
    raise Unsuitable(Reason.NO_ADMITTED_SERIES, told or "no series")


def _verdict(series: Series, rules: AnalysisSettings) -> Verdict:
    try:
        stack = admit(series, rules)
        return Verdict(series=series, stack=stack, score=score(series, stack))
    except Unsuitable as refusal:
        return Verdict(series=series, refusal=refusal)
    except UNREADABLE as fault:
        told = f"a value of the header is not what its VR says ({type(fault).__name__})"
        return Verdict(series=series, refusal=Unsuitable(Reason.NOT_DICOM, told))


def score(series: Series, stack: Stack) -> Score:
    """Thickness near 3 to 5 mm, a soft kernel, the portal venous phase, coverage of the spine, nothing special."""
    return Score(
        parts=(
            _thickness(number(series.header, "SliceThickness") or stack.spacing_mm),
            _kernel(kernel_of(series)),
            _phase(phase_of(series)),
            _coverage(stack.coverage_mm),
            _plainness(stack.remarks),
        )
    )


def kernel_of(series: Series) -> str:
    """ConvolutionKernel, several values joined by a slash; empty where it is not stated."""
    kernel = series.header.get("ConvolutionKernel") or ""
    return kernel if isinstance(kernel, str) else "/".join(map(str, kernel))


def phase_of(series: Series) -> str:
    """The contrast phase that SeriesDescription or ContrastBolusAgent name; empty where they name none."""
    told = f"{series.header.get('SeriesDescription') or ''} {series.header.get('ContrastBolusAgent') or ''}"
    return next((phase for phase, words in PHASES.items() if words.search(told)), "")


def _thickness(millimetres: float) -> Part:
    thin, thick = BEST_THICKNESS_MM
    away = max(thin - millimetres, millimetres - thick, 0.0)
    return Part(name="thickness", weight=0.30, value=max(0.1, 1.0 - away / thin), seen=f"{millimetres:g} mm")


def _kernel(kernel: str) -> Part:
    sharp = SHARP_KERNEL.search(kernel)
    seen = f"{kernel or 'not stated'}, {'sharp' if sharp else 'soft'}"
    return Part(name="kernel", weight=0.30, value=0.0 if sharp else 1.0, seen=seen)


def _phase(phase: str) -> Part:
    value = {"portal venous": 1.0, "": 0.5}.get(phase, 0.0)
    return Part(name="phase", weight=0.15, value=value, seen=phase or "not stated")


def _coverage(millimetres: float) -> Part:
    value = min(1.0, millimetres / ENOUGH_COVERAGE_MM)
    return Part(name="coverage", weight=0.15, value=value, seen=f"{millimetres:.0f} mm")


def _plainness(remarks: tuple[str, ...]) -> Part:
    seen = ", ".join(remark.partition(":")[0] for remark in remarks) or "nothing special"
    return Part(name="acquisition", weight=0.10, value=0.0 if remarks else 1.0, seen=seen)
