"""A PostgreSQL of our own: Debian's binaries, a folder of its own, a unix socket, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests: nothing has to survive."""


def binaries() -> Path:
    """Where initdb and postgres are; skips where they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    return found[-1].parent


@contextmanager
def postgresql(*options: str) -> Iterator[str]:
    """A running server; its URL without the database's name, to which `{name}` is formatted."""
    with server(*options) as running:
        yield running.url


class Server:
    """PostgreSQL in a folder, which can be restarted.  `url` is without the database's name."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self._folder, self._programs = folder, binaries()
        data = folder / "data"
        made = [self._programs / "initdb", "-D", data, "-A", "trust", "-U", "l3node", "-E", "UTF8"]
        made += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(as_its_user(made), check=True, capture_output=True, cwd=folder)
        flags = [part for option in ("listen_addresses=", f"unix_socket_directories={folder}", *options)
                 for part in ("-c", option)]  # fmt: skip
        self._command = as_its_user([self._programs / "postgres", "-D", data, *flags])
        self.url = f"postgresql+psycopg://l3node@/{{name}}?host={folder}"

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=self._folder)
        wait(self._programs, self._folder)

    def stop(self) -> None:
        """As an administrator restarts it: every connection is cut, what was committed stays."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)


@contextmanager
def server(*options: str) -> Iterator[Server]:
    """A running server in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="l3node-pg-"))
    try:
        if os.getuid() == 0:  # it refuses to run as root
            shutil.chown(folder, "postgres")
        running = Server(folder, options)
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def as_its_user(command: Sequence[object]) -> list[str]:
    """The command, as user postgres where we are root."""
    before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    assert not before or pwd.getpwnam("postgres")
    return [*before, *map(str, command)]


def wait(programs: Path, folder: Path) -> None:
    """Until it answers."""
    ready = [programs / "pg_isready", "-q", "-h", folder, "-U", "l3node", "-t", "30"]
    for _ in range(300):
        if subprocess.run(ready, cwd=folder).returncode == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError((folder / "log").read_text())


def make_database(url: str, name: str, template: str = "template0") -> str:
    """A new database, a copy of `template`; its URL."""
    engine = create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return url.format(name=name)


def drop_database(url: str, name: str) -> None:
    """Gone, whoever looks at it."""
    engine = create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()
