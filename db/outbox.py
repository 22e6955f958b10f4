"""Parcels: one stored object for one destination, tried until it is there or the attempt is cancelled."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Artifact, Delivery
from db.states import Entity, move, note

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 900.0
JITTER = 0.2
"""Part of a wait by which it may be longer, so that parcels do not come back in step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a sender needs: where the bytes are and what they must hash to."""

    delivery_id: int
    destination: str
    sop_class_uid: str
    sop_instance_uid: str
    path: str
    sha256: str


def post(session: Session, analysis_id: int, destinations: Collection[str], now: datetime) -> None:
    """A parcel for each stored object of a result and each destination."""
    artifacts = session.scalars(select(Artifact).where(Artifact.analysis_id == analysis_id).order_by(Artifact.id))
    for artifact in artifacts.all():
        for destination in destinations:
            delivery = Delivery(artifact_id=artifact.id, destination=destination, state="pending", due_at=now)
            session.add(delivery)
            session.flush()
            note(session, Entity.DELIVERY, delivery.id, None, "pending", now=now)


def take(session: Session, analysis_id: int, now: datetime) -> list[Parcel]:
    """Parcels of a result that are due, in the order SEG, SR, key image."""
    query = (
        select(Delivery, Artifact)
        .join(Artifact, Delivery.artifact_id == Artifact.id)
        .where(Artifact.analysis_id == analysis_id, Delivery.state == "pending", Delivery.due_at <= now)
        .order_by(Delivery.destination, Artifact.id)
    )
    return [_parcel(delivery, artifact) for delivery, artifact in session.execute(query).all()]


def _parcel(delivery: Delivery, artifact: Artifact) -> Parcel:
    return Parcel(
        delivery_id=delivery.id,
        destination=delivery.destination,
        sop_class_uid=artifact.sop_class_uid,
        sop_instance_uid=artifact.sop_instance_uid,
        path=artifact.path,
        sha256=artifact.sha256,
    )


def is_pending(session: Session, delivery_id: int) -> bool:
    """Whether the parcel still wants to be sent; a revision may have cancelled it a moment ago."""
    return session.get_one(Delivery, delivery_id).state == "pending"


def sent(session: Session, delivery_id: int, now: datetime) -> None:
    """The destination answered success."""
    move(session, Entity.DELIVERY, delivery_id, "pending", "sent", now=now, changes={"sent_at": now})


def put_off(session: Session, delivery_id: int, why: str, now: datetime) -> None:
    """Not delivered; it is due again after a wait that doubles, up to fifteen minutes."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.state != "pending":
        return
    delivery.attempt += 1
    delivery.reason = why
    delivery.due_at = now + wait(delivery.attempt)
    note(session, Entity.DELIVERY, delivery_id, "pending", "pending", now=now, reason=why)


def wait(attempt: int, chance: float | None = None) -> timedelta:
    """10 s x 2^(attempt - 1), at most 15 minutes, with jitter; `chance` 0..1 fixes the jitter."""
    seconds = min(FIRST_WAIT_S * 2 ** min(attempt - 1, 32), LONGEST_WAIT_S)
    return timedelta(seconds=seconds * (1 + JITTER * (random.random() if chance is None else chance)))


def bury(session: Session, delivery_id: int, why: str, now: datetime) -> None:
    """It can never be delivered; a person must look."""
    move(session, Entity.DELIVERY, delivery_id, "pending", "dead", now=now, reason=why)


def cancel(session: Session, analysis_id: int, now: datetime) -> None:
    """What of a superseded result is still unsent is not sent."""
    query = (
        select(Delivery.id)
        .join(Artifact, Delivery.artifact_id == Artifact.id)
        .where(Artifact.analysis_id == analysis_id, Delivery.state == "pending")
    )
    for delivery_id in session.scalars(query).all():
        move(session, Entity.DELIVERY, delivery_id, "pending", "cancelled", now=now, reason="superseded")


def due(session: Session, now: datetime) -> list[int]:
    """Analyses with a parcel whose time has come, oldest first."""
    query = (
        select(Artifact.analysis_id)
        .join(Delivery, Delivery.artifact_id == Artifact.id)
        .where(Delivery.state == "pending", Delivery.due_at <= now)
        .distinct()
        .order_by(Artifact.analysis_id)
    )
    return list(session.scalars(query))
