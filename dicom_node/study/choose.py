"""The best series of a study, by a score that an administrator can read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit
from dicom_node.study.header import number
from dicom_node.study.series import Series, Stack
from inference.errors import Reason, Unsuitable

BEST_THICKNESS_MM = (3.0, 5.0)
ENOUGH_COVERAGE_MM = 250.0
SHARP_KERNEL = re.compile(r"\b([BIUH]r?[5-9]\d|lung|bone|edge|y-?sharp|[EF]C(?:5|8)\d)", re.IGNORECASE)
PORTAL = re.compile(r"portal|venous|\b(pv|ven)\b", re.IGNORECASE)
OTHER_PHASE = re.compile(r"arter|\bart\b|delay|late|nativ|non.?contrast|unenhanced", re.IGNORECASE)

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, NotImplementedError)
"""What broken values raise when they are read: one bad series must not spoil its study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided of one series: `stack` and `score` when admitted, `refusal` otherwise."""

    series: Series
    stack: Stack | None = None
    score: float | None = None
    refusal: Unsuitable | None = None


def judge(series: Iterable[Series], rules: AnalysisSettings) -> tuple[Verdict, ...]:
    """A verdict per series, the best first, the refused last."""
    verdicts = (_verdict(one, rules) for one in series)
    return tuple(sorted(verdicts, key=lambda verdict: (-(verdict.score or 0.0), verdict.series.series_instance_uid)))


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


def score(series: Series, stack: Stack) -> float:
    """0..1: thickness near 3 to 5 mm, a soft kernel, the portal venous phase, coverage of the lumbar spine."""
    header = series.header
    phase = f"{header.get('SeriesDescription') or ''} {header.get('ContrastBolusAgent') or ''}"
    kernel = str(header.get("ConvolutionKernel") or "")
    return (
        0.35 * _thickness(number(header, "SliceThickness") or stack.spacing_mm)
        + 0.30 * (0.0 if SHARP_KERNEL.search(kernel) else 1.0)
        + 0.15 * (1.0 if PORTAL.search(phase) else 0.0 if OTHER_PHASE.search(phase) else 0.5)
        + 0.20 * min(1.0, stack.coverage_mm / ENOUGH_COVERAGE_MM)
    )


def _thickness(millimetres: float) -> float:
    thin, thick = BEST_THICKNESS_MM
    away = max(thin - millimetres, millimetres - thick, 0.0)
    return max(0.1, 1.0 - away / thin)
