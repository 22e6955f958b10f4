"""`/health`: is the node alive, and what is waiting.  Counts only, no patient data."""

from typing import Any

from fastapi import FastAPI, Response
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from db.schema import Analysis, Base, Delivery, Series, Study
from db.session import reading

UNAVAILABLE = 503
COUNTED: tuple[tuple[str, type[Base]], ...] = (
    ("study", Study),
    ("series", Series),
    ("analysis", Analysis),
    ("delivery", Delivery),
)


def build(engine: Engine) -> FastAPI:
    """The application over an open database."""
    app = FastAPI(title="l3node", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health(response: Response) -> dict[str, Any]:
        try:
            return {"status": "ok", "states": states(engine)}
        except SQLAlchemyError as fault:
            response.status_code = UNAVAILABLE
            return {"status": "database unavailable", "fault": type(fault).__name__}

    return app


def states(engine: Engine) -> dict[str, dict[str, int]]:
    """How many rows stand in each state."""
    with reading(engine) as session:
        return {name: _states_of(session, table) for name, table in COUNTED}


def _states_of(session: Any, table: Any) -> dict[str, int]:
    query = select(table.state, func.count()).group_by(table.state)
    return dict(session.execute(query).all())
