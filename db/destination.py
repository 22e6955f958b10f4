"""A destination as the node met it: whether it answers, and how much it is given at once."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.words import known_state


class Destination(Base):
    """The circuit of one destination, by its name in the settings.

    `failures` in a row, `allowance` parcels in the next batch, not before `due_at`; `reason` of the last failure.
    """

    __tablename__ = "destination"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="closed")
    reason: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    allowance: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    __table_args__ = (known_state("destination"),)
