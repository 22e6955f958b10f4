"""A synthetic cohort in a database: as many results as wanted of people who never lived, quickly."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, insert, text

from db.cohort import PANELS
from db.schema import Analysis, Base, Measurement, Model, Series, Study

NOW, MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01 12:00:00.000000"
BATCH = 10_000
PER_PATIENT = 1.6
"""Examinations of a patient, on average."""
MODELS = ("a1" * 32, "b2" * 32)
SHARES = {"psoas": 0.16, "paraspinal": 0.44, "abdominal_wall": 0.40}
LIMITS = '{"area_cm2": [-4.0, 9.0], "cases": 60, "hu": [-6.0, 3.0], "source": "drawn"}'
Tell = Callable[[int], None]
Columns = dict[str, Any]
"""A list or array for each column."""


def fill(engine: Engine, rows: int, seed: int = 0, tell: Tell = lambda _rows: None) -> None:
    """Add `rows` current results; the same seed gives the same people."""
    with engine.begin() as connection:
        names = {digest: {"name": f"Model {digest[:2]}", "version": "1", "state": "research"} for digest in MODELS}
        known = [{"digest": digest, "limits": LIMITS, "first_seen_at": NOW} | more for digest, more in names.items()]
        connection.execute(insert(Model), known)
    patients, latest = _patients(rows, seed)
    for first in range(0, rows, BATCH):
        numbers = np.arange(first, min(first + BATCH, rows))
        with engine.begin() as connection:
            for table, columns in _tables(numbers, patients[numbers], latest[numbers], rows, seed):
                _write(connection, table.__tablename__, columns)
        tell(len(numbers))
    if engine.dialect.name == "postgresql":  # ids were given: the next ones come after them
        with engine.begin() as connection:
            for name in ("study", "series", "analysis"):
                connection.execute(text(f"SELECT setval('{name}_id_seq', {rows})"))


def _write(connection: Connection, table: str, columns: Columns) -> None:
    """As fast as the database takes it: COPY, or one prepared INSERT."""
    driver, names = connection.connection.driver_connection, ", ".join(columns)
    assert driver
    if connection.dialect.name == "postgresql":
        made = BytesIO()
        pyarrow.csv.write_csv(pa.table(dict(columns)), made, pyarrow.csv.WriteOptions(include_header=False))
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(made.getvalue())
        return
    values = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values()]
    marks = ", ".join("?" * len(columns))
    driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", zip(*values, strict=True))


def _patients(rows: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The patient of each examination, and whether it is their last; examinations are in the order of time."""
    patients = np.random.default_rng(seed).integers(0, max(1, int(rows / PER_PATIENT)), rows)
    last = np.zeros(rows, bool)
    last[rows - 1 - np.unique(patients[::-1], return_index=True)[1]] = True
    return patients, last


def _tables(
    numbers: NDArray[np.int64], patients: NDArray[np.int64], latest: NDArray[np.bool_], rows: int, seed: int
) -> Iterator[tuple[type[Base], Columns]]:
    """Columns of every table for a batch."""
    n, ids = len(numbers), (numbers + 1).tolist()
    keys = [hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in ids]
    studies = [f"2.25.{number}" for number in ids]
    series = [f"{uid}.1" for uid in studies]
    moments = {name: [MOMENT] * n for name in ("first_at", "last_at")}
    people = [f"SYN-{patient}" for patient in patients]
    state = {"state": ["chosen"] * n}
    yield Study, {"id": ids, "study_instance_uid": studies, "patient_id": people} | state | moments
    false = {name: [False] * n for name in ("interrupted", "source_changed")}
    yield Series, {"id": ids, "study_id": ids, "series_instance_uid": series} | state | moments | false
    same = {"identity_digest": "i", "model_digest": "m", "analysis_digest": "a", "state": "done", "is_current": True}
    same |= {"due_at": MOMENT, "asked_at": MOMENT, "finished_at": MOMENT, "attempt": 1, "priority": 0, "revision": 1}
    own = {"id": ids, "study_id": ids, "series_id": ids, "request_key": keys, "content_digest": keys}
    yield Analysis, own | {name: [value] * n for name, value in same.items()}
    told = {"analysis_id": ids, "request_key": keys, "is_latest": latest, "study_instance_uid": studies}
    told |= {"series_instance_uid": series, "sop_instance_uid": [f"{uid}.9" for uid in series]}
    yield Measurement, told | _measured(numbers, patients, rows, seed)


def _measured(numbers: NDArray[np.int64], patients: NDArray[np.int64], rows: int, seed: int) -> Columns:
    """Columns of `measurement`: sex, age and size shift the muscle, the rest is drawn."""
    n, noise = len(numbers), np.random.default_rng([seed, int(numbers[0]), 1])
    drawn = (patients * 2654435761 % 2**32) / 2**32  # a patient is the same in every batch
    man, tall = drawn < 0.52, (drawn * 7919) % 1
    age = np.clip(62 + 14 * noise.standard_normal(n), 18, 97).round(1)
    height = np.where(man, 1.765, 1.63) + 0.14 * (tall - 0.5)
    weight = np.clip(26.5 + 4.5 * noise.standard_normal(n), 16, 50) * height**2
    smi = np.where(man, 52.0, 41.5) - 0.17 * (age - 50) + 7.0 * noise.standard_normal(n)
    area = np.clip(smi, 18, None) * height**2
    hu = 46 - 0.28 * (age - 50) + 8 * noise.standard_normal(n)
    stated = noise.random(n) > 0.08
    columns: Columns = {
        "patient_key": [hashlib.md5(f"{seed} {patient}".encode()).hexdigest() for patient in patients],
        "is_current": [True] * n,
        "revision": [1] * n,
        "corrected": [False] * n,
        "finished_at": [MOMENT] * n,
        "patient_sex": np.where(man, "M", "F"),
        "patient_age_years": age,
        "height_m": np.where(stated, height.round(2), None).tolist(),
        "height_source": ["PatientSize (0010,1020)" if known else None for known in stated],
        "weight_kg": np.where(stated, weight.round(1), None).tolist(),
        "smi_m29_150_cm2_m2": np.where(stated, np.clip(smi, 18, None), None).tolist(),
        "study_date": [
            f"{2012 + int(k * 13 // rows):04d}{1 + int(k) % 12:02d}{1 + int(k) % 28:02d}" for k in numbers
        ],
        "contrast_phase": noise.choice(
            np.array(["portal venous", "native", "arterial", None], object), n, p=[0.6, 0.2, 0.1, 0.1]
        ),
        "kvp": noise.choice([100.0, 120.0], n, p=[0.4, 0.6]),
        "slice_thickness_mm": noise.choice([1.0, 3.0, 5.0], n),
        "model_name": ["Model"] * n,
        "model_version": ["1"] * n,
        "model_digest": np.where(noise.random(n) < 0.7, *MODELS),
        "model_status": ["research"] * n,
        "l3_status": ["found"] * n,
        "l3_confidence": noise.uniform(0.9, 1, n),
        "fold_dice": noise.uniform(0.92, 0.99, n),
        "doubts": [""] * n,
        "manufacturer": noise.choice(["Maker A", "Maker B"], n),
        "convolution_kernel": noise.choice(["B30f", "FC08", "STANDARD"], n),
        "seconds": noise.uniform(1, 4, n),
    }
    for name, share in (*SHARES.items(), ("total", 1.0)):
        for kind, factor, less in (("mask", 1.04, 3.0), ("m29_150", 1.0, 0.0)):
            columns[f"{name}_area_{kind}_cm2"] = area * share * factor
            columns[f"{name}_hu_{kind}_mean"] = hu - less
            columns[f"{name}_hu_{kind}_sd"] = noise.uniform(15, 25, n)
    columns |= {f"panel_{key}": noise.choice(["below", "not below", "borderline"], n) for key in PANELS[:1]}
    return columns
