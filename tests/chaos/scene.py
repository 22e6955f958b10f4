"""A node between a sender and a destination, to be killed: how it is set up, what it is sent, whom SIGKILL meets."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
from pydicom.dataset import Dataset

from dicom_node.phantom_study import uid
from tests.chaos.destination import Destination, destination
from tests.chaos.points import VARIABLE, disarm
from tests.factories import REPOSITORY, eventually, send_study, study_files
from tests.peers import Served, free_port
from tests.unit.node.factories import make_image, part10

PROCESSES = ("node", "worker", "web", "host")
"""Whom SIGKILL meets; "host" is node, worker and web at once."""
NURSERY = [sys.executable, "-c", "from tests.chaos.node import nursery; nursery()"]
SLICES, APART_MM, PATIENCE = 11, 6.25, 60.0


class Newborn(Served):
    """A node born of a process that has imported what a node needs; it and its children are a group of their own."""

    def __init__(self, config: Path) -> None:
        super().__init__(config)
        self._born = 0
        with (config.parent / "node.log").open("a") as log:
            self._nursery = Popen(NURSERY, cwd=REPOSITORY, stdin=PIPE, stdout=PIPE, stderr=log, text=True)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._nursery.communicate()

    @property
    def pid(self) -> int:
        """Of the node's own process."""
        return self._born

    def start(self) -> None:
        """Start and wait until the DICOM port answers."""
        self._born = int(self._said(f"serve -c {self._config}"))
        eventually(self._listens, what="the node")

    def kill(self) -> None:
        """SIGKILL for node, worker and web process at once."""
        if self._born:
            with suppress(ProcessLookupError):
                os.killpg(self._born, signal.SIGKILL)
            self.bury()

    def bury(self) -> None:
        """The node is dead, and what it left of its group ends by itself."""
        if self._born:
            self._said("")
            eventually(lambda: not living(self._born), what="the end of worker and web process")
            self._born = 0

    def _said(self, order: str) -> str:
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(f"{order}\n")
        self._nursery.stdin.flush()
        return self._nursery.stdout.readline()

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.settings.receive.port), 1):
            return True
        return False


def living(group: int) -> list[str]:
    """Processes of a group that run; one that nobody has waited for yet does not."""
    stats = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            stats.append(path.read_text().rsplit(")", 1)[1].split())
    return [state for state, _parent, its_group, *_ in stats if int(its_group) == group and state != "Z"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A warm node, its destination, and the folder of the fault points."""

    node: Served
    pacs: Destination
    faults: Path
    folder: Path
    stub: bool


@contextmanager
def scene(folder: Path, data: Path, *, stub: bool = True, wrong: bool = False) -> Iterator[Scene]:
    """A node as its own process group; `wrong` starts a build that commits before it sends."""
    faults = folder / "faults"
    faults.mkdir(parents=True)
    switches = {VARIABLE: str(faults)} | ({"L3NODE_STUB": "1"} if stub else {})
    os.environ |= switches | ({"L3NODE_SENT_TOO_EARLY": "1"} if wrong else {})
    try:
        with destination(faults) as pacs:
            config = _config(folder, data, pacs.port)
            with Newborn(config) as node:
                yield Scene(node=node, pacs=pacs, faults=faults, folder=folder, stub=stub)
    finally:
        disarm(faults)
        for name in (VARIABLE, "L3NODE_STUB", "L3NODE_SENT_TOO_EARLY"):
            os.environ.pop(name, None)


def _config(folder: Path, data: Path, port: int) -> Path:
    path = folder / "l3node.toml"
    path.write_text(
        f"""
[node]
data = "{data}"
time_zone = "Europe/Berlin"
[receive]
port = {free_port()}
minimum_free_bytes = 0
[[source]]
ae_title = "SCANNER"
forwards = "finished"
[[destination]]
ae_title = "PACS"
host = "127.0.0.1"
port = {port}
accept_demo = true
timeout = 30
[study]
series_quiet = 0
series_timeout = 10
study_quiet = 0.1
[review]
policy = "never"
[web]
port = {free_port()}
"""
    )
    return path


class Sender(threading.Thread):
    """Sends a study as a PACS does: what is not answered Success is sent again, later."""

    def __init__(self, port: int, files: Sequence[Path]) -> None:
        super().__init__(daemon=True)
        self._port, self._files = port, files
        self._statuses: list[int] = []
        self.start()

    def run(self) -> None:
        """Send once."""
        with suppress(AssertionError, ValueError, RuntimeError, AttributeError):  # the association broke
            self._statuses = send_study(self._files, self._port)

    def wait(self) -> bool:
        """Whether every object was answered Success."""
        self.join(PATIENCE)
        return self._statuses == [0] * len(self._files)


def study_of(here: Scene, number: int) -> list[Path]:
    """A study that the node does not know, with its own patient."""
    folder, patient = here.folder / "sent" / str(number), f"P{number}"
    if here.stub:
        return write_slices(folder, patient, "crash", str(here.folder), number)
    study, series = uid("crash", str(here.folder), number), uid("crash series", str(here.folder), number)
    return study_files(folder, StudyInstanceUID=study, SeriesInstanceUID=series, PatientID=patient)


def write_slices(folder: Path, patient: str, *parts: object) -> list[Path]:
    """A small series that is admitted, in a study of its own."""
    study = uid(*(parts or (str(folder),)))
    own = {"StudyInstanceUID": study, "SeriesInstanceUID": uid(study, "series"), "PatientID": patient}
    folder.mkdir(parents=True, exist_ok=True)
    return [write_slice(folder, index, make_slice(index, **own)) for index in range(SLICES)]


def make_slice(index: int, **own: str) -> Dataset:
    place = {"ImagePositionPatient": [0, 0, APART_MM * index], "InstanceNumber": index + 1}
    return make_image(SOPInstanceUID=uid(own["SeriesInstanceUID"], index), **place, **own)


def write_slice(folder: Path, index: int, image: Dataset) -> Path:
    path = folder / f"{index}.dcm"
    path.write_bytes(part10(image))
    return path


def kill_process(here: Scene, process: str) -> None:
    """SIGKILL; a worker that nobody needs just now is killed all the same."""
    worker = int((here.faults / "worker").read_text())
    if process != "web":
        (here.faults / "worker").unlink()  # the next one tells its own when it is warm
    if process == "host":
        here.node.kill()
    else:
        os.kill({"node": here.node.pid, "worker": worker, "web": _web_process(here, worker)}[process], signal.SIGKILL)


def _web_process(here: Scene, worker: int) -> int:
    """The child of the node that is neither worker nor multiprocessing's own."""
    children = Path(f"/proc/{here.node.pid}/task").glob("*/children")
    found = {child for task in children for child in task.read_text().split()} - {str(worker)}
    (web,) = (one for one in found if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes())
    return int(web)


def web_answers(here: Scene) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{here.node.settings.web.port}/health").status_code == 200
    return False
