"""Questions to the view `cohort` that can neither write nor hang: filters by name, rows in batches.

SQLite is opened read-only behind an authorizer that knows one view, PostgreSQL in a read-only transaction; both
give up after a time.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    column,
    create_engine,
    false,
    func,
    literal_column,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.cohort import NAMES
from db.where import Refused, TooSlow, checked

COHORT = table("cohort", *map(column, NAMES))
"""The view; its columns without types, so that values come as the driver gives them."""
OF_STUDY = ("patient_id", "issuer_of_patient_id", "accession_number")
"""What only an identified export adds."""
READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION})
MAPPED = 2**31
"""Bytes of the file that are read where the system keeps them, not copied: all rows in a third of the time."""
STEPS = 10_000
"""Of SQLite's machine between looks at the clock."""
Review = Literal["automatic", "approved", "corrected"]
"""What a person made of a result: nothing yet, vouched for it, gave other labels."""
MEANINGS = {
    "sex": "PatientSex: F, M or O.",
    "min_age": "Years, included.",
    "max_age": "Years, included.",
    "since": "First StudyDate, included.",
    "until": "Last StudyDate, included.",
    "model": "The beginning of a model's digest.",
    "model_status": "demonstration, research or released.",
    "scanner": "ManufacturerModelName, as the images have it.",
    "phase": "Contrast phase: native, arterial, portal venous, delayed.",
    "kvp": "Tube voltage, kV.",
    "min_thickness": "SliceThickness, mm, included.",
    "max_thickness": "SliceThickness, mm, included.",
    "latest": "Only the latest examination of each patient.",
    "without_doubt": "Only results with nothing in doubt.",
    "review": "Only results that nobody looked at (automatic), that were approved, or corrected.",
    "where": 'More, over columns: "smi_m29_150_cm2_m2 < 40 AND kvp IN (100, 120)".',
}
"""What each field of a `Filter` asks for, in the words of those who ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows; ends of ranges included, dates as YYYY-MM-DD, `model` the beginning of a digest.

    `latest` keeps the latest examination of each patient, whatever else is asked; `where` is an expression.
    """

    sex: str | None = None
    min_age: float | None = None
    max_age: float | None = None
    since: str | None = None
    until: str | None = None
    model: str | None = None
    model_status: str | None = None
    scanner: str | None = None
    phase: str | None = None
    kvp: float | None = None
    min_thickness: float | None = None
    max_thickness: float | None = None
    latest: bool = False
    without_doubt: bool = False
    review: Review | None = None
    where: str | None = None

    def __str__(self) -> str:
        told = ((name, getattr(self, name)) for name in self.__slots__)
        asked = [(name.replace("_", " "), value) for name, value in told if value not in (None, False)]
        return ", ".join(name if value is True else f"{name} {value}" for name, value in asked) or "everything"


def conditions(of: Filter) -> list[ColumnElement[bool]]:
    """The filter as conditions on the view; raises `Refused` for its expression."""
    c = COHORT.c
    exact = {c.patient_sex: of.sex, c.model_status: of.model_status, c.contrast_phase: of.phase, c.kvp: of.kvp}
    exact |= {c.manufacturer_model_name: of.scanner}
    lowest = {c.patient_age_years: of.min_age, c.study_date: of.since, c.slice_thickness_mm: of.min_thickness}
    highest = {c.patient_age_years: of.max_age, c.study_date: of.until, c.slice_thickness_mm: of.max_thickness}
    found = [name == value for name, value in exact.items() if value is not None]
    found += [name >= value for name, value in lowest.items() if value is not None]
    found += [name <= value for name, value in highest.items() if value is not None]
    if of.model:
        found.append(c.model_digest.startswith(of.model, autoescape=True))
    if of.latest:
        found.append(literal_column("is_latest"))
    if of.without_doubt:
        found.append(func.coalesce(c.doubts, "") == "")
    if of.review:
        found.append(_reviewed(of.review))
    if of.where:
        found.append(text(f"({checked(of.where)})".replace(":", r"\:")))  # type: ignore[arg-type]
    return found


def _reviewed(how: Review) -> ColumnElement[bool]:
    seen = COHORT.c.reviewed_at.is_not(None)
    corrected: ColumnElement[bool] = func.coalesce(literal_column("corrected"), false())
    return {"automatic": ~seen, "approved": and_(seen, ~corrected), "corrected": and_(seen, corrected)}[how]


def question(of: Filter, names: Sequence[str] = NAMES, *, identified: bool = False) -> Select[Any]:
    """Columns of the rows, the first analysed first; `identified` adds `OF_STUDY`."""
    asked = select(*(COHORT.c[name] for name in names)).where(*conditions(of)).order_by(COHORT.c.analysis_id)
    if not identified:
        return asked
    study = table("study", column("study_instance_uid"), *map(column, OF_STUDY))
    joined = COHORT.join(study, study.c.study_instance_uid == COHORT.c.study_instance_uid)
    return asked.select_from(joined).add_columns(*(study.c[name] for name in OF_STUDY))


def following(of: Filter, names: Sequence[str], after: int, limit: int, *, identified: bool = False) -> Select[Any]:
    """One page of `question`, after the analysis `after`; the first column is the number to go on from."""
    asked = question(of, ["analysis_id", *names], identified=identified)
    return asked.where(COHORT.c.analysis_id > after).limit(limit)


def newest(of: Filter, names: Sequence[str], limit: int) -> Select[Any]:
    """One page, the last analysed first."""
    return question(of, names).order_by(None).order_by(COHORT.c.analysis_id.desc()).limit(limit)


def count(connection: Connection, of: Filter) -> int:
    """Number of rows."""
    return connection.scalar(select(func.count()).select_from(COHORT).where(*conditions(of))) or 0


def batches(connection: Connection, asked: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    """Rows in lists of `size`; never all of them in memory."""
    with connection.execution_options(stream_results=True, max_row_buffer=size).execute(asked) as result:
        while rows := result.fetchmany(size):
            yield rows


@contextmanager
def looking(url: str, seconds: float, *, identified: bool = False) -> Iterator[Connection]:
    """A connection that reads the view only, each statement for so long; what does otherwise raises `Refused`."""
    opened = _sqlite(url, seconds, identified) if url.startswith("sqlite") else create_engine(url, poolclass=NullPool)
    try:
        with opened.connect() as connection:
            if opened.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
            yield connection
    except DBAPIError as fault:
        raise _told(fault, seconds) from None
    finally:
        opened.dispose()


def _told(fault: DBAPIError, seconds: float) -> Refused:
    words = str(fault.orig).partition("\n")[0]
    if "interrupted" in words or "statement timeout" in words:
        return TooSlow(f"no answer within {seconds:g} s; ask for less, or give --timeout")
    return Refused(f"the database refuses the question: {words}")


def _sqlite(url: str, seconds: float, identified: bool) -> Engine:
    path = Path(make_url(url).database or "").resolve()
    if not path.is_file():
        raise Refused(f"there is no database {path}; `l3node db upgrade` makes it")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA mmap_size={MAPPED}")
        connection.set_progress_handler(_clock(seconds), STEPS)
        connection.set_authorizer(_allows(identified))
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _clock(seconds: float) -> Callable[[], int]:
    """Ends a statement when time is up."""
    ends = time.monotonic() + seconds
    return lambda: int(time.monotonic() > ends)


def _allows(identified: bool) -> Callable[..., int]:
    """Reads through the view; of the tables below it nothing by itself, but `OF_STUDY` for an identified export."""
    study = frozenset({"study_instance_uid", *OF_STUDY}) if identified else frozenset()

    def allows(action: int, one: str | None, other: str | None, _database: str | None, inner: str | None) -> int:
        reads = action == sqlite3.SQLITE_READ and (
            inner == "cohort" or one == "cohort" or (one == "study" and other in study) or not one
        )
        harmless = action in READS and other != "load_extension"
        harmless |= action == sqlite3.SQLITE_PRAGMA and (one, other) == ("read_uncommitted", None)  # SQLAlchemy asks
        return sqlite3.SQLITE_OK if reads or harmless else sqlite3.SQLITE_DENY

    return allows
