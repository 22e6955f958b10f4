"""Which folders of results the rows speak for, and which an interrupted attempt left behind."""

from collections.abc import Collection
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Analysis

ENDED = frozenset({"dead", "superseded", "cancelled"})
"""States in which nothing more is written; with no object of its own such a row needs no folder.  One that was not
measured keeps the slices that a person may choose from."""


class Claim(Enum):
    """What the rows say of a folder of results."""

    KEPT = "kept"
    """Its objects have rows, or its analysis may still write them."""
    LEFT = "left"
    """Its analysis has ended without an object: an attempt was interrupted while it stored."""
    UNKNOWN = "unknown"
    """No row: the database is older than the folder, restored from a backup for example."""


def claims(session: Session, keys: Collection[str]) -> dict[str, Claim]:
    """What the rows say of the folders of these request keys."""
    query = select(Analysis.request_key, Analysis.state, Analysis.artifacts.any()).where(
        Analysis.request_key.in_(keys)
    )
    found = {key: _claim(state, has_objects) for key, state, has_objects in session.execute(query)}
    return dict.fromkeys(keys, Claim.UNKNOWN) | found


def _claim(state: str, has_objects: bool) -> Claim:
    return Claim.LEFT if state in ENDED and not has_objects else Claim.KEPT
