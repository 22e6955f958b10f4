"""The listening socket: strangers get little room and little time, TLS is spoken in the connection's own thread."""

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import structlog
from pynetdicom.transport import ThreadedAssociationServer

from dicom_node import tls
from dicom_node.receive.door import Door
from dicom_node.receive.guard import shut

LOG = structlog.get_logger(__name__)
STRANGERS = 64
"""Connections that have not asked for an association; with one more the oldest is closed."""

TlsContext = Callable[[], ssl.SSLContext | None]
TurnedAway = Callable[[str, str], None]
"""Told the address and the reason."""


def no_tls() -> None:
    """The context of a door without TLS."""


class Listener(ThreadedAssociationServer):
    """pynetdicom's server, which accepts first and asks questions in the connection's own thread.

    `context` is asked for each connection, so that a new certificate needs no restart; `patience` is for a handshake,
    seconds.
    """

    request_queue_size = 128

    def __init__(
        self, *arguments: Any, door: Door, context: TlsContext, turned_away: TurnedAway, patience: float, **named: Any
    ) -> None:
        self.door = door
        self._context = context
        self._turned_away = turned_away
        self._patience = patience
        self._strangers: dict[Any, socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__(*arguments, **named)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept and no more: a silent peer must not hold up the others."""
        link, address = self.socket.accept()
        if context := self._context():
            link = tls.guarded(link, context, self._patience)
        self._is_stranger(address, link)
        return link, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Shake hands where TLS is spoken, then pynetdicom's association."""
        try:
            if isinstance(request, ssl.SSLSocket):
                request.do_handshake()
        except OSError as fault:
            self.is_known(client_address)
            self._turned_away(client_address[0], f"TLS handshake failed: {tls.why(fault)}")
            self.shutdown_request(request)
        else:
            super().process_request_thread(request, client_address)

    def service_actions(self) -> None:
        """Nothing: pynetdicom's whole garbage collection at each sixtieth connection would stop every sender."""

    def server_close(self) -> None:
        """End who asked for nothing yet: the connections' threads are waited for."""
        for link in tuple(self._strangers.values()):
            shut(link)
        super().server_close()

    def is_known(self, address: Any) -> bool:
        """The peer asked for an association, or is gone; whether it was a stranger until now."""
        with self._lock:
            return self._strangers.pop(address, None) is not None

    def _is_stranger(self, address: Any, link: socket.socket) -> None:
        with self._lock:
            self._strangers[address] = link
            oldest = next(iter(self._strangers.items())) if len(self._strangers) > STRANGERS else None
            if oldest:
                del self._strangers[oldest[0]]
        if oldest:
            self._turned_away(oldest[0][0], "too many connections that ask for nothing")
            shut(oldest[1])
