"""The application of the web process over a database with a few rows, called without a socket."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from db import accounts
from db.accounts import NewAccount, Role
from db.session import open_engine, upgrade
from dicom_node.web.application import build
from dicom_node.web.passwords import hashed
from dicom_node.web.room import Room
from tests.db.factories import NOW
from tests.factories import make_settings
from tests.synthetic import fill
from tests.web.browser import Browser
from tests.web.cases import held_case

RESULTS = 40
PASSWORD = "correct horse battery"


@cache
def password_hash() -> str:
    """Of `PASSWORD`: hashing is meant to take long."""
    return hashed(PASSWORD)


@dataclass
class Site:
    """A database, its data folder, and browsers that call the application over it."""

    settings: Settings
    room: Room
    clock: list[datetime]
    application: Any = field(init=False)

    def __post_init__(self) -> None:
        self.application = build(self.room)

    def browser(self, **headers: str) -> Browser:
        """A browser without a session."""
        scheme = "https" if self.settings.web.secure else "http"
        return Browser(self.application, f"{scheme}://localhost", headers)

    def account(self, role: Role, name: str | None = None) -> str:
        """The name of an account that may sign in with `PASSWORD`."""
        name = name or str(role)
        new = NewAccount(name=name, person_name=f"{name}^Given", role=role, password=password_hash())
        with self.room.sessions.begin() as session:
            accounts.add(session, new, self.clock[0])
        return name

    def signed_in(self, role: Role, name: str | None = None) -> Browser:
        """A browser with the session of a new account."""
        browser = self.browser()
        answer = browser.post("/sign-in", data={"name": self.account(role, name), "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was migrated once."""
    path = tmp_path_factory.mktemp("web") / "l3node.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def drawn(migrated: Path) -> Path:
    """A database with current results of drawn people."""
    path = migrated.with_name("drawn.sqlite")
    shutil.copy(migrated, path)
    engine = open_engine(f"sqlite:///{path}")
    fill(engine, RESULTS)
    engine.dispose()
    return path


@pytest.fixture
def filled(site: Site, drawn: Path) -> Site:
    """A site with `RESULTS` current results, of no files."""
    site.room.engine.dispose()
    shutil.copy(drawn, site.settings.node.data / "l3node.sqlite")
    return site


@pytest.fixture
def make_site(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Site]]:
    """Makes a site with one held case (study 1, analysis 1); `web` are its settings."""
    engines = []

    def make(**web: Any) -> Site:
        data = tmp_path / f"node{len(engines)}"
        data.mkdir(mode=0o700)
        shutil.copy(migrated, data / "l3node.sqlite")
        settings = make_settings(data, web={"enabled": True, **web}, review={"policy": "always"})
        engine, clock = open_engine(settings.database_url), [NOW]
        engines.append(engine)
        site = Site(settings=settings, room=Room(settings=settings, engine=engine, now=lambda: clock[0]), clock=clock)
        held_case(site.room.sessions, data)
        return site

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site where one signs in."""
    return make_site()
