"""What a de-identified row holds: keyed hashes for UIDs, years or shifted dates, ages to 90, no free text of people.

After DICOM PS3.15 annex E in spirit: the view has no name, no ID, no station and no serial number to begin with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Literal

from db.cohort import COLUMNS, Column

Dates = Literal["year", "shift"]
Values = Sequence[Any]
OLDEST = 90.0
"""Years; older people are few enough to be found."""
LONGEST_SHIFT = 365
"""Days by which all dates of a patient are moved back, at least one."""
HASHED = 32
"""Hexadecimal digits of a keyed hash (BLAKE2b: a million rows have four million UIDs)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """How rows leave: `identified` as they are, else de-identified with the site's `secret`."""

    secret: bytes
    dates: Dates = "year"
    identified: bool = False

    def columns(self) -> tuple[Column, ...]:
        """The columns that are exported."""
        if self.identified:
            return COLUMNS
        gone = {"study_year"} if self.dates == "shift" else {"study_date"}
        return tuple(column for column in COLUMNS if column.private != "left out" and column.name not in gone)

    def of(self, column: Column, values: Values, patients: Values) -> Values:
        """The values of one column as they may leave; `patients` are the patient keys of the same rows."""
        if self.identified or not column.private:
            return values
        return _RULES[column.private](self, values, patients)

    def hashed(self, uid: str) -> str:
        """The keyed hash of a UID: the same one in every export of this site."""
        return blake2b(uid.encode(), digest_size=HASHED // 2, key=self.secret, person=b"uid").hexdigest()

    def shift(self, patient: str | None) -> timedelta | None:
        """How far back the dates of a patient are moved; None without a patient: a date alone can't be hidden so."""
        if patient is None:
            return None
        digest = blake2b(patient.encode(), digest_size=8, key=self.secret, person=b"shift").digest()
        number = int.from_bytes(digest, "big")
        return timedelta(days=1 + number % LONGEST_SHIFT)


def _uids(privacy: Privacy, values: Values, _patients: Values) -> Values:
    return [value and privacy.hashed(value) for value in values]


def _dates(privacy: Privacy, values: Values, patients: Values) -> Values:
    return [_moved(value, privacy.shift(patient)) for value, patient in zip(values, patients, strict=True)]


def _moved(value: str | None, by: timedelta | None) -> str | None:
    try:
        return (date.fromisoformat(value) - by).isoformat() if value and by else None
    except (ValueError, OverflowError):
        return None


def _ages(_privacy: Privacy, values: Values, _patients: Values) -> Values:
    return [value and min(value, OLDEST) for value in values]


_RULES: dict[str, Callable[[Privacy, Values, Values], Values]] = {"uid": _uids, "date": _dates, "age": _ages}
