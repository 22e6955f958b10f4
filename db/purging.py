"""Which received images have done their work.  Rows stay: what was received once is known for ever."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from db.schema import Analysis, Artifact, Delivery, Instance, Series, Study
from db.states import Entity, note

UNDECIDED = ("queued", "running", "failed", "held", "dead")
"""Analyses that still need their images: a worker, a review, or a person who tries again."""
UNSENT = ("pending", "dead")
PURGED = "images_purged: the images were deleted after their time; send the study again"
"""Why nothing can be made of a series."""


def done_with(session: Session, before: datetime, verifying: Collection[str], most: int) -> list[int]:
    """Studies without news since `before` whose images nobody needs: reviewed ones last, else the oldest first.

    Every result must be where it goes: parcels for destinations in `verifying` verified, all others sent.
    """
    of_study = Analysis.study_id == Study.id
    parcels = select(Delivery.id).join(Artifact).join(Analysis).where(of_study)
    on_its_way = Delivery.state.in_(UNSENT) | (
        (Delivery.state == "sent") & Delivery.destination.in_(sorted(verifying))
    )
    reviewed = exists().where(of_study, Analysis.reviewed_at.is_not(None))
    has_images = exists().where(
        Series.study_id == Study.id, Instance.series_id == Series.id, Instance.purged_at.is_(None)
    )
    query = (
        select(Study.id)
        .where(
            Study.state == "chosen",
            Study.reason.is_not(None),
            Study.last_at < before,
            has_images,
            ~exists().where(of_study, Analysis.state.in_(UNDECIDED)),
            ~parcels.where(on_its_way).exists(),
        )
        .order_by(reviewed, Study.last_at)
        .limit(most)
    )
    return list(session.scalars(query))


def images(session: Session, study_id: int) -> list[str]:
    """Paths of the images of a study that are still there."""
    query = select(Instance.path).join(Series).where(Series.study_id == study_id, Instance.purged_at.is_(None))
    return list(session.scalars(query))


def purged(session: Session, study_id: int, why: str, now: datetime) -> None:
    """The images of a study are deleted."""
    series = select(Series.id).where(Series.study_id == study_id)
    session.execute(
        update(Instance)
        .where(Instance.series_id.in_(series), Instance.purged_at.is_(None))
        .values(purged_at=now)
        .execution_options(synchronize_session=False)
    )
    note(session, Entity.STUDY, study_id, "chosen", "chosen", now=now, reason=f"images purged: {why}")


def is_purged(session: Session, series_id: int) -> bool:
    """Whether images of a series are gone; sent again, they are there again."""
    query = select(Instance.id).where(Instance.series_id == series_id, Instance.purged_at.is_not(None))
    return session.scalar(query.limit(1)) is not None
