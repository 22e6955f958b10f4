"""One circuit per destination: a peer that is away is asked now and then, and gets little at first when it is back.

A row, not memory: a node that starts again while a PACS is down knows it, and no start becomes a storm.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.outbox import LONGEST, wait
from db.schema import Destination
from db.states import Entity, move, note

MOST_AT_ONCE = 64
"""Parcels of one association; with more a result that is urgent would wait too long behind them."""
BETWEEN_BATCHES = timedelta(seconds=1)
"""While a destination recovers: 1 parcel, then 2, 4, ... in a batch."""


def of(session: Session, name: str, now: datetime) -> Destination:
    """The circuit of a destination; closed when it was never met."""
    found = session.scalar(select(Destination).where(Destination.name == name))
    if found is None:
        found = Destination(name=name, state="closed", failures=0, allowance=MOST_AT_ONCE, due_at=now)
        session.add(found)
        session.flush()
        note(session, Entity.DESTINATION, found.id, None, "closed", now=now)
    return found


def room(circuit: Destination, now: datetime) -> int:
    """How many parcels may go now: all that one association takes, one as a probe, or a few after it."""
    if circuit.state == "closed":
        return MOST_AT_ONCE
    waits = now < circuit.due_at <= now + LONGEST
    return 0 if waits else circuit.allowance


def failed(session: Session, circuit: Destination, why: str, now: datetime) -> None:
    """It was not reached or can take nothing: wait, each time twice as long, up to a quarter of an hour."""
    failures = circuit.failures + 1
    changes = {"failures": failures, "allowance": 1, "due_at": now + wait(failures)}
    if circuit.state != "open":
        move(session, Entity.DESTINATION, circuit.id, circuit.state, "open", now=now, reason=why, changes=changes)
        return
    circuit.reason = why
    for name, value in changes.items():
        setattr(circuit, name, value)
    note(session, Entity.DESTINATION, circuit.id, "open", "open", now=now, reason=why)


def worked(session: Session, circuit: Destination, now: datetime) -> None:
    """A batch arrived: twice as much next time, until nothing holds it back."""
    if circuit.state == "closed":
        return
    allowance = min(2 * circuit.allowance, MOST_AT_ONCE)
    changes = {"failures": 0, "allowance": allowance, "due_at": now + BETWEEN_BATCHES}
    if circuit.state == "open":
        move(session, Entity.DESTINATION, circuit.id, "open", "half_open", now=now, changes=changes)
    elif allowance == MOST_AT_ONCE:
        move(session, Entity.DESTINATION, circuit.id, "half_open", "closed", now=now, changes=changes)
    else:
        for name, value in changes.items():
            setattr(circuit, name, value)
