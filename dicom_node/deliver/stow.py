"""STOW-RS of stored objects to one DICOMweb service, one connection for a batch (PS3.18 section 10.5).

An object is there only when the answer names it; a 200 that does not is a failure.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

from config.settings import StowDestination
from dicom_node import tls
from dicom_node.deliver.fate import Fate, Receipt, Thing, http_meaning, meaning
from dicom_node.deliver.send import DAMAGED, is_whole, until_stopped
from dicom_node.deliver.web import Unanswered, client, failures_told

FAILED, STORED, INSTANCE, FAILURE_REASON = "00081198", "00081199", "00081155", "00081197"
"""FailedSOPSequence, ReferencedSOPSequence, ReferencedSOPInstanceUID, FailureReason."""
BOUNDARY = "l3node-7c1f0c2b9d5e4f6a8b3d"


def send(
    things: Sequence[Thing],
    to: StowDestination,
    _calling_ae: str,
    wanted: Callable[[int], bool] = lambda _key: True,
    context: tls.Context = tls.no_certificate,
) -> Iterator[Receipt]:
    """Send over one connection; receipts as of `send.send`."""
    whole = [thing for thing in things if is_whole(thing)]
    yield from (Receipt(one.key, Fate.NEVER, DAMAGED) for one in things if one not in whole)
    if not whole:
        return
    try:
        with client(to, context) as service:
            yield from until_stopped(_store(service, thing) for thing in whole if wanted(thing.key))
    except (Unanswered, tls.Unusable) as why:  # its secret can't be read, no certificate
        yield Receipt(whole[0].key, Fate.LATER, str(why))


def echo(to: StowDestination, context: tls.Context = tls.no_certificate) -> str:
    """Ask for one study, to see whether the service is there and lets us in; empty when it answered, else why not."""
    try:
        with client(to, context) as service, failures_told():
            code = service.get("/studies", params={"limit": "1"}).status_code
    except Unanswered as why:
        return str(why)
    return "" if code in (200, 204) else f"HTTP {code}"


def _store(service: httpx.Client, thing: Thing) -> Receipt:
    kind = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = b"".join((head, thing.path.read_bytes(), f"\r\n--{BOUNDARY}--\r\n".encode()))
    try:
        with failures_told():
            answer = service.post("/studies", content=body, headers={"Content-Type": kind})
    except Unanswered as silence:
        return Receipt(thing.key, Fate.LOST if silence.sent else Fate.LATER, str(silence))
    return _judged(thing, answer)


def _judged(thing: Thing, answer: httpx.Response) -> Receipt:
    found = http_meaning(answer.status_code)
    if found.fate is Fate.LATER:
        return Receipt(thing.key, Fate.LATER, f"HTTP {answer.status_code}")
    report = _report(answer)
    if found.fate is Fate.SENT and _item(report, STORED, thing):
        return Receipt(thing.key, Fate.SENT)
    if item := _item(report, FAILED, thing):
        reason = _first(item, FAILURE_REASON)
        status = reason if isinstance(reason, int) and reason > 0 else -1
        refused = meaning(status)
        return Receipt(thing.key, refused.fate, f"HTTP {answer.status_code}, FailureReason {reason}")
    return Receipt(thing.key, Fate.AGAIN, f"HTTP {answer.status_code}, which does not name the object as stored")


def _report(answer: httpx.Response) -> dict[str, Any]:
    """The Store Instances Response Module in DICOM JSON; empty where the answer is none."""
    try:
        report = answer.json()
    except ValueError:
        return {}
    first = report[0] if isinstance(report, list) and report else report
    return first if isinstance(first, dict) else {}


def _item(report: dict[str, Any], sequence: str, thing: Thing) -> dict[str, Any] | None:
    """What the answer says of the thing in one of its sequences."""
    element = report.get(sequence)
    items = element.get("Value") if isinstance(element, dict) else None
    found = (item for item in items or () if isinstance(item, dict))
    return next((item for item in found if _first(item, INSTANCE) == thing.sop_instance_uid), None)


def _first(item: dict[str, Any], tag: str) -> object:
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else None
