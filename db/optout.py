"""Patients whose images are not taken: a keyed hash of each PatientID, never the ID itself."""

from datetime import datetime

from sqlalchemy import String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.base import Base


class OptOut(Base):
    """One patient: `patient_key` is a keyed hash, `dropped` counts objects that were answered and not kept."""

    __tablename__ = "opt_out"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_key: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(64))
    dropped: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


def add(session: Session, patient_key: str, reason: str | None, actor: str, now: datetime) -> bool:
    """From now on nothing of this patient is kept; False when that was so before."""
    if session.scalar(select(OptOut).where(OptOut.patient_key == patient_key)):
        return False
    session.add(OptOut(patient_key=patient_key, reason=reason, actor=actor, dropped=0, at=now))
    return True


def remove(session: Session, patient_key: str) -> bool:
    """Images of this patient are taken again; False when they were not refused."""
    found = session.execute(delete(OptOut).where(OptOut.patient_key == patient_key))
    return bool(found.rowcount)  # type: ignore[attr-defined]


def keys(session: Session) -> frozenset[str]:
    """Whose images are not taken."""
    return frozenset(session.scalars(select(OptOut.patient_key)))


def listed(session: Session) -> list[OptOut]:
    """All of them, oldest first."""
    return list(session.scalars(select(OptOut).order_by(OptOut.id)))


def dropped(session: Session, patient_key: str) -> None:
    """An object was answered and not kept."""
    session.execute(update(OptOut).where(OptOut.patient_key == patient_key).values(dropped=OptOut.dropped + 1))
