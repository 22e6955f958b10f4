"""One study as the case page shows it: its revisions, the one looked at, its numbers, parcels and history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.reviews import LAPSED
from db.schema import Analysis, Artifact, Delivery, Event, Measurement, Series, Study
from db.states import Entity

LONGEST_HISTORY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One object for one destination."""

    kind: str
    delivery: Delivery
    verified_at: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`analysis` is the revision looked at, `newest` the last one; both None before anything was asked."""

    study: Study
    series: Sequence[Series]
    revisions: Sequence[Analysis]
    analysis: Analysis | None
    numbers: Measurement | None
    parcels: Sequence[Parcel]
    history: Sequence[Event]

    @property
    def newest(self) -> Analysis | None:
        """The request that was asked last."""
        return self.revisions[0] if self.revisions else None

    @property
    def standing(self) -> Analysis | None:
        """The request that counts: the newest that came to something or still may; else the newest."""
        return standing(self.revisions)

    @property
    def measured_series(self) -> Series | None:
        """The series that the revision is of."""
        return next((one for one in self.series if self.analysis and one.id == self.analysis.series_id), None)


def case(session: Session, study: Study, analysis_id: int | None = None) -> Case:
    """Everything of one study; the newest revision, or the one named."""
    revisions = session.scalars(
        select(Analysis).where(Analysis.study_id == study.id).order_by(Analysis.id.desc())
    ).all()
    shown = next((one for one in revisions if one.id == analysis_id), None) if analysis_id else standing(revisions)
    return Case(
        study=study,
        series=session.scalars(select(Series).where(Series.study_id == study.id).order_by(Series.id)).all(),
        revisions=revisions,
        analysis=shown,
        numbers=shown.measurement if shown else None,
        parcels=parcels(session, shown) if shown else (),
        history=_history(session, study, revisions),
    )


def standing(revisions: Sequence[Analysis]) -> Analysis | None:
    """Of requests, the newest first: the newest that came to something or still may; else the newest."""
    counts = (one for one in revisions if one.state not in LAPSED)
    return next(counts, revisions[0] if revisions else None)


def parcels(session: Session, analysis: Analysis) -> Sequence[Parcel]:
    """Each object of a revision for each destination."""
    query = (
        select(Artifact.kind, Delivery)
        .join(Delivery, Delivery.artifact_id == Artifact.id)
        .where(Artifact.analysis_id == analysis.id)
        .order_by(Delivery.destination, Artifact.id)
    )
    found = session.execute(query).all()
    ids = [delivery.id for _, delivery in found]
    events = select(Event).where(
        Event.entity == Entity.DELIVERY, Event.entity_id.in_(ids), Event.to_state == "verified"
    )
    verified = {event.entity_id: event for event in session.scalars(events)}
    return [Parcel(kind=kind, delivery=row, verified_at=verified.get(row.id)) for kind, row in found]


def _history(session: Session, study: Study, revisions: Sequence[Analysis]) -> Sequence[Event]:
    """What happened to the study and its analyses, the latest first."""
    ids = [one.id for one in revisions]
    query = (
        select(Event)
        .where(
            or_(
                and_(Event.entity == Entity.STUDY, Event.entity_id == study.id),
                and_(Event.entity == Entity.ANALYSIS, Event.entity_id.in_(ids)),
            )
        )
        .order_by(Event.id.desc())
        .limit(LONGEST_HISTORY)
    )
    return session.scalars(query).all()
