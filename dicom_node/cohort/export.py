"""Rows to a file, in batches: CSV or Parquet, the same values, with a snapshot id that a paper can cite."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from db.cohort import Column
from db.questions import Filter, batches, question
from dicom_node.cohort.privacy import Privacy
from dicom_node.cohort.rows import Asked, Snapshot

BATCH = 50_000
TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", "UTC"),
}
Advance = Callable[[int], None]


class ExportFault(Exception):
    """The file can't be written; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of an export."""

    rows: int
    snapshot: str


def export(connection: Any, of: Filter, privacy: Privacy, target: Path, advance: Advance) -> Written:
    """Write the rows to `target` (.csv or .parquet; by the ending) and what they are to `target`.json."""
    asked, snapshot, rows = Asked(privacy), Snapshot(), 0
    with _writer(target, schema_of(asked)) as writer:
        for batch in batches(connection, question(of, asked.names, identified=privacy.identified), BATCH):
            snapshot.add(asked.keys(batch))
            writer.write(arrow(asked, batch))
            rows += len(batch)
            advance(len(batch))
    _describe(target, of, asked.columns, privacy, Written(rows=rows, snapshot=snapshot.id))
    return Written(rows=rows, snapshot=snapshot.id)


def schema_of(asked: Asked) -> pa.Schema:
    """Names and types of the columns."""
    return pa.schema([(column.name, TYPES[column.type]) for column in asked.columns])


def arrow(asked: Asked, batch: Sequence[Any]) -> pa.RecordBatch:
    """Rows as the driver gives them, as typed columns that may leave."""
    values = asked.values(batch)
    arrays = [pa.array(values[column.name], TYPES[column.type]) for column in asked.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=schema_of(asked))


def csv_writer(file: IO[bytes], schema: pa.Schema) -> Any:
    """CSV, quoted where it must be."""
    return pyarrow.csv.CSVWriter(file, schema)


def parquet_writer(file: IO[bytes], schema: pa.Schema) -> Any:
    """Dictionaries only for words that come again: numbers and UIDs hardly do."""
    words = [
        field.name for field in schema if field.type == pa.string() and not field.name.endswith(("_uid", "_key"))
    ]
    return pyarrow.parquet.ParquetWriter(file, schema, use_dictionary=words)


WRITERS: dict[str, Callable[[IO[bytes], pa.Schema], Any]] = {"csv": csv_writer, "parquet": parquet_writer}


class _writer:
    """A private file in either form, whole or not there."""

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        if target.suffix[1:] not in WRITERS:
            raise ExportFault(f"{target.name}: the ending says the form, .csv or .parquet")
        self._target, self._part = target, target.with_name(f".{target.name}.part")
        self._part.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        self._inner = WRITERS[target.suffix[1:]](self._file, schema)

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
