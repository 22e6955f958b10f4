"""Whether what was sent is there: verified, asked again, sent again, and at last left to a person."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import replacing
from db.clock import has_come
from db.outbox import LONGEST, bury, wait
from db.schema import Artifact, Delivery
from db.states import Entity, move, note

MOST_ASKED = 5
"""Times that a destination says "not there", or takes a request and does not report, before it is sent again."""
MOST_RESENT = 3
REPORT_WITHIN = timedelta(minutes=15)
"""After that a commitment that was asked for and not reported is asked for again."""
FORGOTTEN = "accepted, and then not there"


def verified(session: Session, delivery_id: int, how: str, now: datetime) -> None:
    """It is there: the destination said so.  With the last object of a revision its rejection note may follow."""
    if move(session, Entity.DELIVERY, delivery_id, "sent", "verified", now=now, reason=how):
        replacing.post_rejection(session, session.get_one(Delivery, delivery_id), now)


def missing(session: Session, delivery_id: int, now: datetime) -> None:
    """The destination does not know it: asked again, each time later; then it is sent again."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.state != "sent":
        return
    delivery.asked += 1
    delivery.due_at = now + wait(delivery.asked + 1)
    if delivery.asked >= MOST_ASKED:
        send_again(session, delivery_id, FORGOTTEN, now)


def unanswered(session: Session, destination: str, delivery_ids: Iterable[int], why: str, now: datetime) -> None:
    """It could not be asked: nothing is known, everything of this destination is asked about later."""
    for delivery_id in delivery_ids:
        note(session, Entity.DELIVERY, delivery_id, "sent", "sent", now=now, reason=f"not verified: {why}")
    session.execute(
        update(Delivery)
        .where(Delivery.destination == destination, Delivery.state == "sent", has_come(Delivery.due_at, now, LONGEST))
        .values(due_at=now + wait(8))
    )


def asking_to_commit(
    session: Session, delivery_ids: Iterable[int], transaction_uid: str, now: datetime
) -> frozenset[int]:
    """Note the transaction under which commitment is about to be asked for; the ids for which it still is."""
    kept = set()
    for delivery_id in delivery_ids:
        delivery = session.get_one(Delivery, delivery_id)
        if delivery.state == "sent" and delivery.asked >= MOST_ASKED:
            send_again(session, delivery_id, "commitment was never reported", now)
        elif delivery.state == "sent":
            delivery.transaction_uid, delivery.due_at = transaction_uid, now + REPORT_WITHIN
            kept.add(delivery_id)
    return frozenset(kept)


def commitment_taken(session: Session, transaction_uid: str) -> None:
    """The destination took the request; without a report it is asked again."""
    session.execute(
        update(Delivery)
        .where(Delivery.transaction_uid == transaction_uid, Delivery.state == "sent")
        .values(asked=Delivery.asked + 1)
    )


def reported(
    session: Session,
    destination: str,
    transaction_uid: str,
    committed: Iterable[str],
    failed: Mapping[str, int],
    now: datetime,
) -> bool:
    """An N-EVENT-REPORT by SOPInstanceUID; False when this destination was never asked under this UID."""
    query = (
        select(Delivery, Artifact.sop_instance_uid)
        .join(Artifact, Delivery.artifact_id == Artifact.id)
        .where(Delivery.destination == destination, Delivery.transaction_uid == transaction_uid)
    )
    asked, there = session.execute(query).all(), frozenset(committed)
    for delivery, uid in asked:
        if uid in there:
            verified(session, delivery.id, "committed", now)
        elif uid in failed:
            send_again(session, delivery.id, f"not committed: failure reason 0x{failed[uid]:04X}", now)
    return bool(asked)


def send_again(session: Session, delivery_id: int, why: str, now: datetime) -> None:
    """It is not there although it was accepted: sent again, and after the last time left to a person."""
    delivery = session.get_one(Delivery, delivery_id)
    resent = delivery.resent + 1
    changes = {"resent": resent, "asked": 0, "transaction_uid": None, "due_at": now}
    moved = move(session, Entity.DELIVERY, delivery_id, "sent", "pending", now=now, reason=why, changes=changes)
    if moved and resent > MOST_RESENT:
        bury(session, delivery_id, f"sent {resent} times: {why}", now)
