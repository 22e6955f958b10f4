"""A cohort as the page shows it: how many, who is left out and why, and what the pictures are made of.

Everything is counted by the database, or read in three narrow columns: no question grows with the width of a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, case, func, select, true
from sqlalchemy.orm import Session

from db import twins
from db.questions import COHORT, Filter, batches, conditions, newest, question
from dicom_node.cohort.summary import BATCH
from reporting.cohort import Period, over_time

SCANNERS_SEEN = 20_000
"""Newest results among which scanners are looked for, to be offered."""
MOST_PAIRS = 2000
"""Corrected results that are compared at most, the newest."""
COMPARED = {"smi_m29_150_cm2_m2": "total_area_m29_150_cm2"}
"""What stands for a quantity where two results of one patient are compared: an index differs by the area alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many results of all are asked for; of these, how many have what a picture needs.

    `left_out` tells for each part of the filter how many results it leaves out; one may be left out by several.
    """

    all: int
    results: int
    patients: int
    valued: int
    aged: int
    dated: int
    corrected: int
    left_out: tuple[tuple[str, int], ...]


def counts(connection: Connection, of: Filter, quantity: str) -> Counts:
    """One look at every row."""
    c, asked = COHORT.c, and_(true(), *conditions(of))
    valued = and_(asked, c[quantity].is_not(None))
    parts = list(_parts(of))
    counted = (
        *(func.count(), _how_many(asked), func.count(case((asked, c.patient_key)).distinct()), _how_many(valued)),
        _how_many(and_(valued, c.patient_age_years.is_not(None))),
        _how_many(and_(valued, c.study_date.is_not(None))),
        _how_many(and_(asked, *conditions(Filter(review="corrected")))),
        *(_how_many(and_(true(), *conditions(part))) for part in parts),
    )
    total, results, patients, known, aged, dated, corrected, *kept = connection.execute(
        select(*counted).select_from(COHORT)
    ).one()
    left_out = tuple((str(part), total - number) for part, number in zip(parts, kept, strict=True) if number < total)
    return Counts(
        all=total, results=results, patients=patients, valued=known, aged=aged, dated=dated, corrected=corrected,
        left_out=left_out,
    )  # fmt: skip


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _parts(of: Filter) -> list[Filter]:
    """A filter for each thing that is asked for."""
    plain = Filter()
    return [
        replace(plain, **{one.name: getattr(of, one.name)})
        for one in fields(of)
        if getattr(of, one.name) != getattr(plain, one.name)
    ]


def scanners(connection: Connection) -> list[str]:
    """ManufacturerModelName of the newest results, the most frequent first."""
    recent = newest(Filter(), ["manufacturer_model_name"], SCANNERS_SEEN).subquery()
    name = recent.c.manufacturer_model_name
    asked = select(name).where(name.is_not(None)).group_by(name).order_by(func.count().desc(), name).limit(50)
    return list(connection.scalars(asked))


def periods(connection: Connection, of: Filter, quantity: str) -> list[Period]:
    """The quantity by month of examination, or by year."""
    day, value = COHORT.c.study_date, COHORT.c[quantity]
    asked = question(of, (quantity,)).add_columns(func.substr(day, 1, 7)).order_by(None)
    rows: list[Any] = []
    for batch in batches(connection, asked.where(day.is_not(None), value.is_not(None)), BATCH):
        rows += batch
    months, values = np.array([month for _, month in rows], "U7"), np.array([number for number, _ in rows], float)
    known = np.isin(months, [name for name in np.unique(months) if _is_month(str(name))])
    return over_time(months[known], values[known])


def _is_month(name: str) -> bool:
    """Headers hold dates that are none."""
    try:
        return bool(date.fromisoformat(f"{name}-01"))
    except ValueError:
        return False


def corrected(connection: Connection, of: Filter) -> Sequence[int]:
    """The newest analyses asked for whose labels a person gave."""
    asked = newest(of, ["analysis_id"], MOST_PAIRS).where(*conditions(Filter(review="corrected")))
    return list(connection.scalars(asked))


def pairs(session: Session, analysis_ids: Sequence[int], quantity: str) -> list[tuple[float, float, bool]]:
    """(automatic, corrected, on the same slice) of these analyses."""
    name = COMPARED.get(quantity, quantity)
    found = [
        (one.other[name], one.reference[name], one.same_slice)
        for one in twins.first_of_corrected(session, analysis_ids)
    ]
    return [(one, other, same) for one, other, same in found if one is not None and other is not None]
