"""C-STORE of stored objects to one destination, over one association (PS3.4 annex B, as SCU)."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import _config
from pynetdicom.sop_class import Verification

from config.settings import Destination
from dicom_node import tls
from dicom_node.calling import NotReached, association

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
    try:
        with association(kinds, to, to.ae_title, calling_ae, context) as open_one:
            yield from (_store(open_one, thing) for thing in things if wanted(thing.key))
    except NotReached as why:
        yield from (Receipt(thing.key, Fate.LATER, str(why)) for thing in things)


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
    kinds = {(Verification, syntax) for syntax in PLAIN}
    try:
        with association(kinds, to, to.ae_title, calling_ae, context) as open_one:
            status = open_one.send_c_echo().get("Status")
    except NotReached as why:
        return str(why)
    return "" if status == SUCCESS else f"status {status}"


def send_files(files: Sequence[Path], to: Destination, calling_ae: str) -> Iterator[tuple[Path, str]]:
    """Send any DICOM files as they are, each in its own transfer syntax; (file, why not) with "" for success."""
    kinds = {path: _kind(path) for path in files}
    yield from ((path, "no DICOM file") for path, kind in kinds.items() if kind is None)
    found = {path: kind for path, kind in kinds.items() if kind}
    if not found:
        return
    try:
        with association(set(found.values()), to, to.ae_title, calling_ae, tls.no_certificate) as open_one:
            yield from ((path, _store(open_one, Thing(0, path, "", "")).reason) for path in found)
    except NotReached as why:
        yield from ((path, str(why)) for path in found)


def _kind(path: Path) -> tuple[str, str] | None:
    """SOP class and transfer syntax of a Part 10 file, None for any other file."""
    try:
        meta = dcmread(path, stop_before_pixels=True, specific_tags=[]).file_meta
        return str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
    except (InvalidDicomError, OSError, ValueError, AttributeError):
        return None
