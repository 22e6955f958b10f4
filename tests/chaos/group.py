"""Many hosts as processes of their own: each a role, a data folder and a log, over one PostgreSQL and one folder.

They are born of one nursery that has imported what a node needs, so that a kill costs what the node does.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen

from tests.chaos.scene import living
from tests.factories import REPOSITORY, eventually
from tests.peers import free_port

NURSERY = [sys.executable, "-c", "from tests.chaos.host import nursery; nursery()"]
STALL = 2.0
"""Seconds after which a host that gives no sign of life is gone."""


class Nursery:
    """Bears hosts and buries them; one order at a time."""

    def __init__(self, log: Path) -> None:
        self._lock = threading.Lock()
        with log.open("a") as file:
            self._process = Popen(NURSERY, cwd=REPOSITORY, stdin=PIPE, stdout=PIPE, stderr=file, text=True)

    def said(self, order: str) -> str:
        """The answer to an order."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().strip()

    def close(self) -> None:
        """No more births."""
        self._process.communicate()


@dataclass(kw_only=True)
class Host:
    """One process of `l3node serve --only ROLE`, with its workers a group of its own; no role is all of them."""

    role: str = ""
    folder: Path
    nursery: Nursery
    port: int = field(default_factory=free_port)
    pid: int = 0
    births: int = 0

    @property
    def name(self) -> str:
        """Such as analyse-2."""
        return self.folder.name

    def start(self) -> None:
        """Bear it; it is ready some time later."""
        config, log = self.folder / "l3node.toml", self.folder / "log"
        self.births += 1
        only = f"--only {self.role}" if self.role else ""
        self.pid = int(self.nursery.said(f"{self.folder} {log} serve -c {config} {only}"))

    def is_ready(self) -> bool:
        """Whether this birth has come to do something."""
        log = self.folder / "log"
        return log.exists() and log.read_text(errors="replace").count('"node.running"') >= self.births

    def kill(self) -> None:
        """SIGKILL for the node and its workers at once, as a host loses power."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.nursery.said(f"bury {self.pid}")
        eventually(lambda: not living(self.pid), what="the end of its workers")

    def freeze(self) -> None:
        """It hangs, and keeps its connections."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        os.killpg(self.pid, signal.SIGCONT)

    def doing(self) -> tuple[int, int] | None:
        """The analysis and attempt that its worker began last."""
        with suppress(OSError, ValueError):
            analysis, attempt = (self.folder / "doing").read_text().split()
            return int(analysis), int(attempt)
        return None


def make_host(folder: Path, pacs: int, nursery: Nursery, *, role: str = "", url: str = "") -> Host:
    """A host with settings and data folder of its own; with `url` one of many, which share a folder beside it."""
    host = Host(role=role, folder=folder, nursery=nursery)
    (folder / "data").mkdir(parents=True)
    shared = f'shared = "{folder.parent / "shared"}"' if url else ""
    database = f'[database]\nurl = "{url}"' if url else ""
    (folder / "l3node.toml").write_text(
        f"""
[node]
data = "{folder / "data"}"
{shared}
time_zone = "Europe/Berlin"
[receive]
port = {host.port}
minimum_free_bytes = 0
network_timeout = 10
[[source]]
ae_title = "SCANNER"
forwards = "finished"
[[destination]]
ae_title = "PACS"
host = "127.0.0.1"
port = {pacs}
accept_demo = true
timeout = 10
[study]
series_quiet = 0
study_quiet = 0.5
series_timeout = 15
study_timeout = 60
[review]
policy = "never"
[work]
engine = "{"procrastinate" if url else "embedded"}"
stall = {STALL}
attempts = 100
[web]
enabled = false
{database}
"""
    )
    return host
