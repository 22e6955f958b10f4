"""Results whose labels a person gave, and that still count: what one trains on next."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Analysis

BY_HAND = ("corrected", "painted")


def corrected(session: Session) -> Sequence[Analysis]:
    """They, oldest first."""
    query = select(Analysis).where(Analysis.is_current, Analysis.origin.in_(BY_HAND)).order_by(Analysis.id)
    return session.scalars(query).all()
