"""One attempt at one request, and what becomes of its outcome."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from db import body, inbox, purging, replacing, results, reviews
from db.results import LOST_WAIT, RETRY_WAIT, Disposition
from db.schema import Analysis, Artifact
from dicom_node import store
from dicom_node.job import Job, Measured, NotMeasured, Outcome, Rejects, Request
from dicom_node.steps.asking import ask, ask_next, asked
from dicom_node.steps.deciding import decided, still_asked
from dicom_node.steps.desk import Desk
from dicom_node.steps.posting import taken_by, wake_senders
from dicom_node.work.bench import Closed, JobFailed, Workbench, WorkerLost
from dicom_node.work.engine import Work
from reporting.finding import Predecessor, Why

WRONG = frozenset({"slice", "identity"})
"""Origins of revisions because of a wrong level or a wrong patient."""
LOG = structlog.get_logger(__name__)


def analyse(desk: Desk, bench: Workbench[Outcome], work: Work) -> None:
    """One attempt at one request, in a worker process."""
    with desk.sessions.begin() as session:
        job = _take(desk, session, work.id)
    if job is None:
        return
    LOG.info("analysis.begins", id=job.id, attempt=job.attempt)
    try:
        outcome = bench.run(job)
    except Closed:
        return  # the node is stopping; the row is tried again after the next start
    except WorkerLost as lost:
        _give_up(desk, job, "the worker process died or was ended at its limit", str(lost), LOST_WAIT)
    except JobFailed as failed:
        _give_up(desk, job, str(failed), failed.trace)
    else:
        _finish(desk, job, outcome)


def _take(desk: Desk, session: Session, analysis_id: int) -> Job | None:
    """Begin an attempt on exactly what was asked; None when the row is not due, or asks what no longer holds.

    Then it is asked anew: here, or when its series, which is receiving again, has settled with its study.
    """
    row = session.get_one(Analysis, analysis_id)
    now_asked = asked(desk, session, row.series)
    if still_asked(row, now_asked):
        taken = results.take(session, analysis_id, desk.now())
        if taken and purging.is_purged(session, taken.series_id):
            results.finish_not_measured(session, taken.id, taken.attempt, purging.PURGED, desk.now())
            return None
        return _job(desk, session, taken) if taken else None
    if results.outdated(session, analysis_id, desk.now()) and row.series.state != "receiving":
        if row.origin != "automatic" and row.content_digest == now_asked.content_digest:
            again = reviews.carried_over(session, row, now_asked.identity_digest, desk.now())
            desk.engine.hand_over(session, Work("analyse", again), row.priority)
        else:
            ask(desk, session, row.study_id, row.series)
    return None


def _job(desk: Desk, session: Session, analysis: Analysis) -> Job:
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
        files=tuple(desk.data / name for name in inbox.files(session, analysis.series_id)),
        asked_at=analysis.asked_at,
        time_zone=ZoneInfo(desk.settings.node.time_zone),
        node_name=desk.settings.node.name,
        revision=analysis.revision,
        predecessors=tuple(map(_predecessor, replacing.replaced(session, analysis))),
        source_changed=analysis.series.source_changed,
        body=body.stated(session, desk.key_of(analysis.study)),
        told=json.loads(analysis.study.identity or "{}"),
        rejects=_rejects(desk, session, analysis),
        **decided(desk, session, analysis),
    )


def _rejects(desk: Desk, session: Session, analysis: Analysis) -> Rejects | None:
    """What of this study lies in archives and is void with this revision, and why; where they are to be told."""
    if not desk.settings.review.rejection_note:
        return None
    objects, origins = replacing.void(session, analysis)
    why: Why = "safety" if origins & WRONG else "quality"
    return Rejects(why=why, objects=tuple(map(_predecessor, objects))) if objects else None


def _finish(desk: Desk, job: Job, outcome: Outcome) -> None:
    if isinstance(outcome, Measured):
        _finish_measured(desk, job, outcome)
    else:
        _finish_not_measured(desk, job, outcome)


def _finish_not_measured(desk: Desk, job: Job, outcome: NotMeasured) -> None:
    own = _own_folder(desk, job)
    if outcome.choice:
        store.store_choice(desk.data, job.key, outcome.choice, own)
    reason = f"{outcome.reason}: {outcome.detail}"
    with desk.sessions.begin() as session:
        recorded = results.finish_not_measured(session, job.id, job.attempt, reason, desk.now())
        if recorded and job.request.slice is None:
            ask_next(desk, session, job.id)
    _tidy(desk, job, recorded=recorded)
    LOG.info("analysis.not_measured", id=job.id, reason=outcome.reason)


def _own_folder(desk: Desk, job: Job) -> int | None:
    """Where other hosts may try again meanwhile, each attempt has a folder of its own."""
    return job.attempt if desk.settings.node.shared is not None else None


def _tidy(desk: Desk, job: Job, *, recorded: bool) -> None:
    """Of attempts with folders of their own the recorded one stays."""
    if _own_folder(desk, job) is not None:
        forget = store.forget_other_attempts if recorded else store.forget_attempt
        forget(desk.data, job.key, job.attempt)


def _finish_measured(desk: Desk, job: Job, outcome: Measured) -> None:
    stored = store.store(desk.data, job.key, outcome, _own_folder(desk, job))
    disposition = _disposition(desk, job, outcome)
    facts = outcome.facts | {"seconds": round(sum(outcome.seconds.values()), 3)}
    with desk.sessions.begin() as session:
        facts |= {"patient_key": desk.key_of(session.get_one(Analysis, job.id).study)}
        recorded = results.finish_measured(session, job.id, job.attempt, facts, stored, disposition, desk.now())
        if recorded:
            wake_senders(desk, session, disposition.destinations)
    _tidy(desk, job, recorded=recorded)
    LOG.info("analysis.measured", id=job.id, held=disposition.held, seconds=outcome.seconds)


def _disposition(desk: Desk, job: Job, outcome: Measured) -> Disposition:
    """A person's decision, else review policy and model status decide what leaves, and where to."""
    policy = desk.settings.review.policy
    held = None
    if job.review or job.released:
        held = None
    elif job.request.slice is not None:
        held = "\n".join(("slice_chosen: a person chose this slice; a person decides on the result", *outcome.doubts))
    elif policy == "always":
        held = "\n".join(outcome.doubts) or "review policy: always"
    elif policy == "doubtful" and outcome.doubts:
        held = "\n".join(outcome.doubts)
    status, study_date = outcome.facts.get("model_status"), outcome.facts.get("study_date")
    destinations, withheld = taken_by(desk, status, study_date, approved=job.review is not None)
    return Disposition(held=held, destinations=destinations, withheld=withheld)


def _give_up(desk: Desk, job: Job, why: str, log: str, wait: timedelta = RETRY_WAIT) -> None:
    kind = why.partition(":")[0]  # the message of a fault may quote a value
    LOG.error("analysis.failed", id=job.id, attempt=job.attempt, why=kind)
    with desk.sessions.begin() as session:
        attempts = desk.settings.work.attempts
        results.give_up(session, job.id, job.attempt, why, log=log, attempts=attempts, now=desk.now(), wait=wait)


def _predecessor(artifact: Artifact) -> Predecessor:
    return Predecessor(**{name: getattr(artifact, name) for name in Predecessor.__slots__})
