"""A synthetic cohort in a database: as many results as wanted of people who never lived, quickly."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, insert

from db.cohort import PANELS
from db.schema import Analysis, Measurement, Model, Series, Study

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BATCH = 10_000
PER_PATIENT = 1.6
"""Examinations of a patient, on average."""
MODELS = ("a1" * 32, "b2" * 32)
SHARES = {"psoas": 0.16, "paraspinal": 0.44, "abdominal_wall": 0.40}
LIMITS = '{"area_cm2": [-4.0, 9.0], "cases": 60, "hu": [-6.0, 3.0], "source": "drawn"}'
Tell = Callable[[int], None]


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
            for table, made in _tables(numbers, patients[numbers], latest[numbers], seed):
                connection.execute(insert(table), made)
        tell(len(numbers))


def _patients(rows: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The patient of each examination, and whether it is their last; examinations are in the order of time."""
    patients = np.random.default_rng(seed).integers(0, max(1, int(rows / PER_PATIENT)), rows)
    last = np.zeros(rows, bool)
    last[rows - 1 - np.unique(patients[::-1], return_index=True)[1]] = True
    return patients, last


def _tables(
    numbers: NDArray[np.int64], patients: NDArray[np.int64], latest: NDArray[np.bool_], seed: int
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Rows of every table for a batch."""
    ids = [int(number) + 1 for number in numbers]
    keys = [hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in ids]
    times = {"first_at": NOW, "last_at": NOW}
    yield (
        Study,
        [
            {"id": n, "study_instance_uid": f"2.25.{n}", "state": "chosen", "patient_id": f"SYN-{p}", **times}
            for n, p in zip(ids, patients, strict=True)
        ],
    )
    yield (
        Series,
        [{"id": n, "study_id": n, "series_instance_uid": f"2.25.{n}.1", "state": "chosen", **times} for n in ids],
    )
    same = {"identity_digest": "i", "model_digest": "m", "analysis_digest": "a", "state": "done", "is_current": True}
    moments = {"due_at": NOW, "asked_at": NOW, "finished_at": NOW, "attempt": 1, "priority": 0, "revision": 1}
    yield (
        Analysis,
        [
            {"id": n, "study_id": n, "series_id": n, "request_key": key, "content_digest": key, **same, **moments}
            for n, key in zip(ids, keys, strict=True)
        ],
    )
    columns = _measured(numbers, patients, seed)
    values = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values()]
    yield (
        Measurement,
        [
            dict(zip(columns, row, strict=True))
            | {"analysis_id": n, "request_key": key, "is_latest": bool(last), "study_instance_uid": f"2.25.{n}"}
            | {"series_instance_uid": f"2.25.{n}.1", "sop_instance_uid": f"2.25.{n}.1.9"}
            for n, key, last, row in zip(ids, keys, latest, zip(*values, strict=True), strict=True)
        ],
    )


def _measured(numbers: NDArray[np.int64], patients: NDArray[np.int64], seed: int) -> dict[str, Any]:
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
    columns: dict[str, Any] = {
        "patient_key": [hashlib.md5(f"{seed} {patient}".encode()).hexdigest() for patient in patients],
        "is_current": [True] * n,
        "revision": [1] * n,
        "corrected": [False] * n,
        "finished_at": [NOW] * n,
        "patient_sex": np.where(man, "M", "F"),
        "patient_age_years": age,
        "height_m": np.where(stated, height.round(2), None),
        "height_source": ["PatientSize (0010,1020)" if known else None for known in stated],
        "weight_kg": np.where(stated, weight.round(1), None),
        "smi_m29_150_cm2_m2": np.where(stated, np.clip(smi, 18, None), None),
        "study_date": [
            f"{2012 + int(k * 13 // (numbers[-1] + 1)):04d}{1 + int(k) % 12:02d}{1 + int(k) % 28:02d}"
            for k in numbers
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
