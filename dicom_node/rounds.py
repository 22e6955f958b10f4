"""What the clock calls: close what is complete, hand over what is due, and put a crashed node's rows in order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from config.settings import Settings
from db import inbox, models, outbox, results
from db.schema import Series, Study
from db.session import Sessions
from db.states import Entity, in_state, move
from dicom_node import worker
from dicom_node.models import seen
from dicom_node.study.closing import Arrived, why_close, why_settle
from dicom_node.work.engine import Engine, Work
from inference.model_card import ModelCard

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`now` gives aware UTC; `busy_series` what associations carry."""

    settings: Settings
    sessions: Sessions
    engine: Engine
    card: ModelCard
    now: Callable[[], datetime]
    busy_series: Callable[[], frozenset[str]]

    def close(self) -> None:
        """Close series and settle studies for which there is evidence."""
        with self.sessions.begin() as session:
            busy = self.busy_series()
            for series, source_ae in inbox.receiving(session):
                self._close(session, series, source_ae, series.series_instance_uid in busy)
            for study in inbox.open_studies(session):
                self._settle(session, study)

    def sweep(self) -> None:
        """Hand over again every row that is due: heals whatever a crash or a lost wake-up took."""
        with self.sessions.begin() as session:
            now = self.now()
            for study_id in in_state(session, Entity.STUDY, ["settled"]):
                self.engine.hand_over(session, Work("choose", study_id))
            for analysis_id, priority in results.due(session, now):
                self.engine.hand_over(session, Work("analyse", analysis_id), priority)
            for analysis_id in outbox.due(session, now):
                self.engine.hand_over(session, Work("send", analysis_id))

    def recover(self) -> None:
        """After a start: what was running is tried again."""
        with self.sessions.begin() as session:
            now = self.now()
            again = results.recover(session, self.settings.work.attempts, now)
            model = self.settings.analysis.model or worker.BUNDLED
            models.remember(session, seen(self.card, model), now=now)
        LOG.info("node.recovered", queued_again=again)

    def _close(self, session: Session, series: Series, source_ae: str | None, busy: bool) -> None:
        finished = any(
            source.forwards == "finished" for source in self.settings.source if source.ae_title.strip() == source_ae
        )
        arrived = Arrived(
            first_at=series.first_at,
            last_at=series.last_at,
            busy=busy,
            interrupted=series.interrupted,
            finished=finished,
            positions_mm=inbox.positions(session, series.id),
        )
        if why := why_close(arrived, self.settings.study, self.now()):
            move(session, Entity.SERIES, series.id, "receiving", "closed", now=self.now(), reason=why)
            LOG.info("series.closed", id=series.id, why=why)

    def _settle(self, session: Session, study: Study) -> None:
        receiving = inbox.still_receiving(session, study.id)
        why = why_settle(study.first_at, study.last_at, receiving, self.settings.study, self.now())
        if why and move(session, Entity.STUDY, study.id, "open", "settled", now=self.now(), reason=why):
            inbox.close_all(session, study.id, why, self.now())
            LOG.info("study.settled", id=study.id, why=why)
            self.engine.hand_over(session, Work("choose", study.id))
