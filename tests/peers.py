"""Real peers on free ports: Orthanc as PACS, the node as its own process, a gate that opens when told."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from db.session import Sessions, open_engine
from tests.certificates import Papers
from tests.factories import REPOSITORY, eventually

ORTHANC_AE, NODE_AE = "ORTHANC", "L3NODE"
ROUTE = re.search(r"```lua\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
"""What the README tells an Orthanc administrator to write."""


def free_port() -> int:
    """A TCP port that nobody holds just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc: `port` speaks DICOM, `rest` is its REST interface."""

    port: int
    rest: httpx.Client

    def upload(self, files: list[Path]) -> str:
        """Store files; the Orthanc ID of their study."""
        answers = [self.rest.post("/instances", content=path.read_bytes()).raise_for_status() for path in files]
        (study,) = {answer.json()["ParentStudy"] for answer in answers}
        return str(study)

    def route(self, study: str) -> bool:
        """Send the whole study to the node now; whether all of it was answered with success."""
        job = {"Resources": [study], "Synchronous": True, "Permissive": False}
        return self.rest.post("/modalities/l3node/store", json=job, timeout=120).status_code == 200

    def start_routing(self, study: str) -> None:
        """Send the whole study to the node in the background."""
        self.rest.post(
            "/modalities/l3node/store", json={"Resources": [study], "Synchronous": False}
        ).raise_for_status()

    def contents(self) -> dict[str, list[str]]:
        """Orthanc IDs of all instances by Modality."""
        found: dict[str, list[str]] = {}
        for series in self.rest.get("/series?expand").json():
            found.setdefault(series["MainDicomTags"]["Modality"], []).extend(series["Instances"])
        return found

    def download(self, instance: str, path: Path) -> Path:
        """One object as a file."""
        path.write_bytes(self.rest.get(f"/instances/{instance}/file").content)
        return path


@contextmanager
def orthanc(
    folder: Path,
    node_port: int,
    *,
    auto_route: bool,
    by_tls: Papers | None = None,
    dicom_web: Path | None = None,
) -> Iterator[Orthanc]:
    """Orthanc from Debian with a store of its own; `auto_route` sends every stable study to the node.

    `dicom_web` is the plugin that makes it speak DICOMweb below /dicom-web/.
    """
    program = shutil.which("Orthanc")
    if program is None:
        pytest.skip("Orthanc is not installed (Debian package orthanc)")
    port, web = free_port(), free_port()
    more = (orthanc_tls(by_tls) if by_tls else {}) | ({"Plugins": [str(dicom_web)]} if dicom_web else {})
    config = write_config(folder, port, web, node_port, auto_route, more)
    with (folder / "orthanc.log").open("w") as log:
        process = subprocess.Popen([program, str(config)], stdout=log, stderr=log)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{web}", timeout=30) as rest:
                eventually(lambda: answers(rest), what="Orthanc")
                yield Orthanc(port, rest)
        finally:
            process.terminate()
            process.wait(20)


def answers(rest: httpx.Client) -> bool:
    try:
        return rest.get("/system").status_code == 200
    except httpx.TransportError:
        return False


def write_config(folder: Path, port: int, web: int, node_port: int, auto_route: bool, more: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    assert ROUTE
    (folder / "route.lua").write_text(ROUTE[1])
    tls = "DicomTlsEnabled" in more
    settings: dict[str, Any] = {
        "Name": "TestPACS",
        "StorageDirectory": str(folder / "store"),
        "IndexDirectory": str(folder / "store"),
        "HttpPort": web,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": ORTHANC_AE,
        "DicomPort": port,
        "DicomCheckCalledAet": False,
        "DicomAlwaysAllowStore": True,
        "DicomModalities": {"l3node": {"AET": NODE_AE, "Host": "127.0.0.1", "Port": node_port, "UseDicomTls": tls}},
        "StableAge": 2,
        "UnknownSopClassAccepted": True,
        "OverwriteInstances": False,
        "LuaScripts": [str(folder / "route.lua")] if auto_route else [],
        "DicomScuTimeout": 30,
        "SaveJobs": False,
    } | more
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    return path


def orthanc_tls(papers: Papers) -> dict[str, Any]:
    """TLS at Orthanc's DICOM port and for what it sends; both sides show a certificate."""
    return {
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": str(papers.certificate),
        "DicomTlsPrivateKey": str(papers.private_key),
        "DicomTlsTrustedCertificates": str(papers.trusted),
        "DicomTlsRemoteCertificateRequired": True,
    }


LANES = ("lane = true", "lane = false")
"""What `[receive]` may say about who receives: a test of the door runs with each."""
SERVE = "from dicom_node.cli import main; main()"


class Served:
    """`l3node serve` as a process group of its own, which can be killed as a host loses power.

    `under` is a program that runs it, such as strace; `code` what Python runs instead of the command.
    """

    def __init__(self, config: Path, *, under: Sequence[str] = (), code: str = SERVE) -> None:
        self._config = config
        self._command = [*under, sys.executable, "-c", code, "serve", "-c", str(config)]
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = Settings.model_validate(tomllib.loads(config.read_text()))
        self._engine: Engine = open_engine(self.settings.database_url)
        self.sessions: Sessions = sessionmaker(
            self._engine.execution_options(looking=True), class_=Session, expire_on_commit=False
        )

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._engine.dispose()

    def start(self) -> None:
        """Start and wait until the DICOM port answers."""
        log = (self._config.parent / "node.log").open("a")
        with log:
            self._process = subprocess.Popen(
                self._command,
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._listens, what="the node")

    @property
    def pid(self) -> int:
        """Of the node's own process."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL for node, worker and web process at once."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """SIGTERM, as systemd does; the exit code."""
        assert self._process
        self._process.terminate()
        code = self._process.wait(60)
        self._process = None
        return code

    def _listens(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._config.parent / "node.log").read_text()[-2000:]
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.settings.receive.port), 1):
            return True
        return False


def node_config(folder: Path, data: Path, *, node_port: int, pacs_port: int, receive: str = "") -> Path:
    """Settings of a node between Orthanc and Orthanc, everything sent; `receive` is one more line of that section."""
    path = folder / "l3node.toml"
    path.write_text(
        f"""
[node]
ae_title = "{NODE_AE}"
data = "{data}"
time_zone = "Europe/Berlin"
[receive]
port = {node_port}
minimum_free_bytes = 0
{receive}
[[source]]
ae_title = "{ORTHANC_AE}"
forwards = "finished"
[[destination]]
ae_title = "{ORTHANC_AE}"
host = "127.0.0.1"
port = {pacs_port}
accept_demo = true
timeout = 10
[study]
series_quiet = 0.5
study_quiet = 0.5
[review]
policy = "never"
[web]
port = 0
"""
    )
    return path


class Gate:
    """A TCP port that refuses until it is opened; then it forwards to `target`."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._listener: socket.socket | None = None

    def open(self) -> None:
        """From now on connections go through."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Refuse again."""
        if self._listener:
            self._listener.close()

    def _accept(self) -> None:
        assert self._listener
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=(one, other), daemon=True).start()


def pump(one: socket.socket, other: socket.socket) -> None:
    """Copy bytes until either side ends."""
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@dataclass
class Archive:
    """A source's Query/Retrieve SCP that says what it is told: `matches`, then `status`; or hangs until `go_on`."""

    port: int = 0
    matches: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0x0000
    endless: bool = False
    breaks_off: bool = False
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[Dataset] = field(default_factory=list)

    def holds(self, images: dict[str, int]) -> None:
        """From now on it holds these CT series: SeriesInstanceUID -> number of images."""
        self.matches = [held(uid, number) for uid, number in images.items()]

    def query(self, **fields: Any) -> dict[str, Any]:
        """The setting that tells a node to ask here."""
        return {"host": "127.0.0.1", "port": self.port, "ae_title": "ARCHIVE", "timeout": 10} | fields


def held(series_instance_uid: str, images: object, modality: str = "CT") -> dict[str, Any]:
    """One match of a C-FIND at SERIES level."""
    return {
        "SeriesInstanceUID": series_instance_uid,
        "Modality": modality,
        "NumberOfSeriesRelatedInstances": images,
    }


@contextmanager
def archive(
    *, takes: tuple[str, ...] = (), hangs: bool = False, context: ssl.SSLContext | None = None
) -> Iterator[Archive]:
    """An archive on loopback; `takes` are the calling AE titles it knows, all without any."""
    here = Archive()
    if not hangs:
        here.go_on.set()
    ae = AE("ARCHIVE")
    ae.require_called_aet, ae.require_calling_aet = True, list(takes)
    ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)

    def answer(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        here.asked.append(event.identifier)
        here.go_on.wait(60)
        while True:
            yield from ((0xFF00, match(event.identifier, fields)) for fields in here.matches)
            if here.breaks_off:
                event.assoc.abort()
            if not here.endless or event.assoc.is_aborted:
                break
        yield here.status, None

    handlers = [(evt.EVT_C_FIND, answer)]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=context)
    here.port = server.socket.getsockname()[1]
    try:
        yield here
    finally:
        here.go_on.set()
        server.shutdown()


def match(identifier: Dataset, fields: dict[str, Any]) -> Dataset:
    found = Dataset()
    found.QueryRetrieveLevel = "SERIES"
    found.StudyInstanceUID = identifier.StudyInstanceUID
    for keyword, value in fields.items():
        if isinstance(value, DataElement):
            found.add(value)
        else:
            setattr(found, keyword, value)
    return found
