"""The database as one file, made while the node runs, and back.  It holds patient data: mode 0600.

SQLite by its own online backup, PostgreSQL by pg_dump and pg_restore.  The files of the data folder are not in it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from db.session import upgrade

Progress = Callable[[int, int], None]
"""Told how many of how many pages are done."""
PAGES = 2000
"""Copied at once; between, writers of the node get their turn."""
DUMP = ("--format=custom", "--no-owner", "--no-privileges")
RESTORE = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")


class BackupFault(Exception):
    """It can't be done; the message says why and what to do."""


def backup(url: str, target: Path, progress: Progress = lambda _done, _all: None) -> None:
    """Write the whole database to `target`, which must not exist yet.  Raises `BackupFault`."""
    with _private(target) as part:
        if url.startswith("sqlite"):
            _copy(_sqlite_path(url), part, progress)
        else:
            _run("pg_dump", make_url(url), *DUMP, f"--file={part}")


def restore(source: Path, url: str) -> None:
    """Replace the database by a backup and bring it to this release's schema.  Raises `BackupFault`."""
    if url.startswith("sqlite"):
        _check(source)
        target = _sqlite_path(url)
        part = target.with_name(f".{target.name}.restored")
        part.unlink(missing_ok=True)
        with _private(part) as new:
            _copy(source.resolve(), new, lambda _done, _all: None)
        for leftover in ("-journal", "-wal", "-shm"):  # of the database that goes
            target.with_name(target.name + leftover).unlink(missing_ok=True)
        part.rename(target)
    else:
        _run("pg_restore", make_url(url), *RESTORE, f"--dbname={make_url(url).database}", str(source))
    upgrade(url)


class _private:
    """A new file of mode 0600 under another name, which gets its own when it is whole."""

    def __init__(self, target: Path) -> None:
        self._target, self._part = target, target.with_name(f".{target.name}.part")

    def __enter__(self) -> Path:
        if self._target.exists():
            raise BackupFault(f"{self._target} exists; choose another name")
        self._part.unlink(missing_ok=True)
        os.close(os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return self._part

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        if fault:
            self._part.unlink(missing_ok=True)
            return
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        self._part.chmod(0o600)
        self._part.rename(self._target)


def _sqlite_path(url: str) -> Path:
    return Path(make_url(url).database or "")


def _copy(source: Path, target: Path, progress: Progress) -> None:
    if not source.is_file():
        raise BackupFault(f"there is no database {source}")
    reader = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
    with closing(reader) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other, pages=PAGES, progress=lambda _status, left, total: progress(total - left, total))


def _check(source: Path) -> None:
    """A backup is whole, and ours."""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as found:
            whole = found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = found.execute("SELECT count(*) FROM alembic_version").fetchone()[0] == 1
    except sqlite3.DatabaseError:
        whole = ours = False
    if not (whole and ours):
        raise BackupFault(f"{source} is not a whole backup of l3node's database")


def _run(program: str, url: URL, *arguments: str) -> None:
    """One of PostgreSQL's programs; how to connect stands in its environment, where no list of processes shows it."""
    path = shutil.which(program) or next(
        (str(found) for found in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if path is None:
        raise BackupFault(f"{program} is not installed (Debian package postgresql-client)")
    known = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{name: str(value) for name, value in known.items() if value}}
    told = subprocess.run([path, *arguments], env=environment, capture_output=True, text=True)
    if told.returncode:
        raise BackupFault(
            f"{program} failed: {told.stderr.strip().splitlines()[-1] if told.stderr else 'no message'}"
        )
