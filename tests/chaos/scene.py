"""A node between a sender and a destination, to be killed: how it is set up, what it is sent, whom SIGKILL meets."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydicom.dataset import Dataset

from dicom_node.phantom_study import uid
from tests.chaos.destination import Destination, destination
from tests.chaos.points import VARIABLE, disarm
from tests.factories import send_study, study_files
from tests.peers import Served, free_port
from tests.unit.node.factories import make_image, part10

PROCESSES = ("node", "worker", "web", "host")
"""Whom SIGKILL meets; "host" is node, worker and web at once."""
CODE = "from tests.chaos.node import main; main()"
SLICES, APART_MM, PATIENCE = 11, 6.25, 60.0


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
            with Served(config, code=CODE) as node:
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
    study, series = uid("crash", str(here.folder), number), uid("crash series", str(here.folder), number)
    own = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "PatientID": f"P{number}"}
    folder = here.folder / "sent" / str(number)
    if not here.stub:
        return study_files(folder, **own)
    folder.mkdir(parents=True)
    return [_write(folder, index, _slice(index, **own)) for index in range(SLICES)]


def _slice(index: int, **own: str) -> Dataset:
    place = {"ImagePositionPatient": [0, 0, APART_MM * index], "InstanceNumber": index + 1}
    return make_image(SOPInstanceUID=f"{own['SeriesInstanceUID']}.{index + 1}"[-64:], **place, **own)


def _write(folder: Path, index: int, image: Dataset) -> Path:
    path = folder / f"{index}.dcm"
    path.write_bytes(part10(image))
    return path


def kill_process(here: Scene, process: str) -> None:
    """SIGKILL; a worker that nobody needs just now is killed all the same."""
    if process == "host":
        return here.node.kill()
    if process == "worker":
        victim = int((here.faults / "worker").read_text())
        (here.faults / "worker").unlink()
    else:
        victim = here.node.pid if process == "node" else _web_process(here)
    if process == "node":
        (here.faults / "worker").unlink()
    os.kill(victim, signal.SIGKILL)
    return None


def _web_process(here: Scene) -> int:
    """The child of the node that is neither worker nor multiprocessing's own."""
    worker = (here.faults / "worker").read_text()
    children = Path(f"/proc/{here.node.pid}/task").glob("*/children")
    found = {child for task in children for child in task.read_text().split()} - {worker}
    (web,) = (one for one in found if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes())
    return int(web)


def web_answers(here: Scene) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{here.node.settings.web.port}/health").status_code == 200
    return False
