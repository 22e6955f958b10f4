"""A cohort at a glance: how many by sex and decade, what is missing, what became of what was not measured."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from db.cohort import NAMES
from db.questions import COHORT, Filter, batches, conditions, question
from dicom_node.cohort.rows import Snapshot
from reporting.cohort import QUANTITIES, People

BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`patients` counts distinct keys; `missing` the rows without a value, by column, where there are any."""

    rows: int
    patients: int
    snapshot: str
    people: People
    missing: dict[str, int]


def summarise(connection: Connection, of: Filter) -> Summary:
    """Read the rows once, and count what is missing."""
    names = ("request_key", "patient_key", "patient_sex", "patient_age_years", *QUANTITIES)
    snapshot, parts, patients = Snapshot(), [], set[str]()
    for batch in batches(connection, question(of, names), BATCH):
        keys, of_patients, *rest = zip(*batch, strict=True)
        snapshot.add(keys)
        patients.update(filter(None, of_patients))
        parts.append(_people(rest, QUANTITIES))
    people = _joined(parts, QUANTITIES)
    return Summary(
        rows=len(people.sex),
        patients=len(patients),
        snapshot=snapshot.id,
        people=people,
        missing=_missing(connection, of, len(people.sex)),
    )


def people_of(connection: Connection, of: Filter, quantity: str) -> People:
    """Sex, age and one quantity of every row, in no order: what an index answers."""
    asked = question(of, ("patient_sex", "patient_age_years", quantity)).order_by(None)
    parts = [_people([*zip(*batch, strict=True)], (quantity,)) for batch in batches(connection, asked, BATCH)]
    return _joined(parts, (quantity,))


def _people(columns: list[Any], quantities: Collection[str]) -> People:
    sex, age, *values = columns
    return People(
        sex=np.array([one or "" for one in sex], dtype="U16"),
        age=np.array(age, float),
        values={name: np.array(column, float) for name, column in zip(quantities, values, strict=True)},
    )


def _joined(parts: list[People], quantities: Collection[str]) -> People:
    parts = parts or [_people([[] for _ in range(2 + len(quantities))], quantities)]
    return People(
        sex=np.concatenate([part.sex for part in parts]),
        age=np.concatenate([part.age for part in parts]),
        values={name: np.concatenate([part.values[name] for part in parts]) for name in quantities},
    )


def _missing(connection: Connection, of: Filter, rows: int) -> dict[str, int]:
    counted = select(*(func.count(COHORT.c[name]) for name in NAMES)).where(*conditions(of))
    known = connection.execute(counted).one()
    return {name: rows - number for name, number in zip(NAMES, known, strict=True) if number < rows}
