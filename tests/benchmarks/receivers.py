"""Who is measured: each receiver as a process group of its own on a free port, with a folder of its own."""

import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.blast import CALLING
from tests.factories import REPOSITORY, eventually
from tests.peers import LANES, free_port

SYSTEM = "/usr/bin:/usr/sbin:/usr/local/bin"
"""Not PATH: pynetdicom installs scripts that have the names of DCMTK's programs."""
TICKS = os.sysconf("SC_CLK_TCK")
DATABASE = "l3node.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """`command` writes what configuration it needs into the folder.  `ready` is a word in its log."""

    name: str
    program: str
    version: Callable[[], str]
    command: Callable[[Path, int], list[str]]
    rows: bool = False
    sync: bool = False
    ready: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.program, path=SYSTEM) is not None or self.program == sys.executable


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A receiver that listens."""

    receiver: Receiver
    pid: int
    port: int
    folder: Path
    command: str

    def cpu(self) -> float:
        """CPU seconds of the whole process tree so far, children that have ended included."""
        return sum(_ticks(pid) for pid in tree(self.pid)) / TICKS

    def rss(self) -> int:
        """Resident bytes of the first process: the one that receives."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def count(self) -> int:
        """Rows committed so far."""
        with closing(sqlite3.connect(f"file:{self.folder / DATABASE}?mode=ro", uri=True)) as rows:
            return int(rows.execute("SELECT count(*) FROM instance").fetchone()[0])

    def files(self) -> Iterator[Path]:
        """Everything it has written that may be an image."""
        stored = self.folder / "spool" if self.receiver.rows else self.folder
        yield from (path for path in stored.rglob("*") if path.is_file())


@contextmanager
def running(receiver: Receiver, folder: Path) -> Iterator[Running]:
    """Start it and wait until it listens; end its whole process group afterwards."""
    port = free_port()
    folder.mkdir()
    command = receiver.command(folder, port)
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            cwd=REPOSITORY,
            env=os.environ | {"TCP_NODELAY": "1", "PYTHONPATH": str(REPOSITORY)},
            start_new_session=True,
        )
    try:
        eventually(lambda: _listens(process, port, log), what=receiver.name)
        eventually(lambda: receiver.ready in log.read_text(), what=f"{receiver.ready} of {receiver.name}")
        yield Running(
            receiver=receiver, pid=process.pid, port=port, folder=folder, command=_shown(command, folder, port)
        )
    finally:
        _end(process)


def receivers() -> list[Receiver]:
    """All that are installed here."""
    nodes = [
        Receiver(
            name=name,
            program=sys.executable,
            version=_python_version("pynetdicom"),
            command=lambda folder, port, setting=setting: _node(folder, port, setting),  # type: ignore[misc]
            rows=True,
            ready="worker.ready",
        )
        for name, setting in zip(("l3node", "l3node-stock"), LANES, strict=False)
    ]
    return [one for one in [*nodes, *PEERS] if one.is_here]


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _ticks(pid: int) -> int:
    """utime, stime, and those of the children it has waited for (proc(5))."""
    with suppress(OSError):
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return 0


def _listens(process: "subprocess.Popen[bytes]", port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-2000:]
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, and after ten seconds SIGKILL, to the group that was started here."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _shown(command: list[str], folder: Path, port: int) -> str:
    """The command without what differs from machine to machine."""
    words = [Path(word).name if word.startswith(("/usr", sys.prefix)) else word for word in command]
    return " ".join(words).replace(str(folder), "FOLDER").replace(str(port), "PORT")


def _program(name: str) -> str:
    return shutil.which(name, path=SYSTEM) or name


def _python_version(name: str) -> Callable[[], str]:
    return lambda: f"{name} {importlib.metadata.version(name)}"


def _said(name: str, *command: str) -> Callable[[], str]:
    """The first number that a program says about itself."""

    def version() -> str:
        said = subprocess.run([_program(command[0]), *command[1:]], capture_output=True, text=True).stdout
        found = re.search(r"\d+(\.\d+)+", said)
        return f"{name} {found[0] if found else 'unknown'}"

    return version


@cache
def _converted() -> TemporaryDirectory[str]:
    """The bundled model converted once for all starts of the node; gone when the benchmark ends."""
    folder = TemporaryDirectory(prefix="l3node-bench-")
    code = (
        "import sys; from pathlib import Path; from config.settings import AnalysisSettings;"
        "from dicom_node import worker;"
        "worker.warm(worker.Opening(rules=AnalysisSettings(), cache=Path(sys.argv[1]), device='cpu', threads=2))"
    )
    subprocess.run([sys.executable, "-c", code, folder.name], check=True, cwd=REPOSITORY)
    return folder


def _node(folder: Path, port: int, setting: str) -> list[str]:
    shutil.copytree(_converted().name, folder / "cache")
    config = folder / "l3node.toml"
    config.write_text(
        f"""
[node]
data = "{folder}"
time_zone = "Europe/Berlin"
[receive]
port = {port}
minimum_free_bytes = 0
{setting}
[[source]]
ae_title = "{CALLING}"
[web]
port = 0
"""
    )
    return [sys.executable, "-c", "from dicom_node.cli import main; main()", "serve", "-c", str(config)]


def _orthanc(folder: Path, port: int) -> list[str]:
    config = {
        "StorageDirectory": str(folder / "store"),
        "IndexDirectory": str(folder / "store"),
        "HttpServerEnabled": False,
        "DicomPort": port,
        "DicomAlwaysAllowStore": True,
        "DicomCheckCalledAet": False,
        "OverwriteInstances": True,
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(config))
    return [_program("Orthanc"), str(path)]


def _dcmtk(folder: Path, port: int) -> list[str]:
    return [_program("storescp"), "--fork", "--output-directory", str(folder), str(port)]


def _pynetdicom(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "pynetdicom", "storescp", str(port), "-od", str(folder)]


def _durable(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.durable_scp", str(port), str(folder)]


PEERS = (
    Receiver(
        name="pynetdicom-durable",
        program=sys.executable,
        version=_python_version("pynetdicom"),
        command=_durable,
    ),
    Receiver(
        name="pynetdicom",
        program=sys.executable,
        version=_python_version("pynetdicom"),
        command=_pynetdicom,
    ),
    Receiver(
        name="orthanc",
        program="Orthanc",
        version=_said("Orthanc", "Orthanc", "--version"),
        command=_orthanc,
    ),
    Receiver(
        name="dcmtk-sync",
        program="storescp",
        version=_said("DCMTK", "storescp", "--version"),
        command=_dcmtk,
        sync=True,
    ),
    Receiver(
        name="dcmtk",
        program="storescp",
        version=_said("DCMTK", "storescp", "--version"),
        command=_dcmtk,
    ),
)
