"""C-STORE of stored objects to one destination, over one association (PS3.4 annex B, as SCU)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import _config
from pynetdicom.sop_class import Verification

from config.settings import Destination
from dicom_node import tls
from dicom_node.calling import NothingAccepted, NotReached, association
from dicom_node.deliver.fate import NO_ANSWER, Fate, Receipt, Thing, meaning

_config.STORE_SEND_CHUNKED_DATASET = True  # a path is sent as the bytes that stand in the file, never re-encoded

SUCCESS = 0x0000
DAMAGED = "the stored file is missing or damaged"
PLAIN = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def send(
    things: Sequence[Thing],
    to: Destination,
    calling_ae: str,
    wanted: Callable[[int], bool] = lambda _key: True,
    context: tls.Context = tls.no_certificate,
) -> Iterator[Receipt]:
    """Send over one association; a receipt for each thing as soon as it is known, up to a `LATER` or `LOST`.

    `wanted(key)` is asked just before each: what was cancelled meanwhile is passed over without a receipt.
    """
    whole = [thing for thing in things if is_whole(thing)]
    yield from (Receipt(one.key, Fate.NEVER, DAMAGED) for one in things if one not in whole)
    if whole:
        yield from _send_whole(whole, to, calling_ae, wanted, context)


def is_whole(thing: Thing) -> bool:
    """Whether the stored bytes are those that were stored."""
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
            yield from until_stopped(_store(open_one, thing) for thing in things if wanted(thing.key))
    except NothingAccepted as why:
        yield from (Receipt(thing.key, Fate.AGAIN, str(why)) for thing in things)
    except (NotReached, tls.Unusable) as why:
        yield Receipt(things[0].key, Fate.LATER, str(why))


def until_stopped(receipts: Iterable[Receipt]) -> Iterator[Receipt]:
    """Receipts up to the first after which there is no point in going on."""
    for receipt in receipts:
        yield receipt
        if receipt.fate in (Fate.LATER, Fate.LOST):
            return


def _store(association: Any, thing: Thing) -> Receipt:
    if not association.is_established:
        return Receipt(thing.key, Fate.LATER, "association lost")
    try:
        status = association.send_c_store(thing.path).get("Status")
    except ValueError:  # pynetdicom's word for a context that was not accepted
        return Receipt(thing.key, Fate.AGAIN, "SOP class not accepted")
    except RuntimeError:
        return Receipt(thing.key, Fate.LATER, "association lost")
    if status is None:
        return Receipt(thing.key, Fate.LOST, NO_ANSWER)
    found = meaning(status)
    return Receipt(thing.key, found.fate, "" if status == SUCCESS else f"status 0x{status:04X}: {found.meaning}")


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
            yield from ((path, _why_not(_store(open_one, Thing(0, path, "", "")))) for path in found)
    except NotReached as why:
        yield from ((path, str(why)) for path in found)


def _why_not(receipt: Receipt) -> str:
    return "" if receipt.fate is Fate.SENT else receipt.reason


def _kind(path: Path) -> tuple[str, str] | None:
    """SOP class and transfer syntax of a Part 10 file, None for any other file."""
    try:
        meta = dcmread(path, stop_before_pixels=True, specific_tags=[]).file_meta
        return str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
    except (InvalidDicomError, OSError, ValueError, AttributeError):
        return None
