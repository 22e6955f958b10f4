"""A mask that a reviewer is painting: saved as it grows, so that a closed window loses nothing."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.base import Base


class Draft(Base):
    """At most one for a result.  `labels` are compressed bytes; `version` counts from 1 with every save."""

    __tablename__ = "draft"
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), primary_key=True)
    version: Mapped[int]
    labels: Mapped[bytes] = mapped_column(LargeBinary)
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]


class Overtaken(Exception):
    """Somebody else saved meanwhile; `by` and `at` say who and when."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"{draft.saved_by} saved another mask meanwhile")
        self.by, self.at = draft.saved_by, draft.saved_at


def find(session: Session, analysis_id: int) -> Draft | None:
    """The draft for a result."""
    return session.get(Draft, analysis_id)


def save(session: Session, analysis_id: int, seen: int, labels: bytes, *, by: str, now: datetime) -> int:
    """Replace version `seen` (0: there was none); the new version.  Raises `Overtaken`."""
    draft = session.get(Draft, analysis_id, with_for_update=True)
    if draft and draft.version != seen:
        raise Overtaken(draft)
    if draft is None:
        draft = Draft(analysis_id=analysis_id, version=0)
        session.add(draft)
    draft.version, draft.labels, draft.saved_by, draft.saved_at = draft.version + 1, labels, by, now
    session.flush()
    return draft.version


def check(session: Session, analysis_id: int, seen: int) -> None:
    """Whether version `seen` (0: there was none) is the one that is there; raises `Overtaken`."""
    draft = session.get(Draft, analysis_id)
    if draft is not None and draft.version != seen:
        raise Overtaken(draft)


def drop(session: Session, analysis_id: int) -> None:
    """Forget the draft: it was taken over, or thrown away."""
    session.execute(delete(Draft).where(Draft.analysis_id == analysis_id))
