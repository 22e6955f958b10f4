"""Procrastinate's tables beside ours: made and brought up by our own `upgrade`, never touched by a migration of ours.

Which of its migrations a database has stands in the comment of its table of jobs.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

TABLES = "procrastinate_"
"""How the names of its tables begin: Alembic, which does not know them, must not want to drop them."""


def bring_up(connection: Connection) -> None:
    """Bring Procrastinate's tables to what its installed version wants, in the caller's transaction."""
    from procrastinate.schema import SchemaManager

    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    newest = steps[-1].stem
    known = _known(connection)
    if known is None:
        _run(connection, SchemaManager.get_schema())
    for step in _missing(steps, known or newest):
        _run(connection, step.read_text("utf-8"))
    if known != newest:
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{newest}'"))


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """For Alembic's comparison: whether a name in the database is one of ours."""
    return kind != "table" or name is None or not name.startswith(TABLES)


def _known(connection: Connection) -> str | None:
    """The last migration that the database has; None when its tables are not there."""
    if not connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")):
        return None
    return connection.scalar(text("SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')")) or ""


def _missing(steps: list[Path], known: str) -> Iterator[Path]:
    return (step for step in steps if step.stem > known)


def _run(connection: Connection, script: str) -> None:
    """A script as it is: by the driver, which takes a percent sign for what it is when there are no parameters."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(script)
