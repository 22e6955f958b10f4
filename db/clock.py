"""Waits that survive a clock that was set: what lies too far ahead was written by a clock that was wrong."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarResult, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.schema import Series, Study

QUIET: tuple[tuple[type[Series | Study], str], ...] = ((Series, "receiving"), (Study, "open"))
"""What is closed after a time of quiet."""


def has_come(due_at: InstrumentedAttribute[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether a time has come, or lies further ahead than the `longest` wait there is."""
    return or_(due_at <= now, due_at > now + longest)


def set_back(session: Session, now: datetime) -> None:
    """The clock was set back: of what waits for quiet nothing happened later than now."""
    for table, state in QUIET:
        for column in (table.first_at, table.last_at):
            late = update(table).where(table.state == state, column > now).values({column: now})
            session.execute(late.execution_options(synchronize_session=False))


def set_ahead(session: Session, by: timedelta, now: datetime) -> None:
    """The clock was set ahead: what happened before moves with it, so that no quiet seems to have passed."""
    for table, state in QUIET:
        rows: ScalarResult[Any] = session.scalars(
            select(table).where(table.state == state, table.first_at <= now - by)
        )
        for row in rows:
            row.first_at, row.last_at = row.first_at + by, min(row.last_at + by, now)
