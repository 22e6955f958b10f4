"""What the closing of series and studies asks of the rows."""

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from db.schema import Instance, Series, Study


def arrived(session: Session, study_id: int) -> dict[str, int]:
    """SeriesInstanceUID -> number of images; 0 while they carry two identities: a correction is on its way."""
    query = (
        select(Series.series_instance_uid, func.count(Instance.id), func.count(distinct(Instance.identity_digest)))
        .join(Instance)
        .where(Series.study_id == study_id)
        .group_by(Series.series_instance_uid)
    )
    return {uid: images if identities == 1 else 0 for uid, images, identities in session.execute(query)}


def undecided(session: Session, source_ae: str, *, until_settled: bool) -> list[str]:
    """StudyInstanceUIDs that came from a source and have a series that is being received, or are not settled."""
    query = select(Study.study_instance_uid).where(Study.source_ae == source_ae, Study.state == "open")
    if not until_settled:
        query = query.where(Study.series.any(Series.state == "receiving"))
    return list(session.scalars(query.order_by(Study.id)))
