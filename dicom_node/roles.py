"""What one process of the node does among others, and whether it may: roles, engine, the name that leads.

With the embedded engine one process has all roles and is alone.
"""

import hashlib
import importlib.util
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Engine as Database

from config.settings import Settings
from db.held import Alone, Group, Held, Holding, is_contradicted
from dicom_node.data_folder import CannotStart
from dicom_node.role import ROLES, Role
from dicom_node.work.embedded import Embedded
from dicom_node.work.engine import Engine

LOG = structlog.get_logger(__name__)
LEADER = "leader"
LOCAL: dict[str, set[str] | bool] = {
    "node": {"data", "shared"},
    "receive": True,
    "tls": True,
    "work": {"workers", "threads", "device"},
    "web": True,
    "database": True,
}
"""Settings in which hosts may differ; by all others they decide what is measured and where it goes."""


def check(settings: Settings, roles: Collection[Role]) -> None:
    """Raises `CannotStart` for what can't work across hosts."""
    hosts = settings.work.engine == "procrastinate"
    if not hosts and (settings.node.shared or set(roles) != set(ROLES)):
        raise CannotStart('--only and [node] shared are for many hosts; they need [work] engine = "procrastinate"')
    if hosts and not all(map(importlib.util.find_spec, ("procrastinate", "psycopg"))):
        raise CannotStart("[work] engine = \"procrastinate\" needs the extra: pip install 'l3node[postgres]'")
    if set(roles) != set(ROLES) and settings.node.shared is None:
        raise CannotStart("--only is for many hosts; name the folder that all of them see in [node] shared")
    if settings.node.shared and not settings.node.shared.is_dir():
        raise CannotStart(f"[node] shared: {settings.node.shared} is not there; is it mounted?")


def engine(settings: Settings, database: Database) -> Engine:
    """Who hands work over."""
    if settings.work.engine == "embedded":
        return Embedded()
    from dicom_node.work.hosts import Hosts

    return Hosts(database, settings.work.stall)


def own_name(data: Path) -> str:
    """Of the process that owns a data folder, among all hosts; begins the names of the folders that it fills."""
    place = hashlib.sha256(str(data).encode()).hexdigest()[:8]
    return f"{socket.gethostname().split('.')[0]}-{place}"


def receiver_name(mark: str) -> str:
    """The name that the receiver with this mark holds while it lives."""
    return f"receiver {mark}"


@dataclass(slots=True)
class Names:
    """The names that this process holds: kept by the clock, asked from anywhere."""

    database: Database
    stall: float | None
    """Seconds; None where nobody else is."""
    _held: dict[str, Holding] = field(default_factory=dict)
    _has: dict[str, bool] = field(default_factory=dict)

    def take(self, name: str, group: Group = Group.NAME) -> bool:
        """Try to hold a name from now on; whether it is ours at once."""
        self._held[name] = Held(self.database, name, self.stall, group) if self.stall else Alone()
        return self._keep(name)

    def keep(self) -> None:
        """Give a sign of life for all names, take those that became free."""
        for name in self._held:
            self._keep(name)

    def has(self, name: str) -> bool:
        """Whether the name was ours when it was last kept."""
        return self._has.get(name, False)

    def only(self, name: str, call: Callable[[], None]) -> Callable[[], None]:
        """`call`, while the name is ours."""
        return lambda: call() if self.has(name) else None

    def of_receiver(self, mark: str) -> Holding:
        """The name of the receiver with this mark, to be tried once."""
        return Held(self.database, receiver_name(mark), self.stall) if self.stall else Alone()

    def let_go(self) -> None:
        """Let all names go at once: nobody has to wait for our silence."""
        for held in self._held.values():
            held.close()

    def _keep(self, name: str) -> bool:
        has = self._held[name].keep()
        if has != self._has.get(name):
            LOG.info("node.holds" if has else "node.does_not_hold", name=name)
        self._has[name] = has
        return has


def agree(settings: Settings, names: Names, model: str) -> None:
    """Work by the settings and the model of all other hosts; raises `CannotStart` when theirs are others.

    Two hosts that ask differently would supersede each other's requests for ever.
    """
    if names.stall is None:
        return
    told = settings.model_dump_json(exclude=LOCAL) + model
    digest = hashlib.sha256(told.encode()).hexdigest()
    names.take(digest, Group.SETTINGS)  # before the look at others: of two that start at once neither is overlooked
    if is_contradicted(names.database, digest):
        raise CannotStart(
            "hosts that are running have other settings or another model than this one; "
            "only [receive], [tls], [web], [database], data, shared, workers, threads and device may differ"
        )
