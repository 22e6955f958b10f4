"""Every move of every row: one guarded UPDATE and one `event` row, in the caller's transaction.

`TRANSITIONS` is the whole machine as data.  A move that is not in it is a fault of ours and raises; a move whose row
is elsewhere by now returns False and changes nothing: somebody else was first.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.schema import Account, Analysis, Base, Delivery, Event, Model, Series, Study


class Entity(StrEnum):
    """What has states."""

    STUDY = "study"
    SERIES = "series"
    ANALYSIS = "analysis"
    DELIVERY = "delivery"
    MODEL = "model"
    ACCOUNT = "account"


TABLES: MappingProxyType[Entity, type[Base]] = MappingProxyType(
    {
        Entity.STUDY: Study,
        Entity.SERIES: Series,
        Entity.ANALYSIS: Analysis,
        Entity.DELIVERY: Delivery,
        Entity.MODEL: Model,
        Entity.ACCOUNT: Account,
    }
)

NOTHING: Mapping[str, Any] = MappingProxyType({})

TRANSITIONS: MappingProxyType[Entity, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        Entity.STUDY: frozenset(
            {
                ("open", "settled"),
                ("settled", "chosen"),
                ("settled", "open"),  # news while the choice was waiting
                ("chosen", "open"),  # a late image or series
            }
        ),
        Entity.SERIES: frozenset(
            {
                ("receiving", "closed"),
                ("receiving", "ignored"),
                ("closed", "chosen"),
                ("closed", "ignored"),
                ("closed", "receiving"),
                ("chosen", "receiving"),  # a late image whose pixels or identity differ
                ("ignored", "receiving"),
                ("chosen", "ignored"),
                ("ignored", "chosen"),
            }
        ),
        Entity.ANALYSIS: frozenset(
            {
                ("queued", "running"),
                ("running", "done"),
                ("running", "held"),
                ("running", "not_measured"),
                ("running", "failed"),
                ("failed", "queued"),
                ("failed", "dead"),
                ("dead", "queued"),
                ("held", "done"),
                ("held", "rejected"),
                ("held", "expired"),
                ("held", "superseded"),
                ("done", "superseded"),
                ("queued", "superseded"),
            }
        ),
        Entity.DELIVERY: frozenset(
            {
                ("pending", "sent"),
                ("pending", "dead"),
                ("pending", "cancelled"),
                ("sent", "verified"),
                ("sent", "pending"),  # accepted and forgotten
                ("dead", "pending"),
            }
        ),
        Entity.MODEL: frozenset(
            {
                ("research", "released"),
                ("released", "research"),  # its card says something else than what was released
            }
        ),
        Entity.ACCOUNT: frozenset({("active", "disabled"), ("disabled", "active")}),
    }
)


class IllegalMove(Exception):
    """The code asked for a move that the table does not know."""


def move(
    session: Session,
    entity: Entity,
    entity_id: int,
    frm: str,
    to: str,
    *,
    now: datetime,
    reason: str | None = None,
    actor: str = "node",
    changes: Mapping[str, Any] = NOTHING,
) -> bool:
    """Move one row from state `frm` to `to`, with `changes` to its other columns; False when it is not in `frm`."""
    if (frm, to) not in TRANSITIONS[entity]:
        raise IllegalMove(f"{entity} {frm} -> {to}")
    table: Any = TABLES[entity]
    changed = session.execute(
        update(table)
        .where(table.id == entity_id, table.state == frm)
        .values(state=to, reason=reason, **changes)
        .execution_options(synchronize_session="fetch")
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    note(session, entity, entity_id, frm, to, now=now, reason=reason, actor=actor)
    return True


def note(
    session: Session,
    entity: Entity,
    entity_id: int,
    frm: str | None,
    to: str,
    *,
    now: datetime,
    reason: str | None = None,
    actor: str = "node",
) -> None:
    """Append one event; `frm` None is a birth, `frm == to` a remark that moves nothing."""
    session.add(
        Event(entity=entity, entity_id=entity_id, from_state=frm, to_state=to, reason=reason, actor=actor, at=now)
    )


def story(session: Session) -> tuple[Event, ...]:
    """All events in the order they happened."""
    return tuple(session.scalars(select(Event).order_by(Event.id)))


def in_state(session: Session, entity: Entity, states: Iterable[str]) -> list[int]:
    """Ids of the rows in one of `states`, oldest first."""
    table: Any = TABLES[entity]
    return list(session.scalars(select(table.id).where(table.state.in_(list(states))).order_by(table.id)))
