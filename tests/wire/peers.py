"""Real peers on port 0: the node's door with its registrar, senders that may lie, and a PACS that answers as told."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.sop_class import Verification
from sqlalchemy import Engine

from config.settings import Destination, ReceiveSettings, Source
from db.schema import Base
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node.calling import AS_REQUESTOR
from dicom_node.receive.listener import no_tls
from dicom_node.receive.register import Registrar
from dicom_node.receive.server import Receiver, Reported, nobody_asked
from dicom_node.receive.spool import Spool
from dicom_node.tls import Caller
from tests.factories import eventually, rows
from tests.tools import tool
from tests.unit.node.factories import dataset_bytes, make_image, part10

SCANNER = Source(ae_title="SCANNER")
RECEIVE = {"port": 0, "minimum_free_bytes": 0, "network_timeout": 10, "lane": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A listening door."""

    data: Path
    spool: Spool
    sessions: Sessions
    receiver: Receiver
    adopted: int

    @property
    def port(self) -> int:
        return self.receiver.port

    def stored(self) -> list[Path]:
        """Files that were received and not dropped."""
        return list(self.spool.files())

    def rows(self, table: type[Base], count: int) -> list[Any]:
        """The rows of a table once there are `count`."""
        return eventually(lambda: len(found := rows(self.sessions, table)) >= count and found, 10, f"{table} rows")


@cache
def migrated() -> bytes:
    """A database at its newest revision, made once per run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "l3node.sqlite"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


@contextmanager
def database(data: Path) -> Iterator[Engine]:
    path = data / "l3node.sqlite"
    if not path.exists():
        path.write_bytes(migrated())
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@contextmanager
def open_door(
    data: Path,
    *,
    sources: tuple[Source, ...] = (SCANNER,),
    registrar_runs: bool = True,
    context: Callable[[], ssl.SSLContext | None] = no_tls,
    committers: frozenset[str] = frozenset(),
    reported: Reported = nobody_asked,
    **settings: Any,
) -> Iterator[Door]:
    """What `app.running` puts together for receiving; everything written when it closes."""
    receive = ReceiveSettings.model_validate(RECEIVE | settings)
    spool = Spool(data / "spool", receive.minimum_free_bytes)
    spool.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database(data) as engine:
        sessions = open_sessions(engine)
        registrar = Registrar(sessions, spool, data)
        adopted, stop = registrar.adopt(), threading.Event()
        thread = threading.Thread(target=registrar.run, args=(stop,))
        if registrar_runs:
            thread.start()
        try:
            listening = Receiver(
                "L3NODE", receive, sources, spool, registrar, context, committers=committers, reported=reported
            )
            with listening as receiver:
                yield Door(data=data, spool=spool, sessions=sessions, receiver=receiver, adopted=adopted)
        finally:
            stop.set()
            if registrar_runs:
                thread.join(20)
                assert not thread.is_alive()


def connect(
    port: int,
    *contexts: tuple[str, str],
    calling: str = "SCANNER",
    called: str = "L3NODE",
    bind: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
) -> Association:
    """An association with the door, established or not; CT in explicit little endian unless told otherwise."""
    ae = AE(calling)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 10
    for sop_class, syntax in contexts or ((CTImageStorage, ExplicitVRLittleEndian),):
        ae.add_requested_context(sop_class, syntax)
    by_tls = (Caller(context), "127.0.0.1") if context else None
    return ae.associate(
        "127.0.0.1",
        port,
        ae_title=called,
        bind_address=(bind, 0),
        evt_handlers=list(AS_REQUESTOR),
        tls_args=by_tls,
    )


def store(
    association: Association,
    data: bytes,
    *,
    sop_class: str = CTImageStorage,
    sop_instance: str = "1.2.826.0.1.3680043.10.1337.2.1",
    context: int = 0,
) -> int | None:
    """C-STORE any bytes under any names; the status, None when the association ended instead."""
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request._AffectedSOPClassUID = request._AffectedSOPInstanceUID = None
    request.AffectedSOPClassUID = sop_class
    request.AffectedSOPInstanceUID = sop_instance
    request.DataSet = BytesIO(data)
    association._reactor_checkpoint.clear()
    eventually(lambda: association._is_paused, 5, "the pause of the sender's own loop")
    association.dimse.send_msg(request, association.accepted_contexts[context].context_id)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    return answer.Status if answer else None


def encoded(syntax: str = ExplicitVRLittleEndian, **overrides: Any) -> bytes:
    """The dataset of a CT image as it goes over the wire."""
    return dataset_bytes(part10(make_image(**overrides), syntax))


def numbered(number: int, **overrides: Any) -> dict[str, Any]:
    """Attributes of image `number` of a series."""
    place = {
        "SOPInstanceUID": f"1.2.3.{number}",
        "InstanceNumber": number,
        "ImagePositionPatient": [0, 0, 5 * number],
    }
    return place | overrides


def send_images(association: Association, *numbers: int, **overrides: Any) -> list[int | None]:
    """C-STORE these images of a series."""
    return [
        store(association, encoded(**numbered(number, **overrides)), sop_instance=f"1.2.3.{number}")
        for number in numbers
    ]


def status_of(door: Door, data: bytes, **request: Any) -> int | None:
    """What one object over an association of its own is answered."""
    association = connect(door.port)
    assert association.is_established
    try:
        return store(association, data, **request)
    finally:
        association.release()


@dataclass(slots=True)
class Pacs:
    """A destination: what it received by SOPInstanceUID, and where it listens."""

    port: int = 0
    received: dict[str, bytes] = field(default_factory=dict)
    associations: int = 0

    def destination(self, **fields: Any) -> Destination:
        return Destination.model_validate(
            {"ae_title": "PACS", "host": "127.0.0.1", "port": self.port, "timeout": 5} | fields
        )


@contextmanager
def pacs(
    status: int = 0x0000,
    *,
    sop_classes: tuple[str, ...] = (CTImageStorage,),
    titles: tuple[str, ...] = (),
    patience: int = 99,
    context: ssl.SSLContext | None = None,
) -> Iterator[Pacs]:
    """A PACS that accepts these SOP classes in explicit little endian and answers `status`, `patience` times."""
    here = Pacs()
    ae = AE("PACS")
    for sop_class in sop_classes:
        ae.add_supported_context(sop_class, ExplicitVRLittleEndian)
    ae.add_supported_context(Verification)
    ae.require_calling_aet = list(titles)

    def keep(event: Any) -> int:
        if len(here.received) >= patience:
            event.assoc.abort()
        here.received[str(event.request.AffectedSOPInstanceUID)] = event.request.DataSet.getvalue()
        return status

    def count(_event: Any) -> None:
        here.associations += 1

    handlers: list[Any] = [(evt.EVT_C_STORE, keep), (evt.EVT_REQUESTED, count)]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=context)
    here.port = server.socket.getsockname()[1]
    try:
        yield here
    finally:
        server.shutdown()


def dcmtk(name: str) -> str:
    """Where a DCMTK tool is; skips where it is not installed."""
    return tool(name)
