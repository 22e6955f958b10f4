"""How much there is to do and was done: what the system page and the metrics show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db.schema import Analysis, Base, Delivery, Destination, Measurement, Model, Series, Study

EDGES_S = (0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120)
LATEST = 1000
COUNTED: dict[str, type[Base]] = {"study": Study, "series": Series, "analysis": Analysis, "delivery": Delivery}


def states(session: Session) -> dict[str, dict[str, int]]:
    """How many rows of each table stand in each state."""
    return {name: _states(session, table) for name, table in COUNTED.items()}


def _states(session: Session, table: Any) -> dict[str, int]:
    return dict(session.execute(select(table.state, func.count()).group_by(table.state)).all())


def latencies(session: Session) -> Sequence[float]:
    """Seconds of work of the latest measured analyses."""
    query = select(Measurement.seconds).where(Measurement.seconds.is_not(None))
    return session.scalars(query.order_by(Measurement.analysis_id.desc()).limit(LATEST)).all()  # type: ignore[return-value]


def done_since(session: Session, since: datetime) -> dict[str, Any]:
    """Studies received, analyses finished and objects sent since a time, and seconds of work in the mean."""
    received = session.scalar(select(func.count()).select_from(Study).where(Study.first_at >= since))
    finished = select(Analysis.id).where(Analysis.finished_at >= since)
    measured, seconds = session.execute(
        select(func.count(), func.avg(Measurement.seconds)).where(Measurement.analysis_id.in_(finished))
    ).one()
    sent = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.sent_at >= since))
    return {"received": received, "measured": measured, "seconds": seconds, "sent": sent}


def destinations(session: Session, names: Sequence[str]) -> list[tuple[str, Destination | None, dict[str, int]]]:
    """(name, circuit, parcels in each state) of each destination of the settings."""
    known = {row.name: row for row in session.scalars(select(Destination))}
    query = select(Delivery.destination, Delivery.state, func.count()).group_by(Delivery.destination, Delivery.state)
    parcels: dict[str, dict[str, int]] = {}
    for name, state, count in session.execute(query):
        parcels.setdefault(name, {})[state] = count
    return [(name, known.get(name), parcels.get(name, {})) for name in names]


def scanners(session: Session, limit: int = 30) -> Sequence[Any]:
    """Per scanner and month: analyses, mean HU, area and agreement, and the part that is held."""
    month = func.substr(Measurement.study_date, 1, 6)
    held = func.avg(case((Analysis.state == "held", 1.0), else_=0.0))
    query = (
        select(
            Measurement.manufacturer_model_name.label("scanner"),
            month.label("month"),
            func.count().label("count"),
            func.avg(Measurement.total_hu_m29_150_mean).label("hu"),
            func.avg(Measurement.total_area_m29_150_cm2).label("area"),
            func.avg(Measurement.fold_dice).label("folds"),
            held.label("held"),
        )
        .join(Analysis, Analysis.id == Measurement.analysis_id)
        .where(Analysis.state != "superseded")
        .group_by(Measurement.manufacturer_model_name, month)
        .order_by(month.desc(), Measurement.manufacturer_model_name)
        .limit(limit)
    )
    return session.execute(query).all()


def models(session: Session) -> Sequence[Model]:
    """Every model that made numbers here."""
    return session.scalars(select(Model).order_by(Model.id.desc())).all()
