"""When a series is complete and a study settled.  Decides from facts; touches nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from config.settings import StudySettings

EVEN = 0.10
"""Part of the median step by which a contiguous grid may vary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What is known of a series that is being received.

    `busy`: an open association carries it; `interrupted`: its last association broke off; `finished`: its source
    sends complete series only.
    """

    first_at: datetime
    last_at: datetime
    busy: bool
    interrupted: bool
    finished: bool
    positions_mm: Sequence[float]


def why_close(series: Arrived, rules: StudySettings, now: datetime) -> str | None:
    """The evidence on which the series may be closed, None while there is none."""
    quiet = (now - series.last_at).total_seconds()
    if quiet >= rules.series_timeout:
        return f"nothing new for {rules.series_timeout:g} s"
    if series.busy or series.interrupted:
        return None
    if series.finished:
        return "released by a source that sends finished series"
    if quiet >= rules.series_quiet and contiguous(series.positions_mm):
        return f"released, quiet for {rules.series_quiet:g} s, slices contiguous"
    return None


def contiguous(positions_mm: Sequence[float]) -> bool:
    """Whether sorted slice positions form one even grid (a single slice and none do)."""
    steps = np.diff(positions_mm)
    return len(steps) == 0 or bool(np.abs(steps - np.median(steps)).max() <= EVEN * max(np.median(steps), 0.1))


def why_settle(
    first_at: datetime, last_at: datetime, receiving: int, rules: StudySettings, now: datetime
) -> str | None:
    """The evidence on which a study is settled, None while there is none."""
    if (now - first_at).total_seconds() >= rules.study_timeout:
        return f"{rules.study_timeout:g} s after its first image"
    if receiving == 0 and (now - last_at).total_seconds() >= rules.study_quiet:
        return f"all series closed, quiet for {rules.study_quiet:g} s"
    return None
