"""What the clock calls: close what is complete, hand over what is due, and put a crashed node's rows in order."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from config.settings import Settings
from db import circuit, clock, closing, inbox, models, outbox, results, reviews, standing, uploads
from db.activities import Name
from db.priority import Priority
from db.schema import Series, Study
from db.session import Sessions
from db.states import Entity, in_state, move
from dicom_node.models import seen
from dicom_node.patient_key import key_of_study
from dicom_node.site_secret import site_secret
from dicom_node.study.closing import NOT_ASKED, Arrived, Count, StudyArrived, all_arrived, why_close, why_settle
from dicom_node.work.engine import Engine, Work
from inference.model_card import ModelCard
from inference.model_folder import BUNDLED

LOG = structlog.get_logger(__name__)
AT_ONCE = 100
"""Rows of a kind that one sweep hands over: more than are done until the next, however many wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`now` gives aware UTC; `busy_series` what associations carry; `counts` what its source says of a study.

    `paused` says whether a person paused an activity, `leapt` how far the clock was set ahead since the last call.
    """

    settings: Settings
    sessions: Sessions
    engine: Engine
    card: ModelCard
    now: Callable[[], datetime]
    busy_series: Callable[[], frozenset[str]]
    counts: Callable[[Study], Mapping[str, Count]] = lambda _study: NOT_ASKED
    paused: Callable[[str], bool] = lambda _name: False
    leapt: Callable[[], timedelta] = timedelta

    def close(self) -> None:
        """Close series and settle studies for which there is evidence."""
        with self.sessions.begin() as session:
            self._follow_the_clock(session)
            busy = self.busy_series()
            for series in inbox.receiving(session):
                self._close(session, series, series.series_instance_uid in busy)
            for study in inbox.open_studies(session):
                self._settle(session, study)

    def _follow_the_clock(self, session: Session) -> None:
        """Somebody may have set it: waits go on as if nobody had."""
        now, by = self.now(), self.leapt()
        clock.set_back(session, now)
        if by > timedelta():
            LOG.warning("clock.set_ahead", seconds=by.total_seconds())
            clock.set_ahead(session, by, now)

    def sweep(self) -> None:
        """Hand over the most urgent of what is due and unknown: heals whatever a crash or a lost wake-up took."""
        with self.sessions.begin() as session:
            reviews.expire(session, self.settings.review.expire_days, self.now())
            session.connection()  # begins now: what is known must not be older than what is read
            known = self.engine.known(session)
            if lost := self._lost(session, known):
                LOG.warning("work.lost", queued_again=lost)
            for work, priority in self._due(session):
                if work not in known or known[work] < priority:
                    self.engine.hand_over(session, work, priority)

    def recover(self) -> None:
        """After a start: what was running, and nobody does any more, is tried again."""
        with self.sessions.begin() as session:
            again = self._lost(session, self.engine.known(session))
            model = self.settings.analysis.model or BUNDLED
            models.remember(session, seen(self.card, model), now=self.now())
        self._fill_keys()
        LOG.info("node.recovered", queued_again=again)

    def _lost(self, session: Session, known: Collection[Work]) -> int:
        """Rows that are running and that nobody alive does; also of an attempt whose end could not be recorded."""
        uploads.recover(session, {work.id for work in known if work.kind == "segment"}, self.now())
        alive = {work.id for work in known if work.kind == "analyse"}
        return results.recover(session, self.settings.work.attempts, self.now(), alive)

    def _due(self, session: Session) -> Iterator[tuple[Work, int]]:
        """What wants doing now, with its priority."""
        now = self.now()
        yield from ((Work("choose", study), 0) for study in in_state(session, Entity.STUDY, ["settled"], AT_ONCE))
        for analysis_id, priority in [] if self.paused(Name.ANALYSE) else results.due(session, now, AT_ONCE):
            yield Work("analyse", analysis_id), priority
        slices = [] if self.paused(Name.ANALYSE) else uploads.due(session, AT_ONCE)
        yield from ((Work("segment", one), Priority.PERSON) for one in slices)
        for name in [] if self.paused(Name.DELIVER) else outbox.due(session, now):
            if circuit.room(to := circuit.of(session, name, now), now):
                yield Work("send", to.id), 0
        for destination in self.settings.destination:
            if destination.verify != "none" and outbox.unverified(session, destination.name, now):
                yield Work("verify", circuit.of(session, destination.name, now).id), 0

    def _fill_keys(self) -> None:
        """Results of an earlier release get their patients' keys."""
        data, sources = self.settings.node.files, self.settings.source
        filled = standing.BATCH
        while filled == standing.BATCH:
            with self.sessions.begin() as session:
                filled = standing.fill_keys(session, partial(key_of_study, site_secret(data), sources))

    def _close(self, session: Session, series: Series, busy: bool) -> None:
        uid, count = series.series_instance_uid, self.counts(series.study).get(series.series_instance_uid)
        arrived = Arrived(
            first_at=series.first_at,
            last_at=series.last_at,
            busy=busy,
            interrupted=series.interrupted,
            finished=self._finished(series.study),
            positions_mm=() if busy or series.interrupted else inbox.positions(session, series.id),
            images=closing.arrived(session, series.study_id).get(uid, 0) if count else 0,
            count=count,
        )
        if why := why_close(arrived, self.settings.study, self.now()):
            move(session, Entity.SERIES, series.id, "receiving", "closed", now=self.now(), reason=why)
            LOG.info("series.closed", id=series.id, why=why)

    def _settle(self, session: Session, study: Study) -> None:
        arrived = StudyArrived(
            first_at=study.first_at,
            last_at=study.last_at,
            receiving=inbox.still_receiving(session, study.id),
            counted=self._finished(study) and self._counted(session, study),
        )
        why = why_settle(arrived, self.settings.study, self.now())
        if why and move(session, Entity.STUDY, study.id, "open", "settled", now=self.now(), reason=why):
            inbox.close_all(session, study.id, why, self.now())
            LOG.info("study.settled", id=study.id, why=why)
            self.engine.hand_over(session, Work("choose", study.id))

    def _counted(self, session: Session, study: Study) -> bool:
        counts = self.counts(study)
        return bool(counts) and all_arrived(
            counts, closing.arrived(session, study.id), self.settings.study.count_settle
        )

    def _finished(self, study: Study) -> bool:
        """Whether the study comes from a source that sends complete series only."""
        finished = (source for source in self.settings.source if source.forwards == "finished")
        return any(source.ae_title.strip() == study.source_ae for source in finished)
