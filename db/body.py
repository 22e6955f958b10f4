"""Height and weight as people stated them: `state` for the page and the CSV import, `stated` for an analysis."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import audit
from db.stature import Stature

HEIGHT_M, WEIGHT_KG = (0.5, 2.5), (10.0, 400.0)
"""What can be an adult's, or a typing error."""
LONGEST_SOURCE = 40


class Implausible(ValueError):
    """No person has this height or weight; the message says which and what is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is known of a patient, each with its source and date in words."""

    height_m: float | None = None
    height_source: str | None = None
    weight_kg: float | None = None
    weight_source: str | None = None


NOTHING_STATED = Body()


def state(
    session: Session,
    patient_key: str,
    *,
    source: str,
    actor: str,
    now: datetime,
    height_m: float | None = None,
    weight_kg: float | None = None,
    measured_on: date | None = None,
) -> Stature:
    """Record what `actor` says of a patient, and that it was said; raises `Implausible`."""
    if height_m is None and weight_kg is None:
        raise Implausible("neither height nor weight is given")
    _plausible("height", height_m, HEIGHT_M, "m")
    _plausible("weight", weight_kg, WEIGHT_KG, "kg")
    row = Stature(
        patient_key=patient_key,
        height_m=height_m,
        weight_kg=weight_kg,
        source=source[:LONGEST_SOURCE],
        measured_on=measured_on.isoformat() if measured_on else None,
        actor=actor,
        at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, "stature", "body stated", actor=actor, reason=source, now=now, entity_id=row.id)
    return row


def stated(session: Session, patient_key: str | None) -> Body:
    """The last height and the last weight that were stated for a patient."""
    height, weight = (_last(session, patient_key, column) for column in (Stature.height_m, Stature.weight_kg))
    return Body(
        height_m=height.height_m if height else None,
        height_source=_told(height),
        weight_kg=weight.weight_kg if weight else None,
        weight_source=_told(weight),
    )


def _last(session: Session, patient_key: str | None, column: InstrumentedAttribute[float | None]) -> Stature | None:
    query = select(Stature).where(Stature.patient_key == patient_key, column.is_not(None))
    return session.scalar(query.order_by(Stature.id.desc()).limit(1)) if patient_key else None


def _told(row: Stature | None) -> str | None:
    return f"{row.source}, {row.measured_on or 'date not stated'}" if row else None


def _plausible(name: str, value: float | None, between: tuple[float, float], unit: str) -> None:
    if value is not None and not between[0] <= value <= between[1]:
        raise Implausible(f"{name} {value:g} {unit}: {between[0]:g} to {between[1]:g} {unit} are taken")
