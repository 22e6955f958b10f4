"""The steps between the rooms: what is done for each kind of work, and what the clock calls.

Each step reads rows, lets the world happen outside any transaction, and writes the outcome in one transaction.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings
from db import inbox, outbox, results
from db.outbox import Parcel
from db.results import Asked, Disposition
from db.schema import Analysis, Instance, Series, Study
from db.session import Sessions
from db.states import Entity, in_state, move, note
from dicom_node import store
from dicom_node.deliver.send import Fate, Receipt, Thing, send
from dicom_node.digests import joined_digest, settings_digest
from dicom_node.job import Job, Measured, Outcome, Request
from dicom_node.study.choose import Verdict, judge
from dicom_node.study.closing import Arrived, why_close, why_settle
from dicom_node.study.series import read_series
from dicom_node.work.bench import Workbench, WorkerLost
from dicom_node.work.engine import Engine, Work
from inference.model_card import ModelCard, ModelStatus

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Joins the rooms.  `now` gives aware UTC; `busy_series` what open associations carry."""

    settings: Settings
    sessions: Sessions
    engine: Engine
    card: ModelCard
    now: Callable[[], datetime]
    busy_series: Callable[[], frozenset[str]]

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.node.data

    # what the clock calls

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
        """After a start: what was running runs again, what was arriving was interrupted, orphans go."""
        with self.sessions.begin() as session:
            now = self.now()
            again = results.recover(session, now)
            inbox.interrupt_all(session)
            known = results.artifact_paths(session)
            results.remember_model(
                session,
                digest=self.card.digest,
                name=self.card.name,
                version=self.card.version,
                status=self.card.status,
                now=now,
            )
        for folder in store.orphans(self.data, known):
            shutil.rmtree(folder)
        LOG.info("node.recovered", queued_again=again)

    # what the engine performs

    def choose(self, work: Work) -> None:
        """Judge the closed series of a settled study and ask for the analysis of the best."""
        with self.sessions() as session:
            files = {series.id: inbox.files(session, series.id) for series in _closed(session, work.id)}
        try:
            verdicts = judge(read_series(self._paths(files))[0], self.settings.analysis)
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as fault:
            LOG.exception("choose.fault", study=work.id)
            verdicts, why = (), f"could not be judged: {type(fault).__name__}"
        else:
            why = ""
        with self.sessions.begin() as session:
            self._chosen(session, work.id, verdicts, why)

    def analyse(self, work: Work, bench: Workbench[Outcome]) -> None:
        """One attempt at one request, in a worker process."""
        with self.sessions.begin() as session:
            analysis = results.take(session, work.id, self.now())
            job = self._job(session, analysis) if analysis else None
        if job is None:
            return
        LOG.info("analysis.begins", id=job.id, attempt=job.attempt)
        try:
            outcome = bench.run(job)
        except WorkerLost as lost:
            self._give_up(job, "the worker process died or was ended at its limit", str(lost))
        except (OSError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as fault:
            self._give_up(job, f"{type(fault).__name__}: {fault}"[:500], _trace(fault))
        else:
            self._finish(job, outcome)

    def send(self, work: Work) -> None:
        """Send the due parcels of one result, one association per destination."""
        with self.sessions() as session:
            parcels = outbox.take(session, work.id, self.now())
        destinations = {destination.ae_title: destination for destination in self.settings.destination}
        for title, group in groupby(parcels, key=lambda parcel: parcel.destination):
            if title not in destinations:
                self._receive_all(group, Fate.NEVER, "this destination is no longer in the settings")
                continue
            things = [self._thing(parcel) for parcel in group]
            for receipt in send(things, destinations[title], self.settings.node.ae_title):
                self._receipt(receipt)

    # details

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

    def _settle(self, session: Session, study: Study) -> None:
        receiving = inbox.still_receiving(session, study.id)
        why = why_settle(study.first_at, study.last_at, receiving, self.settings.study, self.now())
        if why and move(session, Entity.STUDY, study.id, "open", "settled", now=self.now(), reason=why):
            self.engine.hand_over(session, Work("choose", study.id))

    def _paths(self, files: Mapping[int, Iterable[str]]) -> list[Path]:
        return [self.data / name for names in files.values() for name in names]

    def _chosen(self, session: Session, study_id: int, verdicts: tuple[Verdict, ...], why: str) -> None:
        """Record every verdict, ask for the best, and leave the study chosen."""
        now = self.now()
        rows = {series.series_instance_uid: series for series in _closed(session, study_id)}
        best = verdicts[0] if verdicts and verdicts[0].stack else None
        for verdict in verdicts:
            _record(session, rows[verdict.series.series_instance_uid], verdict, verdict is best, now)
        if best:
            why = self._ask(session, study_id, rows[best.series.series_instance_uid])
        why = why or "; ".join(sorted({str(verdict.refusal) for verdict in verdicts if verdict.refusal}))
        move(session, Entity.STUDY, study_id, "settled", "chosen", now=now, reason=why or "no series")

    def _ask(self, session: Session, study_id: int, series: Series) -> str:
        """Queue the request for the best series unless it was asked before; what was decided, in words."""
        earlier = session.scalar(select(Analysis.series_id).where(Analysis.study_id == study_id).limit(1))
        if earlier not in (None, series.id) and self.settings.study.late == "record":
            return "a better series came after the choice; recorded, not analysed"
        request = self._request(session, series)
        asked = Asked(
            key=request.key,
            content_digest=request.content_digest,
            identity_digest=request.identity_digest,
            model_digest=request.model_digest,
            analysis_digest=request.analysis_digest,
        )
        analysis_id = results.ask(session, study_id, series.id, asked, now=self.now())
        if analysis_id is None:
            return "the same request was answered before"
        self.engine.hand_over(session, Work("analyse", analysis_id))
        return f"asked for analysis {analysis_id}"

    def _request(self, session: Session, series: Series) -> Request:
        rows = session.execute(
            select(Instance.pixels_digest, Instance.identity_digest).where(Instance.series_id == series.id)
        ).all()
        return Request(
            content_digest=joined_digest(pixels for pixels, _ in rows),
            identity_digest=joined_digest({identity for _, identity in rows}),
            model_digest=f"{self.card.digest}:{self.card.ensemble}:{self.card.folds}",
            analysis_digest=settings_digest(self.settings.analysis),
        )

    def _job(self, session: Session, analysis: Analysis) -> Job:
        request = Request(
            content_digest=analysis.content_digest,
            identity_digest=analysis.identity_digest,
            model_digest=analysis.model_digest,
            analysis_digest=analysis.analysis_digest,
            slice=analysis.slice_index,
            labels_digest=analysis.labels_digest,
        )
        return Job(
            id=analysis.id,
            attempt=analysis.attempt,
            request=request,
            files=tuple(self.data / name for name in inbox.files(session, analysis.series_id)),
            asked_at=analysis.asked_at,
            time_zone=ZoneInfo(self.settings.node.time_zone),
            node_name=self.settings.node.name,
            revision=analysis.revision,
            source_changed=analysis.series.source_changed,
        )

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Measured):
            self._finish_measured(job, outcome)
        else:
            reason = f"{outcome.reason}: {outcome.detail}"
            with self.sessions.begin() as session:
                results.finish_not_measured(session, job.id, job.attempt, reason, self.now())
            LOG.info("analysis.not_measured", id=job.id, reason=outcome.reason)

    def _finish_measured(self, job: Job, outcome: Measured) -> None:
        stored = store.store(self.data, job.request.key, outcome)
        disposition = self._disposition(outcome)
        facts = outcome.facts | {"seconds": round(sum(outcome.seconds.values()), 3)}
        with self.sessions.begin() as session:
            if results.finish_measured(session, job.id, job.attempt, facts, stored, disposition, self.now()):
                self.engine.hand_over(session, Work("send", job.id))
        LOG.info("analysis.measured", id=job.id, held=disposition.held, seconds=outcome.seconds)

    def _disposition(self, outcome: Measured) -> Disposition:
        """Review policy and model status decide what leaves, and where to."""
        policy = self.settings.review.policy
        held = None
        if policy == "always":
            held = "\n".join(outcome.doubts) or "review policy: always"
        elif policy == "doubtful" and outcome.doubts:
            held = "\n".join(outcome.doubts)
        demo = self.card.status is ModelStatus.DEMONSTRATION
        takers = (to.ae_title for to in self.settings.destination if to.accept_demo or not demo)
        return Disposition(held=held, destinations=tuple(takers))

    def _give_up(self, job: Job, why: str, log: str) -> None:
        LOG.error("analysis.failed", id=job.id, attempt=job.attempt, why=why)
        with self.sessions.begin() as session:
            results.give_up(
                session, job.id, job.attempt, why, log=log, attempts=self.settings.work.attempts, now=self.now()
            )

    def _thing(self, parcel: Parcel) -> Thing:
        return Thing(parcel.delivery_id, self.data / parcel.path, parcel.sop_class_uid, parcel.sha256)

    def _receive_all(self, parcels: Iterable[Parcel], fate: Fate, why: str) -> None:
        for parcel in parcels:
            self._receipt(Receipt(parcel.delivery_id, fate, why))

    def _receipt(self, receipt: Receipt) -> None:
        with self.sessions.begin() as session:
            if receipt.fate is Fate.SENT:
                outbox.sent(session, receipt.key, self.now())
            elif receipt.fate is Fate.LATER:
                outbox.put_off(session, receipt.key, receipt.reason, self.now())
            else:
                outbox.bury(session, receipt.key, receipt.reason, self.now())
        LOG.info("delivery", id=receipt.key, fate=receipt.fate, reason=receipt.reason)


def _closed(session: Session, study_id: int) -> list[Series]:
    query = select(Series).where(Series.study_id == study_id, Series.state != "receiving").order_by(Series.id)
    return list(session.scalars(query))


def _record(session: Session, series: Series, verdict: Verdict, best: bool, now: datetime) -> None:
    """Score, or reason, of one series; the best is chosen, the others are ignored."""
    reason = str(verdict.refusal) if verdict.refusal else None if best else "another series of the study is better"
    to = "chosen" if best else "ignored"
    series.score = verdict.score
    session.flush()
    if series.state == to:
        note(session, Entity.SERIES, series.id, to, to, now=now, reason=reason)
    else:
        move(session, Entity.SERIES, series.id, series.state, to, now=now, reason=reason)


def _trace(fault: BaseException) -> str:
    """The fault's stack without values: a value could be a name."""
    frames = []
    trace = fault.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    cause = f"\n{fault.__cause__}" if fault.__cause__ else ""
    return "\n".join(frames) + cause
