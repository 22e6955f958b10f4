"""Whom and what the door turned away, counted: a row for each sender and reason, and a bounded number of rows."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.schema import Refusal

MOST_REFUSALS = 10_000
MANY = "(many)"


def turned_away(
    session: Session,
    *,
    kind: str,
    reason: str,
    now: datetime,
    calling_ae: str = "",
    called_ae: str = "",
    address: str = "",
) -> None:
    """Count what the door refused or did not need.

    Strangers choose their titles: beyond `MOST_REFUSALS` rows all that is new is counted in one row for its reason.
    """
    key = {
        "kind": kind,
        "calling_ae": _printable(calling_ae)[:16],
        "called_ae": _printable(called_ae)[:16],
        "address": address[:64],
        "reason": reason[:255],
    }
    known = session.scalar(select(Refusal).filter_by(**key))
    if known is None and (session.scalar(select(func.count(Refusal.id))) or 0) >= MOST_REFUSALS:
        key |= {"calling_ae": MANY, "called_ae": MANY, "address": MANY}
        known = session.scalar(select(Refusal).filter_by(**key))
    if known is None:
        session.add(Refusal(**key, count=1, first_at=now, last_at=now))
        session.flush()
    else:
        known.count, known.last_at = known.count + 1, now


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
