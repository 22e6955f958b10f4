"""Height and weight that a person stated, because the header has none: with source, date and who said so."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Stature(Base):
    """One statement; the last one for a patient counts, height and weight each.  Nothing is changed or deleted."""

    __tablename__ = "stature"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_key: Mapped[str] = mapped_column(String(32), index=True)
    height_m: Mapped[float | None]
    weight_kg: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(40))
    measured_on: Mapped[str | None] = mapped_column(String(10))  # YYYY-MM-DD
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
