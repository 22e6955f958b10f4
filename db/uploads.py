"""What becomes of a slice that a person gave: asked for, segmented or refused, painted, deleted after its time."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Upload
from db.states import Entity, move, note

FOLDER, INCOMING = "uploads", "incoming"
"""Below the data folder, and below it what came in and was not asked for yet."""
MOST_ATTEMPTS = 3
"""A slice that ends a worker so often is refused."""
LOST = "its worker was lost; tried again"


class Overtaken(Exception):
    """Somebody else saved another mask meanwhile; the message says who."""


def ask(session: Session, *, name: str, folder: str, fold: int | None, by: str, now: datetime) -> int:
    """Queue a slice whose files are in `folder`; its number."""
    made = Upload(name=name, folder=folder, fold=fold, uploaded_by=by, asked_at=now, state="queued")
    session.add(made)
    session.flush()
    note(session, Entity.UPLOAD, made.id, None, "queued", now=now, actor=by)
    return made.id


def take(session: Session, upload_id: int, now: datetime) -> Upload | None:
    """Begin an attempt; None when somebody has, or when it is gone."""
    row = session.get(Upload, upload_id)
    if row is None:
        return None
    taken = move(session, Entity.UPLOAD, row.id, "queued", "running", now=now, changes={"attempt": row.attempt + 1})
    return row if taken else None


def finish(session: Session, upload_id: int, attempt: int, now: datetime, refusal: str | None = None) -> bool:
    """It was segmented, or refused for a reason; False for an attempt that is no longer the one that counts."""
    row = session.get(Upload, upload_id)
    if row is None or row.attempt != attempt:
        return False
    to = "refused" if refusal else "done"
    ended = {"finished_at": now}
    return move(session, Entity.UPLOAD, upload_id, "running", to, now=now, reason=refusal, changes=ended)


def give_up(session: Session, upload_id: int, attempt: int, why: str, now: datetime) -> None:
    """An attempt failed: once more, or refused at the last."""
    if attempt >= MOST_ATTEMPTS:
        finish(session, upload_id, attempt, now, refusal=f"failed: {why}")
        return
    row = session.get(Upload, upload_id)
    if row is not None and row.attempt == attempt:
        move(session, Entity.UPLOAD, upload_id, "running", "queued", now=now, reason=why)


def due(session: Session, limit: int) -> Sequence[int]:
    """What waits, oldest first."""
    query = select(Upload.id).where(Upload.state == "queued").order_by(Upload.id).limit(limit)
    return session.scalars(query).all()


def recover(session: Session, alive: Collection[int], now: datetime) -> None:
    """What is running and nobody alive does is tried again."""
    for row in session.scalars(select(Upload).where(Upload.state == "running")).all():
        if row.id not in alive:
            give_up(session, row.id, row.attempt, LOST, now)


def newest(session: Session, limit: int) -> Sequence[Upload]:
    """The newest slices."""
    return session.scalars(select(Upload).order_by(Upload.id.desc()).limit(limit)).all()


def save(session: Session, upload_id: int, seen: int, labels: bytes, *, by: str) -> int:
    """Replace version `seen` of what was painted (0: nothing was); the new version.  Raises `Overtaken`."""
    row = session.get(Upload, upload_id, with_for_update=True)
    if row is None:
        raise Overtaken("the slice was deleted meanwhile")
    if row.version != seen:
        raise Overtaken(f"{row.saved_by or 'somebody'} saved another mask meanwhile")
    row.version, row.painted, row.saved_by = seen + 1, labels, by
    session.flush()
    return row.version


def ended_before(session: Session, before: datetime, limit: int) -> Sequence[Upload]:
    """What came to rest before a time, and is to be deleted."""
    query = select(Upload).where(Upload.finished_at < before).order_by(Upload.id).limit(limit)
    return session.scalars(query).all()


def folders(session: Session) -> frozenset[str]:
    """Where the files of all slices lie."""
    return frozenset(session.scalars(select(Upload.folder)))


def delete(session: Session, row: Upload, why: str, now: datetime, actor: str = "node") -> None:
    """Forget a slice that is not being segmented; its files are the caller's to delete, before."""
    note(session, Entity.UPLOAD, row.id, row.state, row.state, now=now, reason=why, actor=actor)
    session.delete(row)
