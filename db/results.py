"""Requests and what became of them: ask once, take guarded, finish in one transaction, give up with a reason."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import standing
from db.clock import has_come
from db.outbox import cancel, post
from db.priority import Priority
from db.reviews import put_aside
from db.schema import Analysis, Artifact, Measurement, Series
from db.states import Entity, move, note

RETRY_WAIT, LOST_WAIT, NO_WAIT = timedelta(seconds=10), timedelta(seconds=1), timedelta()
"""After a fault, which may pass; after a lost worker, whose successor warms up anyway; after a stop of the node."""
LONGEST_WAIT = timedelta(minutes=5)
"""A row that is due later than this was written by a clock that ran ahead: it is due."""
QUEUED = Analysis.state == "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What identifies a request; `key` is the digest over all of it."""

    key: str
    content_digest: str
    identity_digest: str
    model_digest: str
    analysis_digest: str
    slice_index: int | None = None
    labels_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One encoded object whose file is durable; `path` is relative to the data folder."""

    kind: str
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What happens to a measured result: `held` with its reason, or sent to `destinations`.

    `withheld`: for each other destination a sentence that says why not.
    """

    held: str | None
    destinations: tuple[str, ...]
    withheld: tuple[str, ...] = ()


def ask(
    session: Session, study_id: int, series_id: int, asked: Asked, *, now: datetime, priority: int = Priority.ROUTINE
) -> int | None:
    """Queue a request; None when it stands already.  A queued older one of the study is superseded.

    A question that was superseded may come back (a correction is taken back): it is asked again under a new key.
    """
    before = latest(session, study_id)
    known = session.scalar(select(Analysis).where(Analysis.request_key == asked.key))
    if _stands(before, asked) or (known and known.state != "superseded"):
        return None
    analysis = Analysis(
        study_id=study_id,
        series_id=series_id,
        request_key=_again(asked.key, before) if known and before else asked.key,
        content_digest=asked.content_digest,
        identity_digest=asked.identity_digest,
        model_digest=asked.model_digest,
        analysis_digest=asked.analysis_digest,
        slice_index=asked.slice_index,
        labels_digest=asked.labels_digest,
        supersedes_id=before.id if before else None,
        revision=before.revision + (before.measurement is not None) if before else 1,
        priority=priority,
        state="queued",
        due_at=now,
        asked_at=now,
    )
    session.add(analysis)
    session.flush()
    note(session, Entity.ANALYSIS, analysis.id, None, "queued", now=now)
    if before and before.state == "queued":
        move(session, Entity.ANALYSIS, before.id, "queued", "superseded", now=now, reason="asked again")
    return analysis.id


def _stands(before: Analysis | None, asked: Asked) -> bool:
    """Whether the last request of the study is this question, and still counts."""
    return before is not None and before.state != "superseded" and same_question(before, asked)


def same_question(row: Analysis, asked: Asked) -> bool:
    """Whether a row asks the same of the same content."""
    return all(getattr(row, name) == getattr(asked, name) for name in Asked.__slots__ if name != "key")


def _again(key: str, before: Analysis) -> str:
    return hashlib.sha256(f"{key} after {before.id}".encode()).hexdigest()


def latest(session: Session, study_id: int) -> Analysis | None:
    """The request of a study that was asked last."""
    query = select(Analysis).where(Analysis.study_id == study_id).order_by(Analysis.id.desc()).limit(1)
    return session.scalar(query)


def next_best(session: Session, study_id: int) -> Series | None:
    """The admitted series with the highest score of which nothing was asked yet."""
    asked = select(Analysis.series_id).where(Analysis.study_id == study_id)
    query = (
        select(Series)
        .where(
            Series.study_id == study_id, Series.state == "ignored", Series.score.is_not(None), ~Series.id.in_(asked)
        )
        .order_by(Series.score.desc(), Series.id)
        .limit(1)
    )
    return session.scalar(query)


def outdated(session: Session, analysis_id: int, now: datetime) -> bool:
    """A queued request asks what no longer holds: the series, the model or the settings are others now."""
    why = "the series, the model or the settings changed before the analysis began"
    return move(session, Entity.ANALYSIS, analysis_id, "queued", "superseded", now=now, reason=why)


def take(session: Session, analysis_id: int, now: datetime) -> Analysis | None:
    """Begin an attempt; None when the row is not queued or not yet due."""
    analysis = session.get(Analysis, analysis_id)
    if analysis is None or now < analysis.due_at <= now + LONGEST_WAIT:
        return None
    attempt = analysis.attempt + 1
    if not move(session, Entity.ANALYSIS, analysis_id, "queued", "running", now=now, changes={"attempt": attempt}):
        return None
    session.refresh(analysis)
    return analysis


def finish_measured(
    session: Session,
    analysis_id: int,
    attempt: int,
    facts: Mapping[str, Any],
    artifacts: Sequence[Stored],
    disposition: Disposition,
    now: datetime,
) -> bool:
    """Result, artifacts, current flag and parcels in one transaction; False for a late result of a lost attempt."""
    analysis = _running(session, analysis_id, attempt)
    if analysis is None:
        return False
    session.add(Measurement(analysis_id=analysis_id, **facts))
    session.add_all(Artifact(analysis_id=analysis_id, **_columns(stored)) for stored in artifacts)
    session.flush()
    if disposition.held:
        put_aside(session, analysis, now)
        return _end(session, analysis, "held", disposition.held, now)
    _end(session, analysis, "done", None, now)
    if newer := _newer_current(session, analysis):
        why = f"by analysis {newer}"
        return move(session, Entity.ANALYSIS, analysis_id, "done", "superseded", now=now, reason=why)
    _make_current(session, analysis, now)
    post(session, analysis_id, disposition.destinations, now)
    for why in disposition.withheld:
        note(session, Entity.ANALYSIS, analysis_id, "done", "done", now=now, reason=why)
    return True


def hold_again(session: Session, analysis_id: int, why: str, now: datetime) -> None:
    """A result that was to leave must not: held, what of it is unsent stays here, and it counts no more."""
    cancel(session, analysis_id, now, why)
    aside = {"is_current": False}
    if move(session, Entity.ANALYSIS, analysis_id, "done", "held", now=now, reason=why, changes=aside):
        standing.renew(session, session.get_one(Analysis, analysis_id).study_id)


def of_study(session: Session, study_id: int) -> Sequence[Analysis]:
    """Everything that was asked of a study, oldest first."""
    return session.scalars(select(Analysis).where(Analysis.study_id == study_id).order_by(Analysis.id)).all()


def finish_not_measured(session: Session, analysis_id: int, attempt: int, reason: str, now: datetime) -> bool:
    """The input could not be measured; the coded reason stands in the row."""
    analysis = _running(session, analysis_id, attempt)
    return analysis is not None and _end(session, analysis, "not_measured", reason, now)


def give_up(
    session: Session,
    analysis_id: int,
    attempt: int,
    why: str,
    *,
    attempts: int,
    now: datetime,
    log: str | None = None,
    wait: timedelta = RETRY_WAIT,
) -> None:
    """An attempt failed: queued again after a `wait` that grows, or dead after the last of `attempts`."""
    if _running(session, analysis_id, attempt) is None:
        return
    move(session, Entity.ANALYSIS, analysis_id, "running", "failed", now=now, reason=why, changes={"log": log})
    if attempt >= attempts:
        to, changes = "dead", {"finished_at": now}
    else:
        to, changes = "queued", {"due_at": now + min(wait * attempt, LONGEST_WAIT)}
    move(session, Entity.ANALYSIS, analysis_id, "failed", to, now=now, reason=why, changes=changes)


def recover(session: Session, attempts: int, now: datetime, alive: Collection[int] = ()) -> int:
    """Whatever is running and not `alive` has lost its process.  It costs an attempt: the job may be the reason."""
    running = session.scalars(select(Analysis).where(Analysis.state == "running")).all()
    lost = [analysis for analysis in running if analysis.id not in alive]
    for analysis in lost:
        why = "the node stopped while this was running"
        give_up(session, analysis.id, analysis.attempt, why, attempts=attempts, now=now, wait=NO_WAIT)
    return len(lost)


def due(session: Session, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(id, priority) of the `limit` most urgent queued analyses whose time has come; as quick at a long queue."""
    found: list[tuple[int, int]] = []
    priority = session.scalar(select(func.max(Analysis.priority)).where(QUEUED))
    while priority is not None and len(found) < limit:
        query = (
            select(Analysis.id)
            .where(QUEUED, Analysis.priority == priority, has_come(Analysis.due_at, now, LONGEST_WAIT))
            .order_by(Analysis.id)
            .limit(limit - len(found))
        )
        found += [(analysis_id, priority) for analysis_id in session.scalars(query)]
        priority = session.scalar(select(func.max(Analysis.priority)).where(QUEUED, Analysis.priority < priority))
    return found


def _running(session: Session, analysis_id: int, attempt: int) -> Analysis | None:
    return session.scalar(
        select(Analysis).where(Analysis.id == analysis_id, Analysis.state == "running", Analysis.attempt == attempt)
    )


def _end(session: Session, analysis: Analysis, to: str, reason: str | None, now: datetime) -> bool:
    return move(
        session, Entity.ANALYSIS, analysis.id, "running", to, now=now, reason=reason, changes={"finished_at": now}
    )


def _make_current(session: Session, analysis: Analysis, now: datetime) -> None:
    """One current result per study: older ones are superseded, and what of them is unsent stays unsent."""
    why, aside = f"by analysis {analysis.id}", {"is_current": False}
    for older in _standing(session, analysis):
        move(session, Entity.ANALYSIS, older.id, older.state, "superseded", now=now, reason=why, changes=aside)
        cancel(session, older.id, now)
    session.execute(update(Analysis).where(Analysis.id == analysis.id).values(is_current=True))
    standing.renew(session, analysis.study_id)


def _newer_current(session: Session, analysis: Analysis) -> int | None:
    """The current result when it was asked later: a retried older request must not replace it."""
    query = select(Analysis.id).where(
        Analysis.study_id == analysis.study_id, Analysis.is_current, Analysis.id > analysis.id
    )
    return session.scalar(query)


def _standing(session: Session, analysis: Analysis) -> Iterable[Analysis]:
    """Older results of the study that are sent or held."""
    return session.scalars(
        select(Analysis).where(
            Analysis.study_id == analysis.study_id, Analysis.id < analysis.id, Analysis.state.in_(("done", "held"))
        )
    ).all()


def _columns(stored: Stored) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in Stored.__slots__}
