"""A database at its newest revision for each test, as the node opens it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db.session import open_engine, open_sessions, upgrade


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'l3node.sqlite'}"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was migrated once; each test takes a copy."""
    path = tmp_path_factory.mktemp("migrated") / "l3node.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def engine(url: str, migrated: Path) -> Iterator[Engine]:
    shutil.copy(migrated, url.removeprefix("sqlite:///"))
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction, rolled back."""
    with open_sessions(engine)() as session:
        yield session
        session.rollback()
