"""The listener: who may come in.  Negotiation and state machine are pynetdicom's; objects go to the `Door`."""

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from ipaddress import ip_address
from typing import Any, NamedTuple

from pydicom.dataset import Dataset
from pydicom.uid import UID, AllTransferSyntaxes
from pynetdicom import AE, evt
from pynetdicom.pdu import A_ASSOCIATE_RQ, A_RELEASE_RQ
from pynetdicom.presentation import AllStoragePresentationContexts, PresentationContext, build_context
from pynetdicom.sop_class import StorageCommitmentPushModel, Verification

from config.settings import ReceiveSettings, Source
from dicom_node.receive.door import Door, OptedOut, StoreRequest, Visit, nobody_opted_out
from dicom_node.receive.guard import GuardedHandler
from dicom_node.receive.lane import LaneHandler
from dicom_node.receive.listener import Listener, TlsContext, no_tls
from dicom_node.receive.pdu import C_STORE_RQ, LONGEST_COMMENT, Command
from dicom_node.receive.register import Registrar
from dicom_node.receive.spool import Spool
from dicom_node.status import SUCCESS

Reported = Callable[[str, Dataset], bool]
"""Told the calling AE title and the event information of an N-EVENT-REPORT; whether it was waited for."""


def nobody_asked(_calling_ae: str, _information: Dataset) -> bool:
    """The ear of a door that expects no report."""
    return False


class Rejection(NamedTuple):
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 section 9.3.4), and our words for the row."""

    result: int
    source: int
    diagnostic: int
    words: str


PATIENCE = 10.0
"""Seconds in which a TLS handshake is done, and then an association asked for."""
GOODBYE = 1.0
"""Seconds in which an A-ABORT is sent before a connection is left."""
LONGEST_PDU = 1 << 18
"""Bytes of a P-DATA-TF that peers are asked not to exceed."""
WRONG_TITLE = Rejection(1, 1, 7, "wrong called AE title")
STRANGER = Rejection(1, 1, 3, "calling AE title is no [[source]]")
ELSEWHERE = Rejection(1, 1, 3, "calling AE title from another address")
TOO_MANY = Rejection(2, 3, 2, "more than max_associations at once")
NEARLY_FULL = Rejection(2, 3, 1, "disk nearly full")
PAUSED = Rejection(2, 3, 1, "receive is paused")
BACKLOG = Rejection(2, 3, 1, "more than maximum_backlog analyses wait")
REJECTIONS = (WRONG_TITLE, STRANGER, ELSEWHERE, TOO_MANY, NEARLY_FULL, PAUSED, BACKLOG)
"""Whoever meets one of these is not let in; 1 is permanent, 2 transient: the peer tries again."""
RETIRED_JPEG = tuple(f"1.2.840.10008.1.2.4.{process}" for process in (52, 53, 54, 55, 56, *range(58, 67)))
WATERMARK = 2
"""Associations are refused while the disk has less than this many times minimum_free_bytes."""
# no JPIP: the node fetches no pixels from elsewhere
SYNTAXES = tuple(uid for uid in (*AllTransferSyntaxes, *map(UID, RETIRED_JPEG)) if "JPIP" not in uid.name)
"""Every transfer syntax in which a file may come; files are stored as sent."""
STORAGE = frozenset(str(context.abstract_syntax) for context in AllStoragePresentationContexts)


class Receiver:
    """C-STORE and C-ECHO from configured sources.

    `context` gives the TLS context of a new connection, None for plain TCP; `shut` is why nobody is let in just now.
    `committers` are titles of destinations that may report storage commitments to `reported`.
    """

    def __init__(
        self,
        ae_title: str,
        settings: ReceiveSettings,
        sources: tuple[Source, ...],
        spool: Spool,
        registrar: Registrar,
        context: TlsContext = no_tls,
        shut: Callable[[], Rejection | None] = lambda: None,
        committers: frozenset[str] = frozenset(),
        reported: Reported = nobody_asked,
        opted_out: OptedOut = nobody_opted_out,
    ) -> None:
        self._settings = settings
        self._sources = {source.ae_title.strip(): source for source in sources}
        self._committers = committers
        self._reported = reported
        self._context = context
        self._shut = shut
        self._door = Door(settings, spool, registrar, opted_out)
        self._ae = _application_entity(ae_title, settings)
        self._listener: Any = None

    def __enter__(self) -> "Receiver":
        handlers: list[tuple[Any, Callable[[Any], Any]]] = [
            (evt.EVT_CONN_OPEN, self._on_open),
            (evt.EVT_REQUESTED, self._on_requested),
            (evt.EVT_PDU_RECV, self._on_pdu),
            (evt.EVT_CONN_CLOSE, self._on_close),
            (evt.EVT_C_ECHO, lambda _event: SUCCESS),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_N_EVENT_REPORT, self._on_report),
        ]
        self._listener = self._ae.make_server(
            (self._settings.host, self._settings.port),
            contexts=[build_context(Verification)],
            evt_handlers=handlers,
            server_class=partial(
                Listener,
                door=self._door,
                context=self._context,
                turned_away=self._turn_away,
                patience=self._ae.acse_timeout,
            ),
            request_handler=LaneHandler if self._settings.lane else GuardedHandler,
        )
        self._listener.contexts = []  # an association gets its own when it is let in, and none before
        self._ae._servers.append(self._listener)
        threading.Thread(target=self._listener.serve_forever, name="listener", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more, abort who is still here.  No peer can hold up the end, however it stalls."""
        self._listener.shutdown()
        for association in self._ae.active_associations:
            if association.is_established:
                association.abort(block=False)
        ends = time.monotonic() + GOODBYE
        while any(one.is_established for one in self._ae.active_associations) and time.monotonic() < ends:
            time.sleep(0.01)
        for association in self._ae.active_associations:
            association.dul.kill_dul()
            association.dul.break_off()
            association.dul.to_user_queue.put(None)  # to whoever waits for an association request

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._listener.socket.getsockname()[1])

    def busy_series(self) -> frozenset[str]:
        """SeriesInstanceUIDs that an association carries, until its last file has a row."""
        return self._door.busy_series()

    def _on_open(self, event: Any) -> None:
        link = event.assoc.dul.socket.socket
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(self._settings.network_timeout)

    def _on_requested(self, event: Any) -> None:
        """Let in who is listed, to the title that is ours, while there is room.  Nobody else gets a context."""
        requestor = event.assoc.requestor
        visit = Visit(
            calling_ae=requestor.primitive.calling_ae_title.strip(),
            called_ae=requestor.primitive.called_ae_title.strip(),
            address=requestor.address,
        )
        wanted = {str(one.abstract_syntax) for one in requestor.primitive.presentation_context_definition_list}
        refusal = self._refusal(visit, wanted)
        if refusal is None and not self._door.open(event.assoc, visit):
            refusal = TOO_MANY
        if refusal:
            self._door.count(visit, "association", refusal.words)
            event.assoc.acse.send_reject(refusal.result, refusal.source, refusal.diagnostic)
            event.assoc.kill()  # waits until the peer has gone
            return
        if event.assoc.dul.ended:  # the peer left while it was let in
            self._door.close(event.assoc, released=False)
        stores, commits = visit.calling_ae in self._sources, visit.calling_ae in self._committers
        storage = _contexts(requestor.primitive) if stores else [build_context(Verification)]
        event.assoc.acceptor.supported_contexts = [*storage, *_commitment()] if commits else storage

    def _refusal(self, visit: Visit, wanted: set[str]) -> Rejection | None:
        """Why the peer is not let in; None for who may come in.  Reports of commitment make room: they may always."""
        source = self._sources.get(visit.calling_ae)
        if visit.called_ae != self._ae.ae_title.strip():
            return WRONG_TITLE
        if source is None:
            return None if visit.calling_ae in self._committers else STRANGER
        if source.host and ip_address(source.host) != ip_address(visit.address):
            return ELSEWHERE
        if wanted & STORAGE and self._door.spool.free() < WATERMARK * self._settings.minimum_free_bytes:
            return NEARLY_FULL
        return self._shut() if wanted & STORAGE else None

    def _turn_away(self, address: str, reason: str) -> None:
        self._door.count(Visit(address=address), "association", reason)

    def _on_pdu(self, event: Any) -> None:
        """Who asks is no stranger; a release ends the visit (EVT_RELEASED may come after the close)."""
        if isinstance(event.pdu, A_ASSOCIATE_RQ):
            self._listener.is_known(event.assoc.requestor.address_info.as_tuple)
        elif isinstance(event.pdu, A_RELEASE_RQ):
            self._door.close(event.assoc, released=True)

    def _on_close(self, event: Any) -> None:
        address = event.assoc.requestor.address_info.as_tuple
        if self._listener.is_known(address):
            self._turn_away(address[0], "asked for no association")
        self._door.close(event.assoc, released=False)

    def _on_report(self, event: Any) -> tuple[int, None]:
        """A storage commitment that we asked for; its transaction UID, known to us and the peer alone, says which."""
        calling_ae = event.assoc.requestor.primitive.calling_ae_title.strip()
        if not self._reported(calling_ae, event.event_information):
            visit = self._door.visit(event.assoc) or Visit(calling_ae=calling_ae)
            self._door.count(visit, "object", "report of a commitment that nobody asked for")
        return SUCCESS, None

    def _on_store(self, event: Any) -> Dataset:
        """C-STORE by pynetdicom's stock loop: the whole object at once."""
        request, context = event.request, event.context
        command = Command(
            field=C_STORE_RQ,
            message_id=request.MessageID,
            sop_class_uid=request.AffectedSOPClassUID or "",
            sop_instance_uid=request.AffectedSOPInstanceUID or "",
        )
        offered = StoreRequest(
            context_id=context.context_id,
            command=command,
            abstract_syntax=context.abstract_syntax,
            transfer_syntax=UID(context.transfer_syntax),
        )
        reception = self._door.begin(event.assoc, offered)
        reception.write([(request.DataSet or BytesIO()).getbuffer()])
        answer = Dataset()
        answer.Status, comment = reception.end()
        if comment:
            answer.ErrorComment = comment[:LONGEST_COMMENT]
        return answer


def _application_entity(ae_title: str, settings: ReceiveSettings) -> AE:
    ae = AE(ae_title)
    ae.maximum_associations = 1_000_000  # counted by us: pynetdicom counts strangers too
    ae.network_timeout = ae.dimse_timeout = settings.network_timeout
    ae.acse_timeout = min(settings.network_timeout, PATIENCE)
    ae.maximum_pdu_size = LONGEST_PDU
    return ae


def _contexts(request: Any) -> list[PresentationContext]:
    """What we accept of what is asked for: storage in any syntax, the peer's first choice first."""
    asked: dict[str, list[str]] = {}
    for context in request.presentation_context_definition_list:
        asked.setdefault(str(context.abstract_syntax), []).extend(map(str, context.transfer_syntax))
    storage = {uid: [one for one in dict.fromkeys(asked[uid]) if one in SYNTAXES] for uid in asked if uid in STORAGE}
    return [build_context(Verification), *(build_context(uid, known) for uid, known in storage.items() if known)]


def _commitment() -> list[PresentationContext]:
    """The node is the user of storage commitment also where the provider opens the association (PS3.4 J.3.3)."""
    context = build_context(StorageCommitmentPushModel)
    context.scu_role, context.scp_role = True, True
    return [context]
