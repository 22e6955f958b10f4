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

from db.schema import Account, Activity, Analysis, Base, Delivery, Destination, Event, Model, Series, Study, Upload


class Entity(StrEnum):
    """What has states."""

    STUDY = "study"
    SERIES = "series"
    ANALYSIS = "analysis"
    DELIVERY = "delivery"
    DESTINATION = "destination"
    MODEL = "model"
    ACCOUNT = "account"
    ACTIVITY = "activity"
    UPLOAD = "upload"


TABLES: MappingProxyType[Entity, type[Base]] = MappingProxyType(
    {
        Entity.STUDY: Study,
        Entity.SERIES: Series,
        Entity.ANALYSIS: Analysis,
        Entity.DELIVERY: Delivery,
        Entity.DESTINATION: Destination,
        Entity.MODEL: Model,
        Entity.ACCOUNT: Account,
        Entity.ACTIVITY: Activity,
        Entity.UPLOAD: Upload,
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
                ("dead", "queued"),  # a person tries again
                ("not_measured", "queued"),
                ("queued", "cancelled"),
                ("cancelled", "queued"),
                ("held", "rejected"),
                ("held", "expired"),
                ("held", "superseded"),
                ("done", "superseded"),
                ("done", "held"),  # its study is gone from the source
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
                ("cancelled", "pending"),  # held again after a cancellation, and approved
            }
        ),
        Entity.DESTINATION: frozenset(
            {
                ("closed", "open"),
                ("open", "half_open"),  # one parcel arrived
                ("half_open", "open"),
                ("half_open", "closed"),
            }
        ),
        Entity.MODEL: frozenset(
            {
                ("research", "released"),
                ("released", "research"),  # its card says something else than what was released
            }
        ),
        Entity.ACCOUNT: frozenset({("active", "disabled"), ("disabled", "active")}),
        Entity.ACTIVITY: frozenset({("running", "paused"), ("paused", "running")}),
        Entity.UPLOAD: frozenset(
            {
                ("queued", "running"),
                ("running", "done"),
                ("running", "refused"),
                ("running", "queued"),  # its worker was lost
            }
        ),
    }
)

RESTS: MappingProxyType[Entity, Mapping[str, str]] = MappingProxyType(
    {
        Entity.STUDY: {"chosen": "what was decided stands in its reason; news opens it again"},
        Entity.SERIES: {
            "chosen": "it is the one that is measured",
            "ignored": "its reason says why it is not measured; news opens it again",
        },
        Entity.ANALYSIS: {
            "done": "measured, and sent to the destinations",
            "held": "measured and in doubt, or everything is held: a person decides",
            "not_measured": "a coded reason says why; `l3node jobs retry` tries again",
            "dead": "it failed at every attempt and its log says how; `l3node jobs retry` tries again",
            "rejected": "a person decided that it is wrong",
            "expired": "nobody decided in time",
            "superseded": "a later request counts",
            "cancelled": "a person took it out of the queue; `l3node jobs retry` brings it back",
        },
        Entity.DELIVERY: {
            "sent": "the destination answered that it has the object; `verify` has it asked again",
            "verified": "the destination was asked again, and has it",
            "dead": "it can't be delivered as things are, its reason says why; `l3node jobs resend` sends it again",
            "cancelled": "the result was superseded before this was sent",
        },
        Entity.DESTINATION: {
            "closed": "it keeps up; parcels go as they come",
            "open": "it was not reached or can take nothing: a probe now and then",
            "half_open": "it is back, and gets a little more each time",
        },
        Entity.MODEL: {
            "demonstration": "bundled; it stays one",
            "research": "nobody vouches for it",
            "released": "a named person vouches for it",
        },
        Entity.ACCOUNT: {"active": "may sign in", "disabled": "may not"},
        Entity.ACTIVITY: {"running": "as a rule", "paused": "until `l3node resume`"},
        Entity.UPLOAD: {
            "done": "segmented; a person looks at it, paints, takes it along",
            "refused": "its reason says why it can't be segmented",
        },
    }
)
"""Where a row may stay, and why; from every other state the node moves it on by itself."""


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


def in_state(session: Session, entity: Entity, states: Iterable[str], limit: int | None = None) -> list[int]:
    """Ids of the rows in one of `states`, oldest first, at most `limit` of them."""
    table: Any = TABLES[entity]
    query = select(table.id).where(table.state.in_(list(states))).order_by(table.id).limit(limit)
    return list(session.scalars(query))
