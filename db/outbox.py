"""Parcels: one stored object for one destination, tried until it is there or nobody wants it any more."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import pulls
from db.clock import has_come
from db.schema import Analysis, Artifact, Delivery
from db.states import Entity, move, note

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 900.0
JITTER = 0.2
"""Part of a wait by which it may be longer, so that parcels do not come back in step."""
LONGEST = timedelta(seconds=LONGEST_WAIT_S * (1 + JITTER))
"""What is due later than that was written by a clock that was wrong."""
BURIED_AFTER = timedelta(days=7)
"""From the first time that this very object was refused or broke the association off; a person has had a week.  While
its destination is away a parcel waits untouched, however long that is."""


REJECTION = "reject"
"""Kind of the note that makes void what a revision replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a sender needs: where the bytes are, what they must hash to, and how the object is named."""

    delivery_id: int
    analysis_id: int
    destination: str
    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    path: str
    sha256: str


def post(session: Session, analysis_id: int, destinations: Collection[str], now: datetime) -> None:
    """A parcel for each stored object of a result and each destination; one that was cancelled is wanted again.

    A rejection note waits until the others have arrived: `db.replacing`.
    """
    made = select(Artifact).where(Artifact.analysis_id == analysis_id, Artifact.kind != REJECTION)
    artifacts = session.scalars(made.order_by(Artifact.id))
    destinations = pulls.allowed(session, analysis_id, destinations)
    for artifact in artifacts.all():
        for destination in destinations:
            post_one(session, artifact, destination, now)


def post_one(session: Session, artifact: Artifact, destination: str, now: datetime) -> None:
    """A parcel for one object; nothing where it has one that was not cancelled."""
    query = select(Delivery).where(Delivery.artifact_id == artifact.id, Delivery.destination == destination)
    if delivery := session.scalar(query):
        if delivery.state == "cancelled":
            move(session, Entity.DELIVERY, delivery.id, "cancelled", "pending", now=now, changes={"due_at": now})
        return
    delivery = Delivery(artifact_id=artifact.id, destination=destination, state="pending", due_at=now)
    session.add(delivery)
    session.flush()
    note(session, Entity.DELIVERY, delivery.id, None, "pending", now=now)


def take(session: Session, destination: str, now: datetime, most: int | None = None) -> list[Parcel]:
    """Parcels for a destination that are due: urgent results first, of each SEG, SR, key image.

    What failed before comes after all that did not: an object that breaks associations off must not be every probe.
    """
    return in_state(session, destination, "pending", now, most)


def in_state(session: Session, destination: str, state: str, now: datetime, most: int | None = None) -> list[Parcel]:
    """Parcels of a destination in `state` whose time has come, the most urgent first."""
    query = (
        select(Delivery)
        .join(Artifact, Delivery.artifact_id == Artifact.id)
        .join(Analysis, Artifact.analysis_id == Analysis.id)
        .where(Delivery.destination == destination, Delivery.state == state, has_come(Delivery.due_at, now, LONGEST))
        .order_by(Delivery.failed_at.is_not(None), Analysis.priority.desc(), Analysis.id, Artifact.id)
        .limit(most)
    )
    return [_parcel(delivery) for delivery in session.scalars(query)]


def _parcel(delivery: Delivery) -> Parcel:
    artifact = delivery.artifact
    return Parcel(
        delivery_id=delivery.id,
        analysis_id=artifact.analysis_id,
        destination=delivery.destination,
        sop_class_uid=artifact.sop_class_uid,
        sop_instance_uid=artifact.sop_instance_uid,
        study_instance_uid=artifact.analysis.study.study_instance_uid,
        series_instance_uid=artifact.series_instance_uid,
        path=artifact.path,
        sha256=artifact.sha256,
    )


def is_pending(session: Session, delivery_id: int) -> bool:
    """Whether the parcel still wants to be sent; a revision may have cancelled it a moment ago."""
    return session.get_one(Delivery, delivery_id).state == "pending"


def sent(session: Session, delivery_id: int, now: datetime) -> None:
    """The destination answered success; whether it is there is asked after a moment."""
    changes = {"sent_at": now, "asked": 0, "failed_at": None, "due_at": now + timedelta(seconds=FIRST_WAIT_S)}
    move(session, Entity.DELIVERY, delivery_id, "pending", "sent", now=now, changes=changes)


def put_off(session: Session, delivery_id: int, why: str, now: datetime) -> None:
    """This object was not taken: due again after a wait that doubles, up to fifteen minutes; dead after a week."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.state != "pending":
        return
    delivery.failed_at = delivery.failed_at or now
    if now - delivery.failed_at >= BURIED_AFTER:
        bury(session, delivery_id, f"for {BURIED_AFTER.days} days: {why}", now)
        return
    delivery.attempt += 1
    delivery.reason = why
    delivery.due_at = now + wait(delivery.attempt)
    note(session, Entity.DELIVERY, delivery_id, "pending", "pending", now=now, reason=why)


def postpone(session: Session, analysis_id: int, why: str, now: datetime) -> None:
    """What of a result is unsent waits a quarter of an hour; it is nobody's fault but the reason's."""
    query = select(Delivery).join(Artifact, Delivery.artifact_id == Artifact.id)
    for delivery in session.scalars(query.where(Artifact.analysis_id == analysis_id, Delivery.state == "pending")):
        delivery.due_at, delivery.reason = now + timedelta(seconds=LONGEST_WAIT_S), why
        note(session, Entity.DELIVERY, delivery.id, "pending", "pending", now=now, reason=why)


def wait(attempt: int, chance: float | None = None) -> timedelta:
    """10 s x 2^(attempt - 1), at most 15 minutes, with jitter; `chance` 0..1 fixes the jitter."""
    seconds = min(FIRST_WAIT_S * 2 ** min(attempt - 1, 32), LONGEST_WAIT_S)
    return timedelta(seconds=seconds * (1 + JITTER * (random.random() if chance is None else chance)))


def bury(session: Session, delivery_id: int, why: str, now: datetime) -> None:
    """It can never be delivered; a person must look."""
    move(session, Entity.DELIVERY, delivery_id, "pending", "dead", now=now, reason=why)


def cancel(session: Session, analysis_id: int, now: datetime, why: str = "superseded") -> None:
    """What of a result is still unsent is not sent."""
    query = (
        select(Delivery.id)
        .join(Artifact, Delivery.artifact_id == Artifact.id)
        .where(Artifact.analysis_id == analysis_id, Delivery.state == "pending")
    )
    for delivery_id in session.scalars(query).all():
        move(session, Entity.DELIVERY, delivery_id, "pending", "cancelled", now=now, reason=why)


def due(session: Session, now: datetime) -> Sequence[str]:
    """Destinations with a parcel to send whose time has come."""
    query = (
        select(Delivery.destination)
        .where(Delivery.state == "pending", has_come(Delivery.due_at, now, LONGEST))
        .distinct()
    )
    return session.scalars(query.order_by(Delivery.destination)).all()


def unverified(session: Session, destination: str, now: datetime) -> bool:
    """Whether a destination is to be asked now for something that it accepted."""
    query = select(Delivery.id).where(
        Delivery.state == "sent", Delivery.destination == destination, has_come(Delivery.due_at, now, LONGEST)
    )
    return session.scalar(query.limit(1)) is not None
