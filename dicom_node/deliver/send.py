"""C-STORE of stored objects to one destination, over one association (PS3.4 annex B, as SCU)."""

import hashlib
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, _config, evt
from pynetdicom.sop_class import Verification

from config.settings import Destination
from dicom_node import tls

_config.STORE_SEND_CHUNKED_DATASET = True  # a path is sent as the bytes that stand in the file, never re-encoded

SUCCESS = 0x0000
PLAIN = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
STORED_WITH_WARNING = range(0xB000, 0xC000)
"""Coercion of elements, elements discarded, dataset does not match: stored all the same (PS3.4 table B.2-1)."""


class Fate(StrEnum):
    """What became of a parcel."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Thing:
    """One stored object: what to call it, where it is, what it must hash to."""

    key: int
    path: Path
    sop_class_uid: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the thing with `key`, and why when it was not sent."""

    key: int
    fate: Fate
    reason: str = ""


def send(
    things: Sequence[Thing],
    to: Destination,
    calling_ae: str,
    wanted: Callable[[int], bool] = lambda _key: True,
    context: tls.Context = tls.no_certificate,
) -> Iterator[Receipt]:
    """Send over one association; a receipt for each thing, as soon as it is known.

    `wanted(key)` is asked just before each: what was cancelled meanwhile is passed over without a receipt.
    """
    whole = []
    for thing in things:
        if _is_whole(thing):
            whole.append(thing)
        else:
            yield Receipt(thing.key, Fate.NEVER, "the stored file is missing or damaged")
    if whole:
        yield from _send_whole(whole, to, calling_ae, wanted, context)


def _is_whole(thing: Thing) -> bool:
    try:
        return hashlib.sha256(thing.path.read_bytes()).hexdigest() == thing.sha256
    except OSError:
        return False


def _send_whole(
    things: Sequence[Thing], to: Destination, calling_ae: str, wanted: Callable[[int], bool], context: tls.Context
) -> Iterator[Receipt]:
    kinds = {(thing.sop_class_uid, ExplicitVRLittleEndian) for thing in things}
    association = _associate(kinds, to, calling_ae, context)
    if why := _why_not(association):
        yield from (Receipt(thing.key, Fate.LATER, why) for thing in things)
        return
    try:
        for thing in things:
            if wanted(thing.key):
                yield _store(association, thing)
    finally:
        association.release()


def _associate(
    kinds: Iterable[tuple[str, str]], to: Destination, calling_ae: str, context: tls.Context = tls.no_certificate
) -> Any:
    """An association for pairs of SOP class and transfer syntax; None when the host name has no address.

    Raises `tls.Unusable` when TLS is asked for and can't be had.
    """
    ae = AE(calling_ae)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = to.timeout
    for sop_class, syntax in sorted(kinds):
        ae.add_requested_context(sop_class, syntax)
    by_tls = (tls.Caller(context()), name) if (name := to.certified_name) else None
    try:
        return ae.associate(to.host, to.port, ae_title=to.ae_title, evt_handlers=list(AS_SENDER), tls_args=by_tls)
    except socket.gaierror:
        return None


def _why_not(association: Any) -> str:
    """Why there is no association, None being a host without an address; empty when it is established."""
    if association is None:
        return "the host name has no address"
    if not association.is_established:
        return _rejection(association) if association.is_rejected else _silence(association)
    return ""


def _silence(association: Any) -> str:
    by_tls = association.dul.socket.tls_args
    fault = by_tls[0].fault if by_tls else ""
    return f"TLS failed: {fault}" if fault else "no connection or no answer"


def _rejection(association: Any) -> str:
    """What the peer said (PS3.8 section 9.3.4), such as "Calling AE title not recognised"."""
    try:
        return f"association rejected: {association.acceptor.primitive.reason_str}"
    except (AttributeError, KeyError, ValueError):
        return "association rejected"


def no_delay(event: Any) -> None:
    """Nagle's algorithm costs 40 ms an object."""
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def only_answers(event: Any) -> None:
    """Leave every message to the call that waits for it.

    pynetdicom's own loop looks for requests without blocking, and for a moment after it was told to pause: it may
    then take our answer, which the waiting call misses until its timeout.  A sender serves no requests.
    """
    answer = event.assoc.dimse.get_msg
    event.assoc.dimse.get_msg = lambda block=False: answer(block) if block else (None, None)


AS_SENDER = ((evt.EVT_CONN_OPEN, no_delay), (evt.EVT_CONN_OPEN, only_answers))
"""pynetdicom handlers for an association that sends."""


def _store(association: Any, thing: Thing) -> Receipt:
    if not association.is_established:
        return Receipt(thing.key, Fate.LATER, "association lost")
    try:
        status = association.send_c_store(thing.path).get("Status")
    except (ValueError, RuntimeError) as fault:  # its SOP class was not accepted; the association broke
        return Receipt(thing.key, Fate.LATER, f"{type(fault).__name__}: {fault}"[:200])
    if status is None:
        return Receipt(thing.key, Fate.LATER, "no answer")
    if status == SUCCESS or status in STORED_WITH_WARNING:
        return Receipt(thing.key, Fate.SENT)
    return Receipt(thing.key, Fate.LATER, f"status 0x{status:04X}")


def echo(to: Destination, calling_ae: str, context: tls.Context = tls.no_certificate) -> str:
    """C-ECHO; empty when it answered, else why not."""
    association = _associate({(Verification, syntax) for syntax in PLAIN}, to, calling_ae, context)
    if why := _why_not(association):
        return why
    try:
        status = association.send_c_echo().get("Status")
    finally:
        association.release()
    return "" if status == SUCCESS else f"status {status}"


def send_files(files: Sequence[Path], to: Destination, calling_ae: str) -> Iterator[tuple[Path, str]]:
    """Send any DICOM files as they are, each in its own transfer syntax; (file, why not) with "" for success."""
    kinds = {path: _kind(path) for path in files}
    yield from ((path, "no DICOM file") for path, kind in kinds.items() if kind is None)
    found = {path: kind for path, kind in kinds.items() if kind}
    association: Any = _associate(set(found.values()), to, calling_ae) if found else None
    why = _why_not(association)
    if found and why:
        yield from ((path, why) for path in found)
    elif found:
        try:
            for path in found:
                yield path, _store(association, Thing(0, path, "", "")).reason
        finally:
            association.release()


def _kind(path: Path) -> tuple[str, str] | None:
    """SOP class and transfer syntax of a Part 10 file, None for any other file."""
    try:
        meta = dcmread(path, stop_before_pixels=True, specific_tags=[]).file_meta
        return str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
    except (InvalidDicomError, OSError, ValueError, AttributeError):
        return None
