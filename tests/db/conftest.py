"""A database at its newest revision for each test, as the node opens it; every test runs on SQLite and PostgreSQL."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db.session import open_engine, open_sessions, upgrade
from tests.postgresql import QUICK, drop_database, make_database, postgresql

MIGRATED, NUMBERS = "migrated", count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of a PostgreSQL, to be formatted with the name of a database."""
    with postgresql(*QUICK) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_there(server: str) -> str:
    """A database on the server that was migrated once; each test takes a copy."""
    upgrade(make_database(server, MIGRATED))
    return MIGRATED


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that was migrated once; each test takes a copy."""
    path = tmp_path_factory.mktemp("migrated") / "l3node.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a database that is empty, or not there yet."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'l3node.sqlite'}"
        return
    server, name = request.getfixturevalue("server"), f"test{next(NUMBERS)}"
    yield make_database(server, name)
    drop_database(server, name)


@pytest.fixture
def migrated_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a database at the newest revision."""
    if kind == "sqlite":
        path = tmp_path / "l3node.sqlite"
        shutil.copy(request.getfixturevalue("migrated"), path)
        yield f"sqlite:///{path}"
        return
    server, name = request.getfixturevalue("server"), f"test{next(NUMBERS)}"
    yield make_database(server, name, request.getfixturevalue("migrated_there"))
    drop_database(server, name)


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    engine = open_engine(migrated_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction, rolled back."""
    with open_sessions(engine)() as session:
        yield session
        session.rollback()
