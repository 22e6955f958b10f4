"""The listening socket: strangers get little room and little time, TLS is spoken in the connection's own thread."""

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import structlog
from pynetdicom.transport import ThreadedAssociationServer

from dicom_node.receive.door import Door
from dicom_node.receive.guard import shut

LOG = structlog.get_logger(__name__)
STRANGERS = 64
"""Connections that have not asked for an association; with one more the oldest is closed."""
PATIENCE = 10.0
"""Seconds in which a TLS handshake is done and an association asked for."""

TlsContext = Callable[[], ssl.SSLContext | None]
TurnedAway = Callable[[str, str], None]
"""Told the address and the reason."""


class Listener(ThreadedAssociationServer):
    """pynetdicom's server, which accepts first and asks questions in the connection's own thread.

    `tls` is asked for each connection, so that a new certificate needs no restart.
    """

    block_on_close = False
    request_queue_size = 128

    def __init__(self, *arguments: Any, door: Door, tls: TlsContext, turned_away: TurnedAway, **named: Any) -> None:
        self.door = door
        self._tls = tls
        self._turned_away = turned_away
        self._strangers: dict[tuple[Any, ...], socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__(*arguments, **named)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept and no more: a silent peer must not hold up the others."""
        link, address = self.socket.accept()
        self._is_stranger(address, link)
        return link, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Handshake, then pynetdicom's association."""
        try:
            link = self._secured(request, client_address)
        except (OSError, ValueError) as fault:
            self.is_known(client_address)
            self._turned_away(client_address[0], f"TLS handshake failed: {_reason(fault)}")
            self.shutdown_request(request)
        else:
            super().process_request_thread(link, client_address)

    def service_actions(self) -> None:
        """Nothing: pynetdicom's whole garbage collection at each sixtieth connection would stop every sender."""

    def is_known(self, address: tuple[Any, ...]) -> bool:
        """The peer asked for an association, or is gone; whether it was a stranger until now."""
        with self._lock:
            return self._strangers.pop(address, None) is not None

    def shutdown(self) -> None:
        """Accept no more, and leave who has not asked for an association."""
        super().shutdown()
        with self._lock:
            strangers = list(self._strangers.values())
        for link in strangers:
            shut(link)

    def _secured(self, link: socket.socket, address: Any) -> socket.socket:
        if (context := self._tls()) is None:
            return link
        secured = context.wrap_socket(link, server_side=True, do_handshake_on_connect=False)
        self._is_stranger(address, secured)
        secured.settimeout(PATIENCE)
        try:
            secured.do_handshake()
        except (OSError, ValueError):
            secured.close()
            raise
        return secured

    def _is_stranger(self, address: tuple[Any, ...], link: socket.socket) -> None:
        with self._lock:
            self._strangers[address] = link
            oldest = next(iter(self._strangers.items())) if len(self._strangers) > STRANGERS else None
            if oldest:
                del self._strangers[oldest[0]]
        if oldest:
            self._turned_away(oldest[0][0], "too many connections that ask for nothing")
            shut(oldest[1])


def _reason(fault: Exception) -> str:
    return str(getattr(fault, "reason", None) or type(fault).__name__)
