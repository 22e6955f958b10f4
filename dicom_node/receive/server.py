"""The listener: who may come in, what is answered.  Negotiation and state machine are pynetdicom's."""

import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from pydicom.uid import UID, AllTransferSyntaxes
from pynetdicom import AE, evt
from pynetdicom.pdu import A_RELEASE_RQ
from pynetdicom.presentation import AllStoragePresentationContexts
from pynetdicom.sop_class import CTImageStorage, EnhancedCTImageStorage, Verification
from pynetdicom.transport import ThreadedAssociationServer
from sqlalchemy.orm import Session

from config.settings import ReceiveSettings, Source
from db import inbox
from dicom_node import tls
from dicom_node.receive.glance import Glance, Malformed, glance
from dicom_node.receive.register import Ended, Registrar, TurnedAway
from dicom_node.receive.spool import DiskFull, Spool, file_meta
from dicom_node.status import CANNOT_UNDERSTAND, DATASET_MISMATCH, OUT_OF_RESOURCES, SUCCESS
from reporting.envelope import MAKER

LOG = structlog.get_logger(__name__)
NEEDED = frozenset({CTImageStorage, EnhancedCTImageStorage})
LONGEST_UID = 64
DEFLATED_AT_MOST = 50
"""Times by which an honest CT is smaller when deflated; more is a bomb."""
GOODBYE = 1.0
"""Seconds in which an A-ABORT is sent before a connection is left."""
REJECTED_PERMANENT, SERVICE_USER, CALLING_AE, CALLED_AE = 0x01, 0x01, 0x03, 0x07
"""PS3.8 section 9.3.4."""


class Refused(Exception):
    """The object is not taken; the sender is answered `status`."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(slots=True)
class _Visit:
    """One association's own state; only its own thread writes it."""

    folder: Path | None = None
    stored: int = 0
    series: set[str] = field(default_factory=set)
    released: bool = False


Welcome = Callable[[socket.socket, str], bool]


def no_tls() -> None:
    """The context of a door without TLS."""


class _Server(ThreadedAssociationServer):
    """Accepts at once; `welcome` runs in the connection's own thread, so that who stalls there holds up nobody."""

    def __init__(self, guard: Callable[[socket.socket], socket.socket], welcome: Welcome, *args: Any, **how: Any):
        self._guard, self._welcome = guard, welcome
        self._guests: set[socket.socket] = set()
        super().__init__(*args, **how)

    def get_request(self) -> tuple[socket.socket, Any]:
        link, address = self.socket.accept()
        return self._guard(link), address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._guests.add(request)
        welcome = self._welcome(request, client_address[0])
        self._guests.discard(request)
        if welcome:
            super().process_request_thread(request, client_address)
        else:
            self.shutdown_request(request)

    def server_close(self) -> None:
        """End who still shakes hands: the connections' threads are waited for."""
        for guest in tuple(self._guests):
            with suppress(OSError):
                guest.shutdown(socket.SHUT_RDWR)
        super().server_close()


class Receiver:
    """C-STORE and C-ECHO.  Success is answered when the file is durable; rows follow from `Registrar`."""

    def __init__(
        self,
        ae_title: str,
        settings: ReceiveSettings,
        sources: tuple[Source, ...],
        spool: Spool,
        registrar: Registrar,
        context: Callable[[], ssl.SSLContext | None] = no_tls,
    ) -> None:
        self._settings = settings
        self._sources = {source.ae_title.strip(): source for source in sources}
        self._spool = spool
        self._registrar = registrar
        self._context = context
        self._visits: WeakKeyDictionary[Any, _Visit] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._ae = _application_entity(ae_title, settings)
        self._server: Any = None

    def __enter__(self) -> "Receiver":
        handlers: list[tuple[Any, Callable[[Any], Any]]] = [
            (evt.EVT_CONN_OPEN, self._on_open),
            (evt.EVT_REQUESTED, self._on_requested),
            (evt.EVT_REJECTED, self._on_rejected),
            (evt.EVT_PDU_RECV, self._on_pdu),
            (evt.EVT_CONN_CLOSE, self._on_close),
            (evt.EVT_C_ECHO, lambda _event: SUCCESS),
            (evt.EVT_C_STORE, self._on_store),
        ]
        address = (self._settings.host, self._settings.port)
        self._server = self._ae.make_server(
            address, evt_handlers=handlers, server_class=partial(_Server, self._guard, self._welcome)
        )
        threading.Thread(target=self._server.serve_forever, name="AcceptorServer", daemon=True).start()
        self._ae._servers.append(self._server)
        return self

    def _guard(self, link: socket.socket) -> socket.socket:
        context = self._context()
        return tls.guarded(link, context, self._settings.network_timeout) if context else link

    def _welcome(self, link: socket.socket, address: str) -> bool:
        """Shake hands where TLS is spoken; False, counted, when that failed."""
        try:
            if isinstance(link, ssl.SSLSocket):
                link.do_handshake()
        except OSError as fault:
            self._turned_away("association", f"TLS handshake failed: {tls.why(fault)}", address=address)
            return False
        return True

    def __exit__(self, *_: object) -> None:
        """Listen no more, abort who is still here.  A silent peer can't hold up the end."""
        self._server.shutdown()
        for association in self._ae.active_associations:
            if association.is_established:
                association.abort(block=False)
        ends = time.monotonic() + GOODBYE
        while any(one.is_established for one in self._ae.active_associations) and time.monotonic() < ends:
            time.sleep(0.01)
        for association in self._ae.active_associations:
            association.dul.kill_dul()
            association.dul.to_user_queue.put(None)  # to whoever waits for an association request

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._server.socket.getsockname()[1])

    def busy_series(self) -> frozenset[str]:
        """SeriesInstanceUIDs that an association carries, until its last file has a row."""
        with self._lock:
            return frozenset(uid for visit in self._visits.values() for uid in visit.series)

    def _visit(self, event: Any) -> _Visit:
        """The association's own state; a new one, kept by nobody, when its connection has closed meanwhile."""
        with self._lock:
            return self._visits.get(event.assoc) or _Visit()

    def _on_open(self, event: Any) -> None:
        with self._lock:
            self._visits[event.assoc] = _Visit()
        link = event.assoc.dul.socket.socket
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(self._settings.network_timeout)

    def _on_requested(self, event: Any) -> None:
        """Let in who is listed, to the title that is ours; the limit on numbers is pynetdicom's."""
        requestor = event.assoc.requestor
        source = self._sources.get(requestor.primitive.calling_ae_title.strip())
        if requestor.primitive.called_ae_title.strip() != self._ae.ae_title.strip():
            self._reject(event, CALLED_AE, "wrong called AE title")
        elif source is None:
            self._reject(event, CALLING_AE, "calling AE title is no [[source]]")
        elif source.host and source.host != requestor.address:
            self._reject(event, CALLING_AE, "calling AE title from another address")

    def _reject(self, event: Any, diagnostic: int, reason: str) -> None:
        event.assoc.acse.send_reject(REJECTED_PERMANENT, SERVICE_USER, diagnostic)
        event.assoc.kill()
        self._count(event, "association", reason)

    def _on_rejected(self, event: Any) -> None:
        self._count(event, "association", "more than max_associations at once")

    def _on_pdu(self, event: Any) -> None:
        """Seen where the close is seen, in the same thread: pynetdicom's EVT_RELEASED may come after the close."""
        if isinstance(event.pdu, A_RELEASE_RQ):
            self._visit(event).released = True

    def _on_close(self, event: Any) -> None:
        visit = self._visit(event)
        ended = Ended(tuple(sorted(visit.series)), visit.released, lambda: self._forget(event.assoc))
        if visit.stored:
            calling = event.assoc.requestor.ae_title.strip()
            LOG.info("receive.ended", images=visit.stored, calling_ae=calling, released=visit.released)
        self._registrar.put(ended)

    def _forget(self, association: Any) -> None:
        with self._lock:
            self._visits.pop(association, None)

    def _on_store(self, event: Any) -> int:
        try:
            return self._store(event)
        except Refused as refusal:
            self._count(event, "object", str(refusal))
            return refusal.status
        except Exception:
            LOG.exception("receive.fault")
            return OUT_OF_RESOURCES

    def _store(self, event: Any) -> int:
        request, context = event.request, event.context
        seen = self._looked_at(request, context)
        if not_needed := _not_needed(seen):
            self._count(event, "object", not_needed)
            return SUCCESS
        meta = file_meta(
            seen.sop_class_uid, seen.sop_instance_uid, UID(context.transfer_syntax), event.assoc.requestor.ae_title
        )
        self._keep(self._visit(event), seen, meta, request.DataSet.getvalue())
        return SUCCESS

    def _looked_at(self, request: Any, context: Any) -> Glance:
        data = request.DataSet.getvalue()
        if len(data) > self._settings.max_object_bytes:
            raise Refused(OUT_OF_RESOURCES, "object over max_object_bytes")
        if request.AffectedSOPClassUID != context.abstract_syntax:
            raise Refused(DATASET_MISMATCH, "SOP class is not that of the presentation context")
        try:
            largest = min(self._settings.max_object_bytes, DEFLATED_AT_MOST * len(data) + 2**20)
            seen = glance(data, UID(context.transfer_syntax), limit=largest)
        except Malformed as fault:
            raise Refused(CANNOT_UNDERSTAND, str(fault)) from None
        _check_uids(seen, request)
        return seen

    def _keep(self, visit: _Visit, seen: Glance, meta: bytes, data: bytes) -> None:
        if visit.folder is None:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}"
            visit.folder = self._spool.open_folder(name)
        visit.stored += 1
        with self._lock:
            visit.series.add(seen.series_instance_uid)
        try:
            path = self._spool.write(visit.folder, visit.stored, meta, data)
        except DiskFull:
            raise Refused(OUT_OF_RESOURCES, "disk full") from None
        self._registrar.put(path)

    def _count(self, event: Any, kind: str, reason: str) -> None:
        requestor = event.assoc.requestor
        primitive = requestor.primitive
        calling, called = primitive.calling_ae_title.strip(), primitive.called_ae_title.strip()
        self._turned_away(kind, reason, address=requestor.address, calling_ae=calling, called_ae=called)

    def _turned_away(
        self, kind: str, reason: str, *, address: str, calling_ae: str = "", called_ae: str = ""
    ) -> None:
        now = datetime.now(UTC)
        LOG.info("receive.turned_away", kind=kind, reason=reason, calling_ae=calling_ae)

        def write(session: Session) -> None:
            who = {"calling_ae": calling_ae, "called_ae": called_ae, "address": address}
            inbox.turned_away(session, kind=kind, reason=reason, now=now, **who)

        self._registrar.put(TurnedAway(write))


def _application_entity(ae_title: str, settings: ReceiveSettings) -> AE:
    ae = AE(ae_title)
    ae.maximum_associations = settings.max_associations
    ae.network_timeout = settings.network_timeout
    ae.acse_timeout = ae.dimse_timeout = settings.network_timeout
    ae.maximum_pdu_size = 0
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax, AllTransferSyntaxes)
    ae.add_supported_context(Verification)
    return ae


def _not_needed(seen: Glance) -> str:
    """Why this node does not need the object; empty when it does."""
    if seen.manufacturer_model_name == MAKER:
        return "our own object coming back"
    if seen.sop_class_uid not in NEEDED or seen.modality != "CT":
        return f"not CT: {seen.modality[:16] or 'no Modality'} {seen.sop_class_uid}"
    return ""


def _check_uids(seen: Glance, request: Any) -> None:
    if seen.sop_class_uid != request.AffectedSOPClassUID:
        raise Refused(DATASET_MISMATCH, "SOPClassUID of dataset and request differ")
    if seen.sop_instance_uid != request.AffectedSOPInstanceUID:
        raise Refused(DATASET_MISMATCH, "SOPInstanceUID of dataset and request differ")
    for uid in (seen.sop_instance_uid, seen.study_instance_uid, seen.series_instance_uid):
        if not uid or len(uid) > LONGEST_UID or not UID(uid).is_valid:
            raise Refused(DATASET_MISMATCH, "a UID is missing or not valid")
