"""Names that processes on many hosts hold: who leads, who receives, by which settings.

PostgreSQL's advisory locks on a connection of their own: a name is free when its holder's connection is gone, and is
taken from a holder that gives no sign of life.  On one host nobody else is there to hold a name.
"""

from contextlib import suppress
from enum import IntEnum
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError


class Group(IntEnum):
    """First key of our locks; the second is the hash of what is held."""

    NAME = 0x6C33
    """Held by one process."""
    SETTINGS = 0x6C34
    """Held by all that work by the same settings."""


class Holding(Protocol):
    """A name that is held, or not."""

    def keep(self) -> bool:
        """Whether it is held now; takes it when it is free, waits for nobody.  One thread calls this on and on."""

    def close(self) -> None:
        """Let it go."""


class Alone:
    """Of the only process there is."""

    def keep(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Nobody waits for it."""


class Held:
    """`stall`: seconds without a call of `keep` after which another may take the name."""

    def __init__(self, database: Engine, name: str, stall: float, group: Group = Group.NAME) -> None:
        self._database = database
        self._name = {"group": int(group), "name": name, "stall": stall}
        self._try = f"pg_try_advisory_lock{'_shared' if group is Group.SETTINGS else ''}"
        self._connection: Connection | None = None
        self._has = False

    def keep(self) -> bool:
        """See `Holding`; a database that is away makes it False."""
        try:
            self._has = self._still() or self._take()
        except SQLAlchemyError:
            self.close()
        return self._has

    def close(self) -> None:
        """See `Holding`."""
        connection, self._connection, self._has = self._connection, None, False
        if connection:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # back in the pool it would hold the lock
                connection.close()

    def _still(self) -> bool:
        if not (self._connection and self._has):
            return False
        self._connection.execute(text("SELECT 1"))
        return True

    def _take(self) -> bool:
        if self._connection is None:
            options = {"isolation_level": "AUTOCOMMIT", "looking": True}
            self._connection = self._database.connect().execution_options(**options)
        self._connection.execute(text(END_WHO_HANGS), self._name)
        return bool(self._connection.scalar(text(f"SELECT {self._try}(:group, hashtext(:name))"), self._name))


END_WHO_HANGS = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND classid = :group AND objid::bigint = hashtext(:name)::bigint & 4294967295
  AND objsubid = 2 AND pid <> pg_backend_pid() AND state_change < now() - make_interval(secs => :stall)
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""A process that was stopped keeps its connections, and no sign of life comes from it."""


def is_contradicted(database: Engine, settings: str) -> bool:
    """Whether a living process works by other settings than these (a digest)."""
    with database.connect() as connection:
        return bool(connection.scalar(text(f"SELECT count(*) FROM pg_locks WHERE {BY_OTHERS}"), {"name": settings}))


BY_OTHERS = f"""
locktype = 'advisory' AND granted AND classid = {Group.SETTINGS} AND objsubid = 2
AND objid::bigint <> hashtext(:name)::bigint & 4294967295
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
