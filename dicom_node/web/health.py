"""`/health`: is the node alive, and what is waiting.  Counts only, no patient data."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from db import activities
from db.schema import Analysis, Base, Delivery, Series, Study
from db.session import is_current, reading
from dicom_node.web.room import room_of

UNAVAILABLE = 503
COUNTED: tuple[tuple[str, type[Base]], ...] = (
    ("study", Study),
    ("series", Series),
    ("analysis", Analysis),
    ("delivery", Delivery),
)
router = APIRouter()


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The web process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
def ready(request: Request, response: Response) -> dict[str, str]:
    """The database answers and has this release's schema."""
    try:
        if is_current(room_of(request).engine):
            return {"status": "ok"}
        why = "the database is not at this release's schema"
    except SQLAlchemyError:
        why = "database unavailable"
    response.status_code = UNAVAILABLE
    return {"status": why}


@router.get("/health")
def health(request: Request, response: Response) -> dict[str, Any]:
    """How many rows stand in each state, and what is paused."""
    try:
        engine = room_of(request).engine
        return {"status": "ok", "states": states(engine), "paused": paused(engine)}
    except SQLAlchemyError as fault:
        response.status_code = UNAVAILABLE
        return {"status": "database unavailable", "fault": type(fault).__name__}


def states(engine: Engine) -> dict[str, dict[str, int]]:
    """How many rows stand in each state."""
    with reading(engine) as session:
        return {name: _states_of(session, table) for name, table in COUNTED}


def paused(engine: Engine) -> list[str]:
    """What a person paused; why is for those who sign in."""
    with reading(engine) as session:
        return sorted(activities.paused(session))


def _states_of(session: Any, table: Any) -> dict[str, int]:
    query = select(table.state, func.count()).group_by(table.state)
    return dict(session.execute(query).all())
