"""What a person decided, as a worker needs it: the result it rests on, the labels, who vouches."""

from pathlib import Path
from typing import TypedDict

from sqlalchemy.orm import Session

from db.results import Asked, same_question
from db.schema import Analysis
from dicom_node import given
from dicom_node.steps.desk import Desk
from inference.labels import LabelMap
from reporting.finding import Review


class Decided(TypedDict, total=False):
    """Fields of a job."""

    basis: Path | None
    labels: LabelMap | None
    painted: bool
    review: Review | None
    renamed: bool
    released: bool


def still_asked(row: Analysis, now_asked: Asked) -> bool:
    """Whether a row asks what would be asked now; labels of a person owe nothing to today's model and settings."""
    if row.origin == "automatic":
        return same_question(row, now_asked)
    same = (row.content_digest, row.identity_digest) == (now_asked.content_digest, now_asked.identity_digest)
    if row.origin == "identity":
        return same
    models = (row.model_digest, row.analysis_digest) == (now_asked.model_digest, now_asked.analysis_digest)
    return same and (models or row.labels_digest is not None)


def decided(desk: Desk, session: Session, row: Analysis) -> Decided:
    """Nothing for an automatic request."""
    if row.origin == "automatic":
        return {}
    found = Decided(painted=row.origin == "painted", review=_review(desk, row), renamed=row.origin == "identity")
    if row.basis_id is not None:
        rests_on = session.get_one(Analysis, row.basis_id)
        found["basis"] = desk.folder_of(rests_on)
        found["released"] = row.origin == "identity" and rests_on.state == "done"
    if row.labels_digest and row.origin != "approved":
        found["labels"] = given.read(desk.data, row.labels_digest)
    return found


def _review(desk: Desk, row: Analysis) -> Review | None:
    if row.reviewer is None or row.reviewed_at is None:
        return None
    return Review(
        name=row.reviewer,
        organization=desk.settings.review.organization or desk.settings.node.name,
        at=row.reviewed_at,
        corrected=row.origin in ("corrected", "painted"),
    )
