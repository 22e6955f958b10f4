"""The models that made numbers, and who vouches for each: remembered once, released by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Event, Model
from db.states import Entity, move, note

CARD = ("name", "version", "limits")
"""What a model's card says; the digest covers only what decides its output."""


class NoSuchModel(Exception):
    """None, or more than one, of the remembered models has this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A model as its folder shows it; `limits` is JSON or None."""

    digest: str
    name: str
    version: str
    state: str
    path: str
    limits: str | None


def remember(session: Session, seen: Seen, *, now: datetime, actor: str = "node") -> Model:
    """Note a model the first time it is seen, later what its folder says otherwise.

    Its state stays, but nobody vouches for a card that changed after the release.
    """
    known = session.scalar(select(Model).where(Model.digest == seen.digest))
    if known is None:
        return _born(session, seen, now, actor)
    changed = [*card_changes(known, seen), *(["path"] if known.path != seen.path else [])]
    if _changed_since_release(known, seen):
        _take_back(session, known, now, actor)
    for name in changed:
        setattr(known, name, getattr(seen, name))
    if changed:
        reason = f"the folder says otherwise: {', '.join(changed)}"
        note(session, Entity.MODEL, known.id, known.state, known.state, now=now, reason=reason, actor=actor)
    return known


def _changed_since_release(known: Model, seen: Seen) -> bool:
    return known.state == "released" and bool(card_changes(known, seen))


def _take_back(session: Session, model: Model, now: datetime, actor: str) -> None:
    reason = f"its card has changed since {model.released_by} released it"
    changes = {"released_by": None, "released_at": None}
    move(
        session, Entity.MODEL, model.id, "released", "research", now=now, reason=reason, actor=actor, changes=changes
    )


def _born(session: Session, seen: Seen, now: datetime, actor: str) -> Model:
    model = Model(
        digest=seen.digest,
        name=seen.name,
        version=seen.version,
        state=seen.state,
        path=seen.path,
        limits=seen.limits,
        first_seen_at=now,
    )
    session.add(model)
    session.flush()
    note(session, Entity.MODEL, model.id, None, model.state, now=now, reason=seen.path, actor=actor)
    return model


def release(session: Session, model: Model, *, by: str, why: str, now: datetime) -> bool:
    """A named person vouches for a research model; False when it is released already, or a demonstration."""
    changes = {"released_by": by, "released_at": now}
    return move(
        session, Entity.MODEL, model.id, "research", "released", now=now, reason=why, actor=by, changes=changes
    )


def known(session: Session) -> Sequence[Model]:
    """All models, the first seen first."""
    return session.scalars(select(Model).order_by(Model.id)).all()


def state_of(session: Session, seen: Seen) -> str | None:
    """State of a model as it is seen now, None where it never was."""
    known = session.scalar(select(Model).where(Model.digest == seen.digest))
    if known is None:
        return None
    return "research" if _changed_since_release(known, seen) else known.state


def card_changes(model: Model, seen: Seen) -> list[str]:
    """What the card of a remembered model says otherwise now."""
    return [name for name in CARD if getattr(model, name) != getattr(seen, name)]


def find(session: Session, beginning: str) -> Model:
    """The one model whose digest begins so; raises `NoSuchModel`."""
    found = session.scalars(select(Model).where(Model.digest.startswith(beginning, autoescape=True))).all()
    if len(found) != 1:
        raise NoSuchModel(f"{len(found) or 'no'} models have a digest that begins with {beginning!r}")
    return found[0]


def audit(session: Session, model: Model) -> Sequence[Event]:
    """What happened to a model, in order."""
    query = select(Event).where(Event.entity == Entity.MODEL, Event.entity_id == model.id).order_by(Event.id)
    return session.scalars(query).all()
