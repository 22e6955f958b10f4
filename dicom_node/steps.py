"""The steps between the rooms: what is done for each kind of work.

Each step reads rows, lets the world happen outside any transaction, and writes the outcome in one transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.settings import Settings
from db import inbox, outbox, results
from db.outbox import Parcel
from db.results import Asked, Disposition
from db.schema import Analysis, Artifact, Instance, Series, Study
from db.session import Sessions
from db.states import Entity, move, note
from dicom_node import store, tls
from dicom_node.deliver.send import Fate, Receipt, Thing, send
from dicom_node.digests import joined_digest, settings_digest
from dicom_node.job import Job, Measured, Outcome, Request
from dicom_node.study.choose import Verdict, judge, unread
from dicom_node.study.series import read_series
from dicom_node.work.bench import Closed, JobFailed, Workbench, WorkerLost
from dicom_node.work.engine import Engine, Work
from inference.errors import Reason
from inference.model_card import ModelCard, ModelStatus
from reporting.finding import Predecessor

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Joins the rooms.  `now` gives aware UTC, `context` that of a connection by TLS."""

    settings: Settings
    sessions: Sessions
    engine: Engine
    card: ModelCard
    now: Callable[[], datetime]
    context: tls.Context = tls.no_certificate

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.node.data

    def choose(self, work: Work) -> None:
        """Judge the closed series of a settled study and ask for the analysis of the best."""
        with self.sessions() as session:
            files = [
                self.data / name for series in _closed(session, work.id) for name in inbox.files(session, series.id)
            ]
        verdicts = judge(read_series(files)[0], self.settings.analysis)
        with self.sessions.begin() as session:
            study = session.get_one(Study, work.id)
            if study.state == "settled":  # else news came while this was judged
                self._chosen(session, study, verdicts)

    def analyse(self, bench: Workbench[Outcome], work: Work) -> None:
        """One attempt at one request, in a worker process."""
        with self.sessions.begin() as session:
            job = self._take(session, work.id)
        if job is None:
            return
        LOG.info("analysis.begins", id=job.id, attempt=job.attempt)
        try:
            outcome = bench.run(job)
        except Closed:
            return  # the node is stopping; the row is tried again after the next start
        except WorkerLost as lost:
            self._give_up(job, "the worker process died or was ended at its limit", str(lost))
        except JobFailed as failed:
            self._give_up(job, str(failed), failed.trace)
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
            to, calling_ae = destinations[title], self.settings.node.ae_title
            for receipt in send(things, to, calling_ae, self._still_wanted, self.context):
                self._receipt(receipt)
                told = {"destination": title, "fate": receipt.fate, "reason": receipt.reason}
                LOG.info("delivery", id=receipt.key, analysis=work.id, **told)

    def give_up(self, work: Work, fault: Exception) -> None:
        """A step failed in a way nobody foresaw: its row says so and comes to rest, or tries again later."""
        why = f"fault of the node: {type(fault).__name__}"
        LOG.exception("work.fault", kind=work.kind, id=work.id, exc_info=fault)
        passing = isinstance(fault, OSError | OperationalError)
        with self.sessions.begin() as session:
            if work.kind == "choose" and not passing:  # else the study stays settled and the sweep tries again
                move(session, Entity.STUDY, work.id, "settled", "chosen", now=self.now(), reason=why)
            elif work.kind == "send":
                for parcel in outbox.take(session, work.id, self.now()):
                    outbox.put_off(session, parcel.delivery_id, why, self.now())
            elif work.kind == "analyse":
                attempt = session.get_one(Analysis, work.id).attempt
                attempts = self.settings.work.attempts
                results.give_up(session, work.id, attempt, why, log=str(fault), attempts=attempts, now=self.now())

    def _chosen(self, session: Session, study: Study, verdicts: tuple[Verdict, ...]) -> None:
        """Record every verdict, ask for the best, and leave the study chosen."""
        now = self.now()
        rows = {series.series_instance_uid: series for series in _closed(session, study.id)}
        best = verdicts[0] if verdicts and verdicts[0].stack and study.patient_id else None
        read = {verdict.series.series_instance_uid: verdict for verdict in verdicts}
        judged = {uid: read.get(uid) or unread(uid) for uid in rows}
        for uid, verdict in judged.items():
            _record(session, rows[uid], verdict, verdict is best, now)
        if best:
            why = self._decide(session, study.id, rows[best.series.series_instance_uid])
        elif not study.patient_id:
            why = f"{Reason.NO_PATIENT_ID}: a result could not be filed with its patient"
        else:
            why = "; ".join(sorted({str(verdict.refusal) for verdict in judged.values()})) or "no series"
        move(session, Entity.STUDY, study.id, "settled", "chosen", now=now, reason=why)

    def _decide(self, session: Session, study_id: int, series: Series) -> str:
        """Ask for the best series, or for the one that was measured before; what was decided, in words."""
        latest = results.latest(session, study_id)
        if latest and latest.series_id != series.id and self.settings.study.late == "record":
            return f"another series was analysed before; {self._ask(session, study_id, latest.series)}"
        return self._ask(session, study_id, series)

    def _ask(self, session: Session, study_id: int, series: Series) -> str:
        """Queue the request for a series unless the same was asked before; what was decided, in words."""
        if len(inbox.identities(session, series.id)) > 1:
            return f"{Reason.MIXED_IDENTITY}: images of one series carry different patient or study attributes"
        analysis_id = results.ask(session, study_id, series.id, self._asked(session, series), now=self.now())
        if analysis_id is None:
            return "the same request was answered before"
        self.engine.hand_over(session, Work("analyse", analysis_id))
        return f"asked for analysis {analysis_id}"

    def _ask_next(self, session: Session, analysis_id: int) -> None:
        """The best series could not be measured: ask for the next one that was admitted, if there is one."""
        study_id = session.get_one(Analysis, analysis_id).study_id
        if series := results.next_best(session, study_id):
            why = f"the better series could not be measured; {self._ask(session, study_id, series)}"
            move(session, Entity.SERIES, series.id, "ignored", "chosen", now=self.now(), reason=why)

    def _asked(self, session: Session, series: Series) -> Asked:
        request = self._request(session, series)
        return Asked(
            key=request.key,
            content_digest=request.content_digest,
            identity_digest=request.identity_digest,
            model_digest=request.model_digest,
            analysis_digest=request.analysis_digest,
        )

    def _request(self, session: Session, series: Series) -> Request:
        rows = session.execute(
            select(Instance.pixels_digest, Instance.identity_digest).where(Instance.series_id == series.id)
        ).all()
        return Request(
            content_digest=joined_digest(pixels for pixels, _ in rows),
            identity_digest=joined_digest({identity for _, identity in rows}),
            model_digest=joined_digest((self.card.digest, self.card.ensemble, str(self.card.folds))),
            analysis_digest=settings_digest(self.settings.analysis),
        )

    def _take(self, session: Session, analysis_id: int) -> Job | None:
        """Begin an attempt on exactly what was asked; None when the row is not due, or asks what no longer holds.

        Then it is asked anew: here, or when its series, which is receiving again, has settled with its study.
        """
        row = session.get_one(Analysis, analysis_id)
        if results.same_question(row, self._asked(session, row.series)):
            taken = results.take(session, analysis_id, self.now())
            return self._job(session, taken) if taken else None
        if results.outdated(session, analysis_id, self.now()) and row.series.state != "receiving":
            self._ask(session, row.study_id, row.series)
        return None

    def _still_wanted(self, delivery_id: int) -> bool:
        with self.sessions() as session:
            return outbox.is_pending(session, delivery_id)

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
            key=analysis.request_key,
            files=tuple(self.data / name for name in inbox.files(session, analysis.series_id)),
            asked_at=analysis.asked_at,
            time_zone=ZoneInfo(self.settings.node.time_zone),
            node_name=self.settings.node.name,
            revision=analysis.revision,
            predecessors=tuple(map(_predecessor, results.replaced(session, analysis))),
            source_changed=analysis.series.source_changed,
        )

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Measured):
            self._finish_measured(job, outcome)
        else:
            reason = f"{outcome.reason}: {outcome.detail}"
            with self.sessions.begin() as session:
                if results.finish_not_measured(session, job.id, job.attempt, reason, self.now()):
                    self._ask_next(session, job.id)
            LOG.info("analysis.not_measured", id=job.id, reason=outcome.reason)

    def _finish_measured(self, job: Job, outcome: Measured) -> None:
        stored = store.store(self.data, job.key, outcome)
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
        kind = why.partition(":")[0]  # the message of a fault may quote a value
        LOG.error("analysis.failed", id=job.id, attempt=job.attempt, why=kind)
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


def _predecessor(artifact: Artifact) -> Predecessor:
    return Predecessor(**{name: getattr(artifact, name) for name in Predecessor.__slots__})


def _closed(session: Session, study_id: int) -> list[Series]:
    query = select(Series).where(Series.study_id == study_id, Series.state != "receiving").order_by(Series.id)
    return list(session.scalars(query))


def _record(session: Session, series: Series, verdict: Verdict, best: bool, now: datetime) -> None:
    """Score, or reason, of one series; the best is chosen, the others are ignored."""
    reason = str(verdict.refusal or verdict.score)
    if verdict.score and not best:
        reason = f"another series of the study is better; {reason}"
    to = "chosen" if best else "ignored"
    series.score = verdict.score.total if verdict.score else None
    code = verdict.refusal.reason if verdict.refusal else None
    LOG.info("series.judged", id=series.id, to=to, score=series.score, reason=code)
    session.flush()
    if series.state == to:
        note(session, Entity.SERIES, series.id, to, to, now=now, reason=reason)
    else:
        move(session, Entity.SERIES, series.id, series.state, to, now=now, reason=reason)
