"""Storage commitment (PS3.4 annex J, as SCU): ask a destination to vouch for what it accepted, and read its report.

The report comes on the same association, for which a moment is waited, or on one that the destination opens.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.sop_class import StorageCommitmentPushModel, StorageCommitmentPushModelInstance

from config.settings import Destination
from dicom_node import tls
from dicom_node.calling import NotReached, association, take_requests

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
REQUEST = 1
"""Action type of N-ACTION (PS3.4 table J.3-1)."""
STAY = 2.0
"""Seconds for which the association stays open for a report; later ones come on another."""
SUCCESS, UNKNOWN_REASON = 0x0000, 0x0110


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an N-EVENT-REPORT says: SOPInstanceUIDs that are committed, and FailureReason of those that are not."""

    transaction_uid: str
    committed: tuple[str, ...]
    failed: dict[str, int]


class NotAsked(Exception):
    """The destination did not take the request; the message says why."""


def request(
    objects: Sequence[tuple[str, str]],
    transaction_uid: str,
    to: Destination,
    calling_ae: str,
    heard: Callable[[Report], object],
    context: tls.Context = tls.no_certificate,
) -> None:
    """Ask for (SOP class, SOP instance) of all `objects`; `heard` gets a report that comes at once.

    Raises `NotAsked`.
    """
    told = threading.Event()

    def on_report(event: Any) -> tuple[int, None]:
        heard(read_report(event.event_information))
        told.set()
        return SUCCESS, None

    kinds = {(StorageCommitmentPushModel, syntax) for syntax in SYNTAXES}
    listening = ((evt.EVT_N_EVENT_REPORT, on_report),)
    try:
        with association(kinds, to, to.ae_title, calling_ae, context, listening) as open_one:
            _ask(open_one, _wanted(objects, transaction_uid))
            take_requests(open_one)
            told.wait(STAY)
    except (NotReached, tls.Unusable) as why:
        raise NotAsked(str(why)) from None
    except (RuntimeError, ValueError) as fault:
        raise NotAsked(type(fault).__name__) from None


def _ask(open_one: Any, wanted: Dataset) -> None:
    model, instance = StorageCommitmentPushModel, StorageCommitmentPushModelInstance
    answer, _ = open_one.send_n_action(wanted, REQUEST, model, instance)
    _check(answer.get("Status"))


def _check(status: int | None) -> None:
    if status != SUCCESS:
        raise NotAsked("no answer" if status is None else f"status 0x{status:04X}")


def _wanted(objects: Iterable[tuple[str, str]], transaction_uid: str) -> Dataset:
    wanted = Dataset()
    wanted.TransactionUID = transaction_uid
    wanted.ReferencedSOPSequence = [_reference(*one) for one in objects]
    return wanted


def _reference(sop_class: str, sop_instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return item


def read_report(information: Dataset) -> Report:
    """The event information of an N-EVENT-REPORT (PS3.4 table J.3-2), of event type 1 or 2."""
    committed = (item.get("ReferencedSOPInstanceUID") for item in information.get("ReferencedSOPSequence") or ())
    failed = {
        str(item.get("ReferencedSOPInstanceUID")): int(item.get("FailureReason") or UNKNOWN_REASON)
        for item in information.get("FailedSOPSequence") or ()
    }
    return Report(
        transaction_uid=str(information.get("TransactionUID") or ""),
        committed=tuple(str(uid) for uid in committed if uid),
        failed=failed,
    )
