"""The fast lane: C-STORE is served where its bytes arrive; everything else is pynetdicom's.

pynetdicom's upper layer sleeps and polls, copies each object several times and decodes each command set twice.  This
subclass waits for the socket itself, reads into one buffer and hands a dataset's fragments straight to the door.
Negotiation, state machine, release, abort and C-ECHO stay with pynetdicom.  It uses private names of pynetdicom
3.0.4; `tests/wire/test_lane.py` fails when one of them changes.
"""

import os
import queue
import select
import socket
import ssl
import time
from collections.abc import Iterator
from threading import Lock
from typing import Any

import structlog
from pydicom.uid import UID

from dicom_node.receive.door import Door, Reception, StoreRequest
from dicom_node.receive.guard import Guarded, GuardedHandler
from dicom_node.receive.pdu import (
    C_STORE_RQ,
    COMMAND,
    LAST,
    LONGEST_COMMAND,
    Command,
    Pdu,
    Piece,
    Reader,
    Unreadable,
    data_pdus,
    read_command,
    store_response,
)

LOG = structlog.get_logger(__name__)
BUFFER = 1 << 18
"""Bytes read at once."""
LONGEST_OTHER_MESSAGE = 1 << 24
"""Bytes of a dataset that belongs to no C-STORE; pynetdicom holds it in memory."""
MOST_WAITING = 64
"""Requests that pynetdicom has not served yet; a peer may send one at a time (PS3.7 section D.3.3.3)."""
LOOK_AGAIN, AFTER_CLOSE = 500, 10
"""Milliseconds between looks at the timers, and at whether to end once the connection is gone."""
CONNECTION_CLOSED, ARTIM_EXPIRED, INVALID_PDU = "Evt17", "Evt18", "Evt19"
IDLE, DATA_TRANSFER, AWAITING_CLOSE = "Sta1", "Sta6", "Sta13"
"""Events and states of the state machine (PS3.8 section 9.2)."""


class LaneHandler(GuardedHandler):
    """Makes each association with a `Lane`; its server has a `door`."""

    def layer(self, association: Any) -> Guarded:
        """The lane of a new association."""
        return Lane(association, self.server.door)


class Lane(Guarded):
    """The upper layer of one association; its own thread reads, stores and answers."""

    def __init__(self, assoc: Any, door: Door) -> None:
        super().__init__(assoc)
        self._door = door
        self._bell = _Bell()
        self._buffer = memoryview(bytearray(BUFFER))
        self._reader = Reader()
        self._parts: Iterator[Pdu | Piece] | None = None
        self._command = bytearray()
        self._request: StoreRequest | None = None
        self._reception: Reception | None = None
        self._views: list[memoryview] = []
        self._room_for_other = 0
        self._heard = time.monotonic()

    def react(self) -> None:
        """Until told to end: timers, what is to be sent, what has come, what the state machine makes of it."""
        self.assoc._dul_ready.set()
        try:
            while not self._kill_thread:
                self._turn()
        finally:
            self._break_off()
            self._bell.close()
            self.assoc._reactor_checkpoint.set()

    def send_pdu(self, primitive: Any) -> None:
        """Queue a primitive for the peer and wake the reactor."""
        super().send_pdu(primitive)
        self._bell.ring()

    def kill_dul(self) -> None:
        """End the reactor."""
        super().kill_dul()
        self._bell.ring()

    def idle_timer_expired(self) -> bool:
        """Whether nothing came for the network timeout; a jump of the wall clock changes nothing."""
        limit = self.network_timeout
        return limit is not None and time.monotonic() - self._heard > limit

    def _turn(self) -> None:
        if self.artim_timer.expired:
            self.event_queue.put(ARTIM_EXPIRED)
        if not self._process_recv_primitive():
            self._is_transport_event()
        try:
            event = self.event_queue.get(block=False)
        except queue.Empty:
            self._wait()
        else:
            self.assoc._reactor_checkpoint.set()
            self.state_machine.do_action(event)

    def _wait(self) -> None:
        """Sleep until the peer or the service user has something, or a timer may have run out."""
        if self._holds_unread():
            return
        pause = AFTER_CLOSE if self.state_machine.current_state == IDLE else LOOK_AGAIN
        if not self._bell.wait(self._link(), pause) and self.idle_timer_expired():
            self.assoc._reactor_checkpoint.set()

    def _link(self) -> socket.socket | None:
        link = self.socket.socket if self.socket else None
        return link if link and link.fileno() >= 0 else None

    def _holds_unread(self) -> bool:
        """Whether bytes wait that the socket does not show."""
        link = self._link()
        return self._parts is not None or (isinstance(link, ssl.SSLSocket) and link.pending() > 0)

    def _is_transport_event(self) -> bool:
        """Deal with what has come; True when something had."""
        link = self._link()
        if link is None or not (self._holds_unread() or _readable(link)):
            return False
        try:
            self._read(link)
        except (OSError, EOFError):
            self._end_with(CONNECTION_CLOSED)
        except Unreadable as fault:
            LOG.info("receive.not_understood", why=str(fault))
            self._end_with(INVALID_PDU)
        return True

    def _end_with(self, event: str) -> None:
        self._break_off()
        self._parts = None
        self.event_queue.put(event)

    def _break_off(self) -> None:
        """An object that was not wholly received is not kept."""
        self._views.clear()
        if self._reception:
            self._reception.abandon()
            self._reception = None

    def _read(self, link: socket.socket) -> None:
        """Read once; or go on with what was read, up to a PDU that the state machine must see first."""
        if self._parts is None:
            size = link.recv_into(self._buffer)
            if size == 0:
                raise EOFError
            self._heard = time.monotonic()
            if self.state_machine.current_state != AWAITING_CLOSE:
                self._parts = self._reader.read(self._buffer[:size])
        elif not any(self._take(part) for part in self._parts):
            self._parts = None
            self._store()

    def _take(self, part: Pdu | Piece) -> bool:
        """Act on one part; True when the state machine must act before the next."""
        if isinstance(part, Pdu):
            return self._pass_on(part.data)
        if self.state_machine.current_state != DATA_TRANSFER:
            raise Unreadable("data outside of an association")
        return self._take_command(part) if part.command else self._take_data(part)

    def _take_command(self, piece: Piece) -> bool:
        self._command += piece.view
        if self._reception or self._room_for_other or len(self._command) > LONGEST_COMMAND:
            raise Unreadable("a command inside a message, or too long a command")
        if not piece.last:
            return False
        data, self._command = bytes(self._command), bytearray()
        command = read_command(data)
        if command.field == C_STORE_RQ:
            return self._begin(piece.context_id, command)
        if self.assoc.dimse.msg_queue.qsize() > MOST_WAITING:
            raise Unreadable("more requests than are served")
        self._room_for_other = LONGEST_OTHER_MESSAGE if command.has_data_set else 0
        return self._pass_on(data_pdus(piece.context_id, data, COMMAND | LAST))

    def _begin(self, context_id: int, command: Command) -> bool:
        context = self.assoc._accepted_cx.get(context_id)
        if context is None:
            raise Unreadable("a presentation context that was not accepted")
        self.assoc._reactor_checkpoint.clear()  # pynetdicom's other loop rests while objects come
        self._request = StoreRequest(
            context_id=context_id,
            command=command,
            abstract_syntax=str(context.abstract_syntax),
            transfer_syntax=UID(context.transfer_syntax[0]),
        )
        self._reception = self._door.begin(self.assoc, self._request)
        if not command.has_data_set:
            self._answer()
        return False

    def _take_data(self, piece: Piece) -> bool:
        if self._request and self._reception:
            if piece.context_id != self._request.context_id:
                raise Unreadable("a dataset in another presentation context than its command")
            self._views.append(piece.view)
            if piece.last:
                self._answer()
            return False
        if self._room_for_other <= len(piece.view):
            raise Unreadable("a dataset without a command, or too long")
        self._room_for_other = 0 if piece.last else self._room_for_other - max(len(piece.view), 1)
        return self._pass_on(data_pdus(piece.context_id, bytes(piece.view), LAST if piece.last else 0))

    def _store(self) -> None:
        if self._views and self._reception:
            self._reception.write(self._views)
        self._views.clear()

    def _answer(self) -> None:
        """The object is whole: what the door says of it is the response."""
        self._store()
        request, reception, self._reception = self._request, self._reception, None
        if request and reception:
            status, comment = reception.end()
            longest = self.assoc.requestor.maximum_length or 0
            self.socket.send(store_response(request.context_id, request.command, status, comment, longest))
            self._heard = time.monotonic()

    def _pass_on(self, data: bytes) -> bool:
        """Let pynetdicom decode a PDU and its state machine act on it."""
        try:
            pdu, event = self._decode_pdu(bytearray(data))
        except Exception as fault:  # noqa: BLE001 - decoding what a hostile peer sends raises anything
            raise Unreadable(f"a PDU that pynetdicom can't decode: {type(fault).__name__}") from None
        self._recv_pdu.put(pdu)
        self.event_queue.put(event)
        return True


class _Bell:
    """Wakes one waiting thread; may be rung after its end."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = Lock()
        self._closed = False

    def ring(self) -> None:
        with self._lock:
            if not self._closed:
                os.eventfd_write(self._descriptor, 1)

    def wait(self, link: socket.socket | None, milliseconds: int) -> bool:
        """Until rung, or until `link` has something; False when neither happened in time."""
        look = select.poll()
        look.register(self._descriptor, select.POLLIN)
        if link:
            look.register(link, select.POLLIN)
        found = dict(look.poll(milliseconds))
        if self._descriptor in found:
            os.eventfd_read(self._descriptor)
        return bool(found)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._descriptor)


def _readable(link: socket.socket) -> bool:
    look = select.poll()
    look.register(link, select.POLLIN)
    return bool(look.poll(0))
