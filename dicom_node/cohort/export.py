"""Rows to a file, in batches: CSV or Parquet, the same values, with a snapshot id that a paper can cite."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from db.cohort import Column
from db.questions import OF_STUDY, Filter, batches, question
from dicom_node.cohort.privacy import Privacy

BATCH = 50_000
TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", "UTC"),
}
NEEDED = ("request_key", "patient_key")
"""What is read of every row, whatever is written: for the snapshot id, and for the shift of dates."""
Advance = Callable[[int], None]


class ExportFault(Exception):
    """The file can't be written; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of an export; `keys` are the request keys when they were asked for."""

    rows: int
    snapshot: str


class Snapshot:
    """The digest of which results are in an answer: their request keys in the order of analysis."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256(b"l3node cohort 1")

    def add(self, keys: Sequence[str | None]) -> None:
        """The keys of one batch."""
        self._digest.update("".join(f"\n{key}" for key in keys).encode())

    @property
    def id(self) -> str:
        """The first 32 hexadecimal digits."""
        return self._digest.hexdigest()[:32]


def export(connection: Any, of: Filter, privacy: Privacy, target: Path, advance: Advance) -> Written:
    """Write the rows to `target` (.csv or .parquet; by the ending) and what they are to `target`.json."""
    columns = [*privacy.columns(), *_of_study(privacy)]
    schema = pa.schema([(column.name, TYPES[column.type]) for column in columns])
    asked = [*dict.fromkeys([*NEEDED, *(column.name for column in privacy.columns())])]
    rows, snapshot = 0, Snapshot()
    with _writer(target, schema) as writer:
        for batch in batches(connection, question(of, asked, identified=privacy.identified), BATCH):
            table = _transposed(batch, [*asked, *(OF_STUDY if privacy.identified else ())])
            snapshot.add(table["request_key"])
            writer.write(_arrow(columns, schema, table, privacy))
            rows += len(batch)
            advance(len(batch))
    _describe(target, of, columns, privacy, Written(rows=rows, snapshot=snapshot.id))
    return Written(rows=rows, snapshot=snapshot.id)


def _of_study(privacy: Privacy) -> Iterator[Column]:
    if privacy.identified:
        yield from (Column(name, str, "", "as received; identifies the patient") for name in OF_STUDY)


def _transposed(batch: Sequence[Any], names: Sequence[str]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*batch, strict=True), strict=True))


def _arrow(columns: Sequence[Column], schema: pa.Schema, table: dict[str, Any], privacy: Privacy) -> pa.RecordBatch:
    patients = table["patient_key"]
    arrays = [array(column, privacy.of(column, table[column.name], patients)) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def array(column: Column, values: Sequence[Any]) -> pa.Array:
    """Values as the driver gives them, as one typed column."""
    if column.type is bool:
        return pa.array([value if value is None else bool(value) for value in values], pa.bool_())
    if column.type is date or column.type is datetime:
        return pa.array([_moment(column.type, value) for value in values], TYPES[column.type])
    return pa.array(values, TYPES[column.type])


def _moment(kind: type[date] | type[datetime], value: Any) -> date | datetime | None:
    """A date or time from its text; None for a StudyDate that is none."""
    try:
        found = kind.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else found


def _csv(file: IO[bytes], schema: pa.Schema) -> Any:
    return pyarrow.csv.CSVWriter(file, schema)


def _parquet(file: IO[bytes], schema: pa.Schema) -> Any:
    """Dictionaries only for words that come again: numbers and UIDs hardly do."""
    words = [
        field.name for field in schema if field.type == pa.string() and not field.name.endswith(("_uid", "_key"))
    ]
    return pyarrow.parquet.ParquetWriter(file, schema, use_dictionary=words)


class _writer:
    """A private file in either form, whole or not there."""

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        if target.suffix not in (".csv", ".parquet"):
            raise ExportFault(f"{target.name}: the ending says the form, .csv or .parquet")
        self._target, self._part = target, target.with_name(f".{target.name}.part")
        self._part.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        self._inner = _csv(self._file, schema) if target.suffix == ".csv" else _parquet(self._file, schema)

    def __enter__(self) -> Any:
        return self._inner

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        self._inner.close()
        self._file.close()
        if fault:
            self._part.unlink()
        else:
            self._part.rename(self._target)


def _describe(target: Path, of: Filter, columns: Sequence[Column], privacy: Privacy, written: Written) -> None:
    """Beside the file: what it is, and its data dictionary."""
    told = {
        "snapshot": written.snapshot,
        "rows": written.rows,
        "filter": str(of),
        "identified": privacy.identified,
        "dates": "as they are" if privacy.identified else privacy.dates,
        "columns": {c.name: {"type": c.type.__name__, "unit": c.unit, "meaning": c.meaning} for c in columns},
    }
    beside = target.with_name(f"{target.name}.json")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(told, file, indent=2)
