"""When a series is complete and a study settled.  Decides from facts; touches nothing.

The count that the source gives is the best evidence, and only when it equals what arrived.  Empty, smaller, larger or
not to be had, it is evidence neither way: an archive may hold what is never routed here.  The other rules then decide
as if nobody had been asked, and the reason tells the count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from config.settings import StudySettings

EVEN = 0.10
"""Part of the median step by which a contiguous grid may vary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The source counted `images` of a series in every answer from `since` until `at`.

    `since` is when the first of these answers was there, `at` when the last was asked for: a slow answer must not
    make the time between two counts look longer than it was.
    """

    images: int
    since: datetime
    at: datetime

    def says_complete(self, arrived: int, settle: float) -> bool:
        """Whether as many arrived as it counted, and answers `settle` seconds apart did not differ."""
        return 0 < arrived == self.images and (self.at - self.since).total_seconds() >= settle


NOT_ASKED: Mapping[str, Count] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What is known of a series that is being received.

    `busy`: an open association carries it; `interrupted`: its last association broke off; `finished`: its source
    sends complete series only; `positions_mm` matter only to a series that is none of these; `images`: how many
    arrived, 0 while they carry more than one identity; `count`: what its source counts.
    """

    first_at: datetime
    last_at: datetime
    busy: bool
    interrupted: bool
    finished: bool
    positions_mm: Sequence[float]
    images: int = 0
    count: Count | None = None


def heard(
    before: Mapping[str, Count], said: Mapping[str, int], asked_at: datetime, now: datetime
) -> dict[str, Count]:
    """The counts of a study's series after one more answer; what differs from before begins anew."""
    anew = {uid: Count(images=images, since=now, at=now) for uid, images in said.items()}
    same = {uid for uid in anew.keys() & before.keys() if before[uid].images == anew[uid].images}
    return anew | {uid: replace(before[uid], at=asked_at) for uid in same}


def why_close(series: Arrived, rules: StudySettings, now: datetime) -> str | None:
    """The evidence on which the series may be closed, None while there is none."""
    if series.count and series.count.says_complete(series.images, 0 if series.finished else rules.count_settle):
        return f"all {series.images} images that the source counts have arrived"
    why = _without_count(series, rules, now)
    if why and series.count and series.count.images != series.images:
        return f"{why} (the source counts {series.count.images} images, {series.images} arrived)"
    return why


def _without_count(series: Arrived, rules: StudySettings, now: datetime) -> str | None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyArrived:
    """What is known of an open study; `counted`: a source that sends finished series counts no more than arrived."""

    first_at: datetime
    last_at: datetime
    receiving: int
    counted: bool = False


def all_arrived(counts: Mapping[str, Count], arrived: Mapping[str, int], settle: float) -> bool:
    """Whether the source counts these series and no others, each complete, in answers `settle` seconds apart.

    Of a source that sends while it receives this says nothing: the next reconstruction may not have begun.
    """
    same_series = bool(counts) and counts.keys() == arrived.keys()
    return same_series and all(counts[uid].says_complete(images, settle) for uid, images in arrived.items())


def why_settle(study: StudyArrived, rules: StudySettings, now: datetime) -> str | None:
    """The evidence on which a study is settled, None while there is none."""
    if (now - study.first_at).total_seconds() >= rules.study_timeout:
        return f"{rules.study_timeout:g} s after its first image"
    if study.receiving:
        return None
    if study.counted:
        return "all series that the source counts have arrived"
    if (now - study.last_at).total_seconds() >= rules.study_quiet:
        return f"all series closed, quiet for {rules.study_quiet:g} s"
    return None
