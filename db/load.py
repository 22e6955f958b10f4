"""How much there is to do and was done: what the system page shows.

What was done is read from `event`, which nothing takes away from: rows of forgotten patients are gone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from db.priority import Priority
from db.schema import Analysis, Base, Delivery, Destination, Event, Measurement, Model, Series, Study
from db.states import Entity

UNDONE: Mapping[type[Base], tuple[str, ...]] = {
    Study: ("open", "settled"),
    Series: ("receiving", "closed"),
    Analysis: ("queued", "running", "failed", "held", "dead"),
    Delivery: ("pending", "dead"),
}
"""What goes on by itself, or wants a person: few rows of many, found by their indexes."""
TEN_MINUTES = len("2026-03-01 12:3")
"""As much of a time as names its ten minutes: no time zone begins between them."""
MOST_SECONDS = 5_000

Move: TypeAlias = tuple[str, str | None, str]
"""(entity, from state, to state); from None is a birth."""


def moved(move: Move, entity: Any = Event.entity) -> ColumnElement[bool]:
    """Whether an event is this move."""
    of, frm, to = move
    return and_(entity == of, Event.from_state.is_not_distinct_from(frm), Event.to_state == to)


def among(*moves: Move) -> ColumnElement[bool]:
    """Whether an event of a range is one of these moves: the index by entity, which names half of all, is hidden."""
    return or_(*(moved(move, Event.entity.concat("")) for move in moves))


RECEIVED: Move = ("study", None, "open")
MEASURED: tuple[Move, ...] = (("analysis", "running", "done"), ("analysis", "running", "held"))
SENT: Move = ("delivery", "pending", "sent")
DONE: Mapping[str, tuple[Move, ...]] = {"received": (RECEIVED,), "measured": MEASURED, "sent": (SENT,)}
Counts: TypeAlias = Mapping[str, Counter[datetime]]
"""By what was done, one of `DONE`, how often in the ten minutes (UTC) that begin then."""


def undone(session: Session) -> dict[str, dict[str, int]]:
    """How many rows of each table stand in each state of `UNDONE`."""
    return {table.__tablename__: _undone(session, table, states) for table, states in UNDONE.items()}


def _undone(session: Session, table: Any, states: tuple[str, ...]) -> dict[str, int]:
    query = select(table.state, func.count()).where(table.state.in_(states)).group_by(table.state)
    return dict.fromkeys(states, 0) | dict(session.execute(query).all())


def done_since(session: Session, since: datetime) -> Counts:
    """What was received (studies), measured and sent (objects) since a time."""
    what = case(*((moved(move), name) for name, moves in DONE.items() for move in moves)).label("what")
    begins = func.substr(cast(Event.at, String), 1, TEN_MINUTES).label("begins")
    query = select(what, begins, func.count()).where(*_since(session, since), among(*chain(*DONE.values())))
    counts: dict[str, Counter[datetime]] = {name: Counter() for name in DONE}
    for name, text, count in session.execute(query.group_by("what", "begins")):
        counts[name][datetime.fromisoformat(f"{text}0:00").replace(tzinfo=UTC)] += count
    return counts


def seconds_since(session: Session, since: datetime) -> Sequence[float]:
    """Seconds of work of the latest analyses that were measured since a time."""
    query = select(Measurement.seconds).join(Event, Event.entity_id == Measurement.analysis_id)
    query = query.where(*_since(session, since), among(*MEASURED), Measurement.seconds.is_not(None))
    return session.scalars(query.order_by(Event.id.desc()).limit(MOST_SECONDS)).all()  # type: ignore[return-value]


def _since(session: Session, since: datetime) -> tuple[Any, ...]:
    return Event.id >= first_event(session, since), Event.at >= since


def first_event(session: Session, since: datetime) -> int:
    """The first event that is not before a time, by halving: events are in order but where a clock was set."""
    first, last = 1, (session.scalar(select(func.max(Event.id))) or 0) + 1
    while first < last:
        middle = (first + last) // 2
        at = session.scalars(select(Event.at).where(Event.id >= middle).order_by(Event.id).limit(1)).one()
        first, last = (middle + 1, last) if at < since else (first, middle)
    return first


def queue(session: Session) -> dict[str, int]:
    """How many analyses wait at each priority, the most urgent first."""
    query = select(Analysis.priority, func.count()).where(Analysis.state == "queued").group_by(Analysis.priority)
    known = {one.value: one.name.lower() for one in Priority}
    counts = session.execute(query.order_by(Analysis.priority.desc()))
    return {known.get(priority, str(priority)): count for priority, count in counts}


def waiting_since(session: Session) -> datetime | None:
    """Since when the analysis waits that is next in one of the priorities and waits longest; None where none does."""
    first = [
        select(func.min(Analysis.id)).where(Analysis.state == "queued", Analysis.priority == one).scalar_subquery()
        for one in Priority
    ]
    return session.scalar(select(func.min(Analysis.due_at)).where(Analysis.id.in_(first)))


def unsent_since(session: Session) -> datetime | None:
    """Since when the oldest object waits that no destination has taken; None where all are sent."""
    first = session.scalar(select(func.min(Delivery.id)).where(Delivery.state == "pending"))
    posted = Event.entity == Entity.DELIVERY, Event.entity_id == first, Event.to_state == "pending"
    return session.scalar(select(func.min(Event.at)).where(*posted))


def destinations(session: Session, names: Sequence[str]) -> list[tuple[str, Destination | None, dict[str, int]]]:
    """(name, circuit, parcels in each state) of each destination of the settings."""
    known = {row.name: row for row in session.scalars(select(Destination))}
    query = select(Delivery.destination, Delivery.state, func.count()).group_by(Delivery.destination, Delivery.state)
    parcels: dict[str, dict[str, int]] = {}
    for name, state, count in session.execute(query):
        parcels.setdefault(name, {})[state] = count
    return [(name, known.get(name), parcels.get(name, {})) for name in names]


def circuits(session: Session) -> dict[str, str]:
    """The state of each destination that was met."""
    return {row.name: row.state for row in session.scalars(select(Destination))}


def unsent(session: Session) -> dict[str, int]:
    """How many objects wait for each destination."""
    query = select(Delivery.destination, func.count()).where(Delivery.state == "pending")
    return dict(session.execute(query.group_by(Delivery.destination)).all())


def models(session: Session) -> Sequence[Model]:
    """Every model that made numbers here."""
    return session.scalars(select(Model).order_by(Model.id.desc())).all()


def age(since: datetime | None, now: datetime) -> timedelta:
    """How long something waits; nothing waits no time at all, nor does what is due later."""
    return max(now - since, timedelta()) if since else timedelta()
