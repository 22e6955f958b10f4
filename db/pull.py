"""What is fetched from an archive, study by study, so that it can go on where it stopped."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

STUDY_STATES = ("found", "fetched", "skipped", "failed")


class Pull(Base):
    """One question to one source; `deliver_to` is the destination its results may go to, empty for none."""

    __tablename__ = "pull"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    query: Mapped[str] = mapped_column(Text)
    deliver_to: Mapped[str] = mapped_column(String(64), default="")
    actor: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PullStudy(Base):
    """One study of a pull: found at the source, fetched from it, skipped or failed with a reason."""

    __tablename__ = "pull_study"
    id: Mapped[int] = mapped_column(primary_key=True)
    pull_id: Mapped[int] = mapped_column(ForeignKey("pull.id"), index=True)
    study_instance_uid: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default="found")
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("pull_id", "study_instance_uid"),
        CheckConstraint(f"state IN ({', '.join(map(repr, STUDY_STATES))})", name="state"),
    )
