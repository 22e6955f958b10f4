"""The database is opened as strict as it can be, and migrated before the first row."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from traceback import format_exception

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from db.procrastinate_tables import is_ours
from db.schema import Base, Instance, Study, columns
from db.session import _alembic, is_current, journal_mode, open_engine, open_sessions, reading, upgrade
from tests.db.factories import NOW

OPTIONS = {"compare_type": True, "render_as_batch": True, "include_name": is_ours}
only_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index 'ix_study_")
def test_the_migrations_make_the_tables_of_the_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []


@only_sqlite  # PostgreSQL's are compared above
def test_indexes_and_constraints_are_those_of_the_schema(engine: Engine) -> None:
    plain = create_engine("sqlite://")
    Base.metadata.create_all(plain)
    for table in Base.metadata.tables:
        for look in ("get_unique_constraints", "get_foreign_keys", "get_pk_constraint"):
            assert _told(engine, look, table) == _told(plain, look, table), (table, look)
    assert _indexes(engine) == _indexes(plain)
    plain.dispose()


def _told(engine: Engine, look: str, table: str) -> list[str]:
    found = getattr(inspect(engine), look)(table)
    return sorted(map(str, found)) if isinstance(found, list) else [str(found)]


def _indexes(engine: Engine) -> list[str]:
    """How each index was made, its condition included."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        return sorted(" ".join(str(made).split()) for made in found.scalars() if "alembic" not in str(made))


def test_upgrading_twice_is_upgrading_once(migrated_url: str, engine: Engine) -> None:
    with open_sessions(engine).begin() as session:
        session.add(Study(study_instance_uid="1.2", first_at=NOW, last_at=NOW))
    upgrade(migrated_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM study")).scalar() == 1


def test_a_fresh_database_is_not_current_and_an_upgraded_one_is(url: str) -> None:
    engine = open_engine(url)
    assert not is_current(engine)
    upgrade(url)
    assert is_current(engine)
    engine.dispose()


def test_the_way_back_removes_every_table_of_ours_and_the_view(migrated_url: str, engine: Engine) -> None:
    command.downgrade(_alembic(migrated_url), "base")
    assert inspect(engine).get_view_names() == []
    left = {name for name in inspect(engine).get_table_names() if is_ours(name, "table", {})}
    assert left <= {"alembic_version"}


@only_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"), [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000), ("journal_mode", None)]
)
def test_the_pragmas_are_in_force(engine: Engine, pragma: str, value: int | None) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    assert found == (journal_mode().lower() if value is None else value)


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_wal_is_used_only_where_its_race_is_mended(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode


def test_a_foreign_key_to_nothing_is_refused(session: Session) -> None:
    nowhere = dict.fromkeys(("sop_class_uid", "transfer_syntax_uid", "identity_digest", "pixels_digest"), "x")
    session.add(Instance(series_id=99, sop_instance_uid="1.2", path="p", size_bytes=1, received_at=NOW, **nowhere))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(Study(study_instance_uid="1.2", first_at=datetime(2026, 3, 1), last_at=NOW))  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        session.flush()


def test_a_time_in_another_zone_comes_back_as_the_same_moment_in_utc(session: Session) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    session.add(study := Study(study_instance_uid="1.2", first_at=there, last_at=NOW))
    session.flush()
    session.refresh(study)
    assert (study.first_at, study.first_at.tzinfo) == (NOW, UTC)


@only_sqlite
def test_a_writer_holds_the_lock_from_its_first_statement_and_a_reader_does_not(
    migrated_url: str, engine: Engine
) -> None:
    path = migrated_url.removeprefix("sqlite:///")
    impatient = sqlite3.connect(path, timeout=0, isolation_level=None)
    with reading(engine) as session:
        session.execute(text("SELECT count(*) FROM study"))
        impatient.execute("BEGIN IMMEDIATE")
        impatient.execute("ROLLBACK")
    with open_sessions(engine).begin() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            impatient.execute("BEGIN IMMEDIATE")
    impatient.close()


def test_what_is_done_while_reading_is_not_kept(engine: Engine) -> None:
    with reading(engine) as session:
        session.add(Study(study_instance_uid="1.2", first_at=NOW, last_at=NOW))
        session.flush()
    with reading(engine) as session:
        assert session.query(Study).count() == 0


def test_a_row_is_told_by_its_columns() -> None:
    assert columns(Study(study_instance_uid="1.2", patient_id="P"))["study_instance_uid"] == "1.2"


def test_a_database_that_cannot_be_opened_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('a') / 'nowhere' / 'a.sqlite'}")
    with pytest.raises(OperationalError):
        is_current(engine)
    engine.dispose()


def test_the_text_of_a_fault_holds_no_value_of_a_row(engine: Engine) -> None:
    rows = [Study(study_instance_uid="1.2", patient_id="SECRET-77", first_at=NOW, last_at=NOW) for _ in range(2)]
    with open_sessions(engine)() as session:
        session.add_all(rows)
        with pytest.raises(IntegrityError) as told:
            session.flush()
    assert "SECRET-77" not in "".join(format_exception(told.value))
    assert "1.2" not in str(told.value)
