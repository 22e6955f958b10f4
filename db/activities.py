"""What a person may pause.  The pause stands in a row: a running node obeys it, and so does the next one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Activity
from db.states import Entity, move


class Name(StrEnum):
    """The three things a node does."""

    RECEIVE = "receive"
    ANALYSE = "analyse"
    DELIVER = "deliver"


def pause(session: Session, name: Name, *, why: str, actor: str, now: datetime) -> bool:
    """Stop beginning anything new of this kind; False when it is paused already."""
    return move(session, Entity.ACTIVITY, _id(session, name), "running", "paused", now=now, reason=why, actor=actor)


def resume(session: Session, name: Name, *, actor: str, now: datetime) -> bool:
    """Go on; False when it is not paused."""
    return move(session, Entity.ACTIVITY, _id(session, name), "paused", "running", now=now, actor=actor)


def paused(session: Session) -> dict[str, str]:
    """Name -> reason of what is paused."""
    query = select(Activity.name, Activity.reason).where(Activity.state == "paused").order_by(Activity.id)
    return {name: reason or "" for name, reason in session.execute(query)}


def _id(session: Session, name: Name) -> int:
    return session.scalars(select(Activity.id).where(Activity.name == name)).one()
