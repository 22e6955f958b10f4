"""Open the database safely: SQLite as strict as it can be, migrations before the first row.

On both databases transactions that may write come one after another, so that what one of them read still holds when
it writes.  Whoever only looks (`reading`) waits for nobody.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

Sessions: TypeAlias = sessionmaker[Session]

BUSY_TIMEOUT_MS = 30_000
ALIVE = MappingProxyType(
    {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
)
"""For PostgreSQL over a network: a server that is gone is noticed within half a minute."""
TURN = 0x6C336E6F6465
"""Key of the lock by which writing transactions take turns on PostgreSQL."""
LONGEST_PAUSE = "20s"
"""A host that dies or hangs in mid-transaction holds up the others no longer than this."""
WAL_SAFE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First SQLite releases of each line without the WAL-reset race (sqlite.org/wal.html)."""


def open_engine(url: str) -> Engine:
    """An engine on `url`; on SQLite with full durability, foreign keys and immediate transactions."""
    sqlite = _is_sqlite(url)
    arguments = {"timeout": BUSY_TIMEOUT_MS / 1000} if sqlite else dict(ALIVE)
    # a fault's text goes to the log; a server that was restarted is met by a new connection
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, pool_pre_ping=not sqlite)
    if sqlite:
        event.listen(engine, "connect", _strict)
        event.listen(engine, "begin", _begin_immediate)
    else:
        event.listen(engine, "handle_error", _without_values)
        event.listen(engine, "begin", _begin_in_turn)
    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Session factory; `with sessions.begin() as session` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """WAL only where its corruption race is mended, else TRUNCATE."""
    mended = version >= WAL_SAFE[0] or any(version[:2] == safe[:2] and version >= safe for safe in WAL_SAFE)
    return "WAL" if mended else "TRUNCATE"


def upgrade(url: str) -> None:
    """Bring the schema to the newest revision; a no-op when it is there."""
    command.upgrade(_alembic(url), "head")


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest revision."""
    newest = ScriptDirectory.from_config(_alembic("")).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _strict(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions on its own
    for pragma in (
        f"journal_mode={journal_mode()}",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    looking = connection.get_execution_options().get("looking")
    connection.exec_driver_sql("BEGIN" if looking else "BEGIN IMMEDIATE")


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the failing row below the first line of its message, and messages go to the log."""
    for fault in filter(None, (context.original_exception, context.sqlalchemy_exception)):
        fault.args = (str(fault).partition("\n")[0],)


def _begin_in_turn(connection: Connection) -> None:
    """PostgreSQL: what SQLite does by itself.  The lock goes with the transaction, however that ends."""
    if not connection.get_execution_options().get("looking"):
        limit = f"set_config('idle_in_transaction_session_timeout', '{LONGEST_PAUSE}', true)"
        connection.exec_driver_sql(f"SELECT {limit}, pg_advisory_xact_lock({TURN})")


@contextmanager
def looking(sessions: Sessions) -> Iterator[Session]:
    """A session of these for looking only."""
    with reading(sessions.kw["bind"]) as session:
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for looking only: takes no write lock, commits nothing."""
    with Session(engine.execution_options(looking=True)) as session:
        yield session
        session.rollback()
