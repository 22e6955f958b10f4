"""What a revision replaces, and the note that tells an archive so; it follows when the revision has arrived."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.outbox import REJECTION, post_one
from db.schema import Analysis, Artifact, Delivery


def replaced(session: Session, analysis: Analysis) -> Sequence[Artifact]:
    """The objects of the last result before this request, in the order they were made; none of a first one."""
    before = analysis.supersedes_id
    while before is not None:
        row = session.get_one(Analysis, before)
        if made := [artifact for artifact in row.artifacts if artifact.kind != REJECTION]:
            return sorted(made, key=lambda artifact: artifact.id)
        before = row.supersedes_id
    return ()


def void(session: Session, analysis: Analysis) -> tuple[Sequence[Artifact], frozenset[str]]:
    """The objects that this makes void where they were sent, and why it and what never left were asked (origins)."""
    origins, before = {analysis.origin}, analysis.supersedes_id
    while before is not None:
        row = session.get_one(Analysis, before)
        if sent := _sent(session, row):
            return sent, frozenset(origins)
        origins.add(row.origin)
        before = row.supersedes_id
    return (), frozenset(origins)


def _sent(session: Session, analysis: Analysis, destination: str | None = None) -> Sequence[Artifact]:
    """Objects of a result that were sent, to this destination or to any; no note among them."""
    query = select(Artifact).join(Delivery, Delivery.artifact_id == Artifact.id)
    found = query.where(
        Artifact.analysis_id == analysis.id, Artifact.kind != REJECTION, Delivery.sent_at.is_not(None)
    )
    if destination is not None:
        found = found.where(Delivery.destination == destination)
    return session.scalars(found.distinct().order_by(Artifact.id)).all()


def post_rejection(session: Session, arrived: Delivery, now: datetime) -> None:
    """Something was verified: if it was the last object of a revision, and its destination was sent what is void now,
    the rejection note goes there too."""
    analysis, to = arrived.artifact.analysis, arrived.destination
    notes = [artifact for artifact in analysis.artifacts if artifact.kind == REJECTION]
    if not notes or _is_waiting(session, analysis.id, to):
        return
    replaced_there, _ = void(session, analysis)
    if replaced_there and _sent(session, replaced_there[0].analysis, to):
        post_one(session, notes[0], to, now)


def _is_waiting(session: Session, analysis_id: int, destination: str) -> bool:
    query = select(Delivery.id).join(Artifact, Delivery.artifact_id == Artifact.id)
    waiting = query.where(
        Artifact.analysis_id == analysis_id, Delivery.destination == destination, Delivery.state != "verified"
    )
    return session.scalar(waiting.limit(1)) is not None
