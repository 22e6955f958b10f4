"""Rows of the view as they may leave: which columns are asked for, and what becomes of their values."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from db.cohort import Column
from db.questions import OF_STUDY
from dicom_node.cohort.privacy import Privacy

NEEDED = ("request_key", "patient_key")
"""What is read of every row, whatever is written: for the snapshot id, and for the shift of dates."""


class Asked:
    """The columns of an answer, and the names to ask for; rows come as the driver gives them."""

    def __init__(self, privacy: Privacy) -> None:
        self.privacy = privacy
        self.columns = (*privacy.columns(), *_of_study(privacy))
        self.names = [*dict.fromkeys([*NEEDED, *(column.name for column in privacy.columns())])]

    def keys(self, batch: Sequence[Any]) -> list[str | None]:
        """The request keys of some rows."""
        return [row[self.names.index("request_key")] for row in batch]

    def values(self, batch: Sequence[Any]) -> dict[str, Sequence[Any]]:
        """Each column of at least one row as it may leave."""
        read = [*self.names, *(OF_STUDY if self.privacy.identified else ())]
        return may_leave(self.privacy, self.columns, dict(zip(read, zip(*batch, strict=True), strict=True)))


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


def may_leave(
    privacy: Privacy, columns: Sequence[Column], table: Mapping[str, Sequence[Any]]
) -> dict[str, Sequence[Any]]:
    """Some columns of a table that has `patient_key` too, typed, and as they may leave."""
    patients = table["patient_key"]
    kept = {column: privacy.of(column, table[column.name], patients) for column in columns}
    return {column.name: _typed(column, values) for column, values in kept.items()}


def _typed(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    """Drivers give numbers for truth and text for times; None for a StudyDate that is none."""
    if column.type is bool:
        return [value if value is None else bool(value) for value in values]
    if column.type is date or column.type is datetime:
        return [_moment(column.type, value) for value in values]
    return values


def _moment(kind: type[date] | type[datetime], value: Any) -> date | datetime | None:
    try:
        found = kind.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else found


def _of_study(privacy: Privacy) -> Iterator[Column]:
    if privacy.identified:
        yield from (Column(name, str, "", "as received; identifies the patient") for name in OF_STUDY)
