"""The models that made numbers, and who vouches for each: remembered once, released by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Event, Model
from db.states import Entity, move, note


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
    """Note a model the first time it is seen, later what its folder says otherwise; its state stays."""
    known = session.scalar(select(Model).where(Model.digest == seen.digest))
    if known is None:
        return _born(session, seen, now, actor)
    changed = [name for name in ("name", "version", "path", "limits") if getattr(known, name) != getattr(seen, name)]
    for name in changed:
        setattr(known, name, getattr(seen, name))
    if changed:
        reason = f"the folder says otherwise: {', '.join(changed)}"
        note(session, Entity.MODEL, known.id, known.state, known.state, now=now, reason=reason, actor=actor)
    return known


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


def state_of(session: Session, digest: str) -> str | None:
    """State of the model with this digest, None where it was never seen."""
    return session.scalar(select(Model.state).where(Model.digest == digest))


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
