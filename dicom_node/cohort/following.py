"""Patients with several examinations: what changed between those that can be compared."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from db.questions import COHORT, Filter, batches, question
from db.schema import Model
from inference.model_card import Limits
from reporting.change import Change, Detectable, Examination, changes

COLUMNS = (
    *("patient_key", "study_date", "total_area_m29_150_cm2", "total_hu_m29_150_mean", "contrast_phase", "kvp"),
    *("slice_thickness_mm", "model_digest"),
)
QUANTITIES = ("area_cm2", "hu")
BATCH = 10_000


def known_limits(session: Session) -> dict[str, Limits]:
    """The limits on the cards of the models that made numbers here, by digest."""
    rows = session.execute(select(Model.digest, Model.limits).where(Model.limits.is_not(None)))
    return {digest: _limits(json.loads(told)) for digest, told in rows if told}


def followed(
    connection: Connection, of: Filter, limits: dict[str, Limits], detectable: Detectable | None
) -> Iterator[tuple[str, str, Change]]:
    """(patient key, quantity, change) for every patient with comparable examinations."""
    asked = question(of, COLUMNS).where(COHORT.c.patient_key.is_not(None))
    asked = asked.order_by(None).order_by(COHORT.c.patient_key, COHORT.c.study_date)
    rows = (row for batch in batches(connection, asked, BATCH) for row in batch)
    for key, of_patient in groupby(rows, key=lambda row: row[0]):
        examinations = list(filter(None, map(_examination, of_patient)))
        for digest in sorted({one.model_digest for one in examinations if one.model_digest}):
            by_model = [one for one in examinations if one.model_digest == digest]
            for quantity in QUANTITIES:
                for change in changes(by_model, quantity, detectable, limits.get(digest)):
                    yield key, quantity, change


def _examination(row: Any) -> Examination | None:
    _, on, area, hu, phase, kvp, thickness, digest = row
    try:
        day = date.fromisoformat(on or "")
    except ValueError:
        return None
    if area is None:
        return None
    return Examination(
        on=day, area_cm2=area, hu=hu, phase=phase, kvp=kvp, thickness_mm=thickness, model_digest=digest
    )


def _limits(told: dict[str, Any]) -> Limits:
    area, hu = tuple(told["area_cm2"]), tuple(told["hu"])
    return Limits(area_cm2=(area[0], area[1]), hu=(hu[0], hu[1]), cases=told["cases"], source=told["source"])
