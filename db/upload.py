"""Single slices that people gave to the page: apart from every study, nothing of them leaves the node."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.words import known_state


class Upload(Base):
    """One slice.  `name` is what its owner calls it, `folder` its place below the data folder.

    `fold` is the one asked, None for all of them; `painted` are compressed labels, version 1 with the first save.
    """

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(String(64), unique=True)
    fold: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=0)
    uploaded_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    painted: Mapped[bytes | None] = mapped_column(LargeBinary)
    saved_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (known_state("upload"),)
