"""Fault points: every step boundary of a node, at which a process can be made to stand until it is killed.

Switched on by the environment: `L3NODE_FAULT_POINTS` names a folder.  Whoever passes the point that `armed` in it
names renames the file to `reached` and stands there for as long as it exists.  The product knows nothing of this.
"""

import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, object_session

from db.schema import Event

VARIABLE = "L3NODE_FAULT_POINTS"
MOVES = (
    *("series new -> receiving", "series receiving -> closed", "study open -> settled", "study settled -> chosen"),
    *("analysis queued -> running", "analysis running -> done", "delivery pending -> sent"),
)
"""Of an ordinary way, a point before the commit of each move and one after it."""
POINTS = (
    "object written, not durable",
    "object durable, not answered",
    *(f"{move}, {when}" for move in MOVES[:4] for when in ("not committed", "committed")),
    *(f"{MOVES[4]}, {when}" for when in ("not committed", "committed")),
    "worker begins",
    "worker answers",
    "outcome there, nothing stored",
    "between two stored files",
    "stored, not committed",
    *(f"{MOVES[5]}, {when}" for when in ("not committed", "committed")),
    "sent, not answered",
    *(f"{MOVES[6]}, {when}" for when in ("not committed", "committed")),
)


def arm(folder: Path, point: str) -> None:
    """Let whoever passes `point` next stand there."""
    (folder / "reached").unlink(missing_ok=True)
    made = folder / "new"
    made.write_text(point)
    made.rename(folder / "armed")


def disarm(folder: Path) -> None:
    """Nobody stands anywhere any more."""
    for name in ("armed", "reached"):
        (folder / name).unlink(missing_ok=True)


def is_reached(folder: Path) -> bool:
    """Whether somebody stands at the point."""
    return (folder / "reached").exists()


def passing(point: str, folder: Path | None = None) -> None:
    """Stand here if it was asked for."""
    folder = folder or Path(os.environ[VARIABLE])
    try:
        if (folder / "armed").read_text() != point:
            return
        (folder / "armed").rename(folder / "reached")
    except FileNotFoundError:
        return
    while is_reached(folder):
        time.sleep(0.005)


def install() -> None:
    """Put the points into this process."""
    from dicom_node import store
    from dicom_node.receive.spool import Incoming

    _around(Incoming, "commit", before="object written, not durable", after="object durable, not answered")
    _around(store, "store", before="outcome there, nothing stored", after="stored, not committed")
    _around(store, "write_durably", after="between two stored files")
    event.listen(Event, "after_insert", _moved)
    event.listen(Session, "after_commit", _committed)
    event.listen(Session, "after_soft_rollback", lambda session, _transaction: session.info.pop("moved", None))


def _around(owner: Any, name: str, *, before: str = "", after: str = "") -> None:
    inner: Callable[..., Any] = getattr(owner, name)

    @wraps(inner)
    def outer(*arguments: Any, **named: Any) -> Any:
        passing(before)
        answer = inner(*arguments, **named)
        passing(after)
        return answer

    setattr(owner, name, outer)


def _moved(_mapper: object, _connection: object, row: Event) -> None:
    """A move is written; its transaction is not committed."""
    session = object_session(row)
    move = f"{row.entity} {row.from_state or 'new'} -> {row.to_state}"
    if session is not None and row.from_state != row.to_state:
        session.info.setdefault("moved", []).append(move)
        passing(f"{move}, not committed")


def _committed(session: Session) -> None:
    for move in session.info.pop("moved", ()):
        passing(f"{move}, committed")
