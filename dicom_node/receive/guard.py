"""An upper layer whose end is always told, and whose PDUs have a longest length, whatever the peer does.

pynetdicom's thread dies when a peer's bytes arrive before its own answer to earlier ones: the state machine knows no
such transition, the connection's end is never told, and the visit would stay open for ever.
"""

import socket
import traceback
from pathlib import Path
from typing import Any

import structlog
from pynetdicom import evt
from pynetdicom.dul import DULServiceProvider
from pynetdicom.transport import AssociationSocket, RequestHandler

from dicom_node.receive.pdu import LONGEST_OTHER, LONGEST_PDU

LOG = structlog.get_logger(__name__)
DATA_TRANSFER = "Sta6"


class Guarded(DULServiceProvider):
    """pynetdicom's upper layer, guarded; `ended` once nothing more will come of it."""

    ended = False

    def run_reactor(self) -> None:
        """Serve the connection; when that ends, in whatever way, tell it."""
        try:
            self.react()
        except Exception as fault:  # noqa: BLE001 - what a hostile peer sends makes the state machine raise anything
            last = traceback.extract_tb(fault.__traceback__)[-1]  # no message: it may hold what was sent
            LOG.warning(
                "receive.broken_off", error=type(fault).__name__, at=f"{Path(last.filename).name}:{last.lineno}"
            )
        finally:
            self.ended = True
            evt.trigger(self.assoc, evt.EVT_CONN_CLOSE, {"address": self.assoc.requestor.address_info.as_tuple})
            self.to_user_queue.put(None)  # to the association's thread, if it waits for a request

    def react(self) -> None:
        """Timers, what is to be sent, what has come."""
        super().run_reactor()

    def break_off(self) -> None:
        """Let no thread wait for the peer any longer."""
        link = self.socket.socket if self.socket else None
        if link:
            shut(link)


class BoundedSocket(AssociationSocket):
    """Believes no length of a PDU that no honest peer sends."""

    def recv(self, nr_bytes: int) -> bytearray:
        """That many bytes; raises `OSError` when they are too many."""
        established = self.assoc.dul.state_machine.current_state == DATA_TRANSFER
        if nr_bytes > (LONGEST_PDU if established else LONGEST_OTHER):
            raise OSError(f"a PDU of {nr_bytes} bytes")
        return super().recv(nr_bytes)


def shut(link: socket.socket) -> None:
    """End a connection from another thread than its own, TLS or not."""
    try:
        socket.socket.shutdown(link, socket.SHUT_RDWR)
    except OSError:
        LOG.debug("receive.already_gone")


class GuardedHandler(RequestHandler):
    """Makes each association with a guarded upper layer."""

    def layer(self, association: Any) -> DULServiceProvider:
        """The upper layer of a new association."""
        return Guarded(association)

    def _create_association(self) -> Any:
        association = super()._create_association()
        association.dul = self.layer(association)
        association.set_socket(BoundedSocket(association, client_socket=self.request))
        association.acse_timeout = association.acse_timeout  # sets the timer of the new layer
        association.network_timeout = association.network_timeout
        return association
