"""Rows as the interface tells them: patients and what leads to them only to who may see them."""

from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from db import cases
from db.cases import Parcel
from db.schema import Analysis, Measurement, Series, Study
from dicom_node.cohort.privacy import Privacy
from dicom_node.cohort.rows import may_leave
from dicom_node.site_secret import site_secret
from dicom_node.web.pages.api import models
from dicom_node.web.room import Room
from dicom_node.web.visitor import Visitor


def study_fields(study: Study, visitor: Visitor) -> dict[str, Any]:
    """What every answer says of a study."""
    return {
        **_same(study, models.Listed),
        "study_date": _day(study.study_date),
        "identity": models.Identity(**_same(study, models.Identity)) if visitor.sees_patients else None,
    }


def series(one: Series, visitor: Visitor) -> models.Series:
    """One series."""
    hidden = {} if visitor.sees_patients else {"series_instance_uid": None, "series_description": None}
    return models.Series(**_same(one, models.Series) | hidden)


def summary(analysis: Analysis) -> models.Summary:
    """A request without its numbers."""
    return models.Summary(**_same(analysis, models.Summary))


def analysis(session: Session, room: Room, one: Analysis, visitor: Visitor) -> models.Analysis:
    """A request with its numbers, and where its objects went."""
    found = one.measurement
    return models.Analysis(
        **_same(one, models.Summary),
        doubts=(found.doubts or "").splitlines() if found else [],
        numbers=numbers(room, found, visitor) if found else None,
        sop_instance_uid=found.sop_instance_uid if found and visitor.sees_patients else None,
        deliveries=[delivered(parcel) for parcel in cases.parcels(session, one)],
    )


def numbers(room: Room, found: Measurement, visitor: Visitor) -> models.Numbers:
    """As an export would hold them: identified for who sees patients."""
    privacy = Privacy(secret=site_secret(room.data), identified=visitor.sees_patients)
    allowed = {column.name for column in privacy.columns()}
    columns = [column for column in models.NUMBERS if column.name in allowed]
    table = {column.name: [getattr(found, column.name)] for column in columns} | {"patient_key": [found.patient_key]}
    return models.Numbers(**{name: values[0] for name, values in may_leave(privacy, columns, table).items()})


def delivered(parcel: Parcel) -> models.Delivered:
    """Where one object is."""
    verified = parcel.verified_at.at if parcel.verified_at else None
    return models.Delivered(**_same(parcel.delivery, models.Delivered), kind=parcel.kind, verified_at=verified)


def _same(row: Any, model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model that a row has by the same name and as they are."""
    columns = row.__table__.columns
    return {name: getattr(row, name) for name in model.model_fields if name in columns}


def _day(text: str | None) -> date | None:
    """A DICOM date; None for one that is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
