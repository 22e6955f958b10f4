"""An association that we ask for: to send, to query, to see whether anybody is there (PS3.8, as requestor)."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pynetdicom import AE, build_role, evt

from config.settings import Called
from dicom_node import tls


class NotReached(Exception):
    """There is no association; the message says why."""


class NothingAccepted(NotReached):
    """The peer answers, and takes none of the SOP classes that it was asked for."""


@contextmanager
def association(
    kinds: Iterable[tuple[str, str]],
    to: Called,
    called_ae: str,
    calling_ae: str,
    context: tls.Context,
    more: Iterable[tuple[Any, Any]] = (),
    takes: Iterable[str] = (),
) -> Iterator[Any]:
    """An established association for pairs of SOP class and transfer syntax, released in the end.

    `more` are pynetdicom's handlers for what the peer asks in return, once `take_requests` was called; of the SOP
    classes in `takes` we are the provider (C-GET).

    Raises `NotReached`, `NothingAccepted`, and `tls.Unusable` when TLS is asked for and can't be had.
    """
    ae = AE(calling_ae)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = to.timeout
    for sop_class, syntax in sorted(kinds):
        ae.add_requested_context(sop_class, syntax)
    handlers: list[tuple[Any, Any]] = [*AS_REQUESTOR, *more]
    roles = [build_role(sop_class, scp_role=True) for sop_class in sorted(takes)]
    by_tls = (tls.Caller(context()), name) if (name := to.certified_name) else None
    try:
        found = ae.associate(
            to.host, to.port, ae_title=called_ae, evt_handlers=handlers, tls_args=by_tls, ext_neg=roles
        )
    except socket.gaierror:
        raise NotReached("the host name has no address") from None
    if not found.is_established:
        if found.rejected_contexts and not found.accepted_contexts:
            raise NothingAccepted("SOP class not accepted")
        raise NotReached(_rejection(found) if found.is_rejected else _silence(by_tls))
    try:
        yield found
    finally:
        found.release()


def take_requests(open_one: Any) -> None:
    """Let the peer ask from now on (N-EVENT-REPORT after N-ACTION); no answer to a call of ours is awaited now."""
    with suppress(AttributeError):
        del open_one.dimse.get_msg


def _silence(by_tls: tuple[tls.Caller, str] | None) -> str:
    fault = by_tls[0].fault if by_tls else ""
    return f"TLS failed: {fault}" if fault else "no connection or no answer"


def _rejection(association: Any) -> str:
    """What the peer said (PS3.8 section 9.3.4), such as "Calling AE title not recognised"."""
    try:
        return f"association rejected: {association.acceptor.primitive.reason_str}"
    except (AttributeError, KeyError, ValueError):
        return "association rejected"


def _as_requestor(event: Any) -> None:
    """No delay by Nagle's algorithm, no endless wait inside a PDU, every answer to the call that waits for it.

    pynetdicom's own loop looks for requests without blocking, and for a moment after it was told to pause: it may
    then take our answer, which the waiting call misses until its timeout.  A requestor serves no requests.
    """
    link = event.assoc.dul.socket.socket
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.settimeout(event.assoc.network_timeout)
    answer = event.assoc.dimse.get_msg
    event.assoc.dimse.get_msg = lambda block=False: answer(block) if block else (None, None)


AS_REQUESTOR = ((evt.EVT_CONN_OPEN, _as_requestor),)
"""pynetdicom handlers for an association that we ask for."""
