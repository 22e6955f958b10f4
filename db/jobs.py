"""What an operator does with analyses: look at them, try or send one again, put one first, cancel one that waits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from db import results
from db.priority import Priority
from db.schema import Analysis, Artifact, Delivery, Event
from db.states import Entity, move, note

WAITING = ("queued", "running", "failed")
"""States of an analysis that is not done."""
RETRIED = ("dead", "not_measured", "cancelled")
"""At rest without a result: a codec that was installed, or a mended disk, may change that."""

UNTRIED: Mapping[str, Any] = {"attempt": 0, "asked": 0, "resent": 0, "failed_at": None, "transaction_uid": None}
"""A parcel of which nothing was tried yet."""


class Deed(StrEnum):
    """What an operator may do to an analysis."""

    RETRY = "retry"
    PRIORITISE = "prioritise"
    CANCEL = "cancel"
    RESEND = "resend"


class Refused(Exception):
    """The row is not in a state in which this can be done; the message says what it is."""


def jobs(session: Session, states: Collection[str], limit: int) -> Sequence[Analysis]:
    """The newest analyses in one of `states`, all without any, with their studies."""
    query = select(Analysis).options(joinedload(Analysis.study)).order_by(Analysis.id.desc()).limit(limit)
    return session.scalars(query.where(Analysis.state.in_(states)) if states else query).all()


def job(session: Session, analysis_id: int) -> Analysis:
    """One analysis; raises `Refused` when there is none."""
    found = session.get(Analysis, analysis_id)
    if found is None:
        raise Refused(f"there is no analysis {analysis_id}")
    return found


def events(session: Session, analysis_id: int) -> Sequence[Event]:
    """What happened to an analysis, in order."""
    query = select(Event).where(Event.entity == Entity.ANALYSIS, Event.entity_id == analysis_id).order_by(Event.id)
    return session.scalars(query).all()


def deliveries(session: Session, analysis_id: int) -> Sequence[Delivery]:
    """Its parcels."""
    query = select(Delivery).join(Artifact).where(Artifact.analysis_id == analysis_id).order_by(Delivery.id)
    return session.scalars(query).all()


def deeds(row: Analysis, newest: Analysis, sent: Collection[str] = ()) -> tuple[Deed, ...]:
    """What can be done to an analysis now; `newest` is the last of its study, `sent` the states of its parcels."""
    if row.state == "done" and "dead" in sent:
        return (Deed.RESEND,)
    if row.state in RETRIED and row.id == newest.id:
        return (Deed.RETRY,)
    if row.state != "queued":
        return ()
    return (Deed.PRIORITISE, Deed.CANCEL) if row.priority < Priority.PERSON else (Deed.CANCEL,)


def retry(session: Session, analysis_id: int, *, actor: str, now: datetime) -> None:
    """Queue it once more, before all that nobody waits for; the last attempt fails for good again.

    Raises `Refused` when it is not at rest without a result, or when something newer was asked of its study.
    """
    row = job(session, analysis_id)
    if row.state not in RETRIED:
        raise Refused(f"analysis {analysis_id} is {row.state}; only {', '.join(RETRIED)} can be tried again")
    newest = results.latest(session, row.study_id)
    if newest and newest.id != row.id:
        raise Refused(f"analysis {newest.id} of the same study is newer ({newest.state})")
    changes = {"due_at": now, "finished_at": None, "priority": Priority.PERSON}
    move(session, Entity.ANALYSIS, row.id, row.state, "queued", now=now, reason=None, actor=actor, changes=changes)


def cancel(session: Session, analysis_id: int, *, why: str, actor: str, now: datetime) -> None:
    """Take it out of the queue for good; raises `Refused` when it is not queued."""
    told: dict[str, Any] = {"now": now, "reason": why, "actor": actor, "changes": {"finished_at": now}}
    if not move(session, Entity.ANALYSIS, analysis_id, "queued", "cancelled", **told):
        raise Refused(f"analysis {analysis_id} is {job(session, analysis_id).state}; only queued can be cancelled")


def prioritise(session: Session, analysis_id: int, *, actor: str, now: datetime) -> None:
    """Put it before all that nobody waits for; raises `Refused` when it is not queued, or first already."""
    moved_up = update(Analysis).where(
        Analysis.id == analysis_id, Analysis.state == "queued", Analysis.priority < Priority.PERSON
    )
    changed = session.execute(moved_up.values(priority=Priority.PERSON, due_at=now))
    if not changed.rowcount:  # type: ignore[attr-defined]
        state = job(session, analysis_id).state
        why = "first in line already" if state == "queued" else f"{state}; only queued can be put first"
        raise Refused(f"analysis {analysis_id} is {why}")
    note(session, Entity.ANALYSIS, analysis_id, "queued", "queued", now=now, reason="put first in line", actor=actor)


def resend(session: Session, analysis_id: int, *, actor: str, now: datetime) -> None:
    """Send once more what of a result could not be delivered, as if for the first time; raises `Refused`."""
    row = job(session, analysis_id)
    dead = [parcel.id for parcel in deliveries(session, analysis_id) if parcel.state == "dead"]
    if row.state != "done" or not dead:
        raise Refused(f"analysis {analysis_id} is {row.state}, with {len(dead)} objects that failed: nothing to send")
    told: dict[str, Any] = {"now": now, "actor": actor, "changes": {**UNTRIED, "due_at": now}}
    for delivery_id in dead:
        move(session, Entity.DELIVERY, delivery_id, "dead", "pending", **told)


def backlog_over(session: Session, limit: int) -> bool:
    """Whether more analyses than `limit` are not done; counts no further than that."""
    query = select(Analysis.id).where(Analysis.state.in_(WAITING)).limit(1).offset(limit)
    return session.scalar(query) is not None
