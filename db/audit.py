"""What people did to the data as a whole, as events: who, what, when, why; never a name or ID."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from db.schema import Event

Deed = Literal["exported", "backed up", "restored", "body stated", "pulled", "asked again"]
NOTHING_SINGLE = 0
"""Entity number of what concerns no single row."""


def record(
    session: Session,
    entity: str,
    deed: Deed,
    *,
    actor: str,
    reason: str,
    now: datetime,
    entity_id: int = NOTHING_SINGLE,
) -> None:
    """Append one event; `reason` says what and why in words that name no patient."""
    session.add(
        Event(entity=entity, entity_id=entity_id, from_state=None, to_state=deed, reason=reason, actor=actor, at=now)
    )
