"""What becomes of an object that is offered: kept, not needed, or refused, and what its sender is told.

Knows no sockets: both receivers bring the pieces of an object here and send the answer that it gives.
"""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from pydicom.uid import UID
from pynetdicom.sop_class import CTImageStorage, EnhancedCTImageStorage
from sqlalchemy.orm import Session

from config.settings import ReceiveSettings
from db import optout, refusals
from dicom_node.receive.glance import Glance, Malformed, glance
from dicom_node.receive.pdu import Command
from dicom_node.receive.register import Ended, Registrar, TurnedAway
from dicom_node.receive.spool import DiskFull, Incoming, Spool, file_meta
from dicom_node.status import CANNOT_UNDERSTAND, DATASET_MISMATCH, OUT_OF_RESOURCES, SUCCESS

LOG = structlog.get_logger(__name__)
NEEDED = frozenset({CTImageStorage, EnhancedCTImageStorage})
LONGEST_UID = 64
DEFLATED_AT_MOST = 50
"""Times by which an honest CT is smaller when deflated; more is a bomb."""


OptedOut = Callable[[str], str | None]
"""PatientID -> the key of a patient whose images are not taken, None for everybody else."""


def nobody_opted_out(_patient_id: str) -> None:
    """The door of a site where nobody opted out."""


class Refused(Exception):
    """The object is not taken; the sender is answered `status` and told why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRequest:
    """A C-STORE-RQ in the presentation context that was negotiated for it."""

    context_id: int
    command: Command
    abstract_syntax: str
    transfer_syntax: UID


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """One association's own state; only its own thread writes it."""

    calling_ae: str = ""
    called_ae: str = ""
    address: str = ""
    folder: Path | None = None
    objects: int = 0
    stored: int = 0
    series: set[str] = field(default_factory=set)
    over: bool = False
    released: bool = False


class Door:
    """Takes objects in.  Success is answered when the file is durable; rows follow from `Registrar`."""

    def __init__(
        self,
        settings: ReceiveSettings,
        spool: Spool,
        registrar: Registrar,
        opted_out: OptedOut = nobody_opted_out,
    ) -> None:
        self.settings = settings
        self.spool = spool
        self.opted_out = opted_out
        self._registrar = registrar
        self._visits: WeakKeyDictionary[Any, Visit] = WeakKeyDictionary()
        self._present: list[Visit] = []
        self._lock = threading.Lock()

    def open(self, association: Any, visit: Visit) -> bool:
        """Let a peer in; False when max_associations are inside."""
        with self._lock:
            if sum(not one.over for one in self._present) >= self.settings.max_associations:
                return False
            self._visits[association] = visit
            self._present.append(visit)
            return True

    def visit(self, association: Any) -> Visit | None:
        """Who visits by this association; None before it was let in."""
        with self._lock:
            return self._visits.get(association)

    def visits(self) -> int:
        """Number of peers inside."""
        with self._lock:
            return sum(not visit.over for visit in self._present)

    def close(self, association: Any, *, released: bool) -> None:
        """The association was released or broke off; the visit's series are busy until its files have their rows."""
        visit = self.visit(association)
        if visit and not visit.over:
            visit.over, visit.released = True, released
            if visit.stored:
                LOG.info("receive.ended", images=visit.stored, calling_ae=visit.calling_ae, released=released)
            if not released:
                self.count(visit, "association", "ended without a release")
            self._registrar.put(Ended(self._alone(visit), released, partial(self._forget, visit)))

    def _alone(self, visit: Visit) -> tuple[str, ...]:
        """The series that no other visit carries on: of the others its end will tell whether they are whole."""
        with self._lock:
            others = {uid for one in self._present if one is not visit and not one.over for uid in one.series}
        return tuple(sorted(visit.series - others))

    def busy_series(self) -> frozenset[str]:
        """SeriesInstanceUIDs that an association carries, until its last file has a row."""
        with self._lock:
            return frozenset(uid for visit in self._present for uid in visit.series)

    def begin(self, association: Any, request: StoreRequest) -> "Reception":
        """An object is about to come; raises `KeyError` when nobody was let in by this association."""
        with self._lock:
            visit = self._visits[association]
        return Reception(self, visit, request)

    def keep(self, visit: Visit, file: Incoming, series_instance_uid: str) -> None:
        """Make the file durable and have its row made."""
        with self._lock:
            visit.series.add(series_instance_uid)
        file.commit()
        visit.stored += 1
        self._registrar.put(file.path)
        if visit.over:  # the peer did not wait for this answer
            self._registrar.put(Ended((series_instance_uid,), visit.released, lambda: None))

    def folder(self, visit: Visit) -> Path:
        """The visit's own folder."""
        if visit.folder is None:
            visit.folder = self.spool.open_folder(f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}")
        return visit.folder

    def count(self, visit: Visit, kind: str, reason: str) -> None:
        """Have a row say what was turned away, from whom and why."""
        LOG.info("receive.turned_away", kind=kind, reason=reason, calling_ae=visit.calling_ae)
        calling, called, address, now = visit.calling_ae, visit.called_ae, visit.address, datetime.now(UTC)

        def write(session: Session) -> None:
            refusals.turned_away(
                session, kind=kind, calling_ae=calling, called_ae=called, address=address, reason=reason, now=now
            )

        self._registrar.put(TurnedAway(write))

    def dropped(self, key: str) -> None:
        """Count an object of a patient who opted out; nothing else of it is kept."""
        self._registrar.put(TurnedAway(partial(optout.dropped, patient_key=key)))

    def _forget(self, visit: Visit) -> None:
        with self._lock:
            self._present.remove(visit)


class Reception:
    """One object while it comes.  A refused one is taken to its end, so that its sender can be answered."""

    def __init__(self, door: Door, visit: Visit, request: StoreRequest) -> None:
        self._door = door
        self._visit = visit
        self._request = request
        self._size = 0
        self._file: Incoming | None = None
        self._refused: Refused | None = None
        self._attempt(self._open)

    def write(self, pieces: Sequence[memoryview]) -> None:
        """More of the encoded dataset."""
        self._size += sum(map(len, pieces))
        if self._file:
            self._attempt(self._write, self._file, pieces)

    def end(self) -> tuple[int, str]:
        """That was all: the status of the answer, and what its error comment says."""
        if self._file:
            self._attempt(self._judge, self._file)
        if self._refused is None:
            return SUCCESS, ""
        self._door.count(self._visit, "object", str(self._refused))
        return self._refused.status, "" if self._refused.status == SUCCESS else str(self._refused)

    def abandon(self) -> None:
        """The rest will never come."""
        if self._file:
            self._file.discard()
            self._file = None

    def _attempt(self, step: Callable[..., None], *arguments: Any) -> None:
        try:
            step(*arguments)
        except Refused as refusal:
            self._refuse(refusal)
        except DiskFull:
            self._refuse(Refused(OUT_OF_RESOURCES, "disk full"))
        except Exception:
            LOG.exception("receive.fault")
            self._refuse(Refused(OUT_OF_RESOURCES, "fault in the receiver"))

    def _refuse(self, refusal: Refused) -> None:
        self._refused = refusal
        self.abandon()

    def _open(self) -> None:
        request = self._request
        if request.command.sop_class_uid != request.abstract_syntax:
            raise Refused(DATASET_MISMATCH, "SOP class is not that of the presentation context")
        if request.command.sop_class_uid not in NEEDED:
            raise Refused(SUCCESS, f"not CT: {UID(request.command.sop_class_uid).name}")
        meta = file_meta(
            request.command.sop_class_uid,
            request.command.sop_instance_uid,
            request.transfer_syntax,
            self._visit.calling_ae,
        )
        folder = self._door.folder(self._visit)
        self._visit.objects += 1
        self._file = self._door.spool.begin(folder, self._visit.objects, meta)

    def _write(self, file: Incoming, pieces: Sequence[memoryview]) -> None:
        if self._size > self._door.settings.max_object_bytes:
            raise Refused(OUT_OF_RESOURCES, "object over max_object_bytes")
        file.write(pieces)

    def _judge(self, file: Incoming) -> None:
        largest = min(self._door.settings.max_object_bytes, DEFLATED_AT_MOST * self._size + 2**20)
        try:
            with file.dataset() as dataset:
                seen = glance(dataset, self._size, self._request.transfer_syntax, limit=largest)
        except Malformed as fault:
            raise Refused(CANNOT_UNDERSTAND, str(fault)) from None
        _check_uids(seen, self._request.command)
        if seen.modality != "CT":
            raise Refused(SUCCESS, f"not CT: Modality {seen.modality[:16] or 'is missing'}")
        if key := self._door.opted_out(seen.patient_id):
            self._door.dropped(key)
            raise Refused(SUCCESS, "the patient opted out")
        self._door.keep(self._visit, file, seen.series_instance_uid)


def _check_uids(seen: Glance, command: Command) -> None:
    if seen.sop_class_uid != command.sop_class_uid:
        raise Refused(DATASET_MISMATCH, "SOPClassUID of dataset and request differ")
    if seen.sop_instance_uid != command.sop_instance_uid:
        raise Refused(DATASET_MISMATCH, "SOPInstanceUID of dataset and request differ")
    for uid in (seen.sop_instance_uid, seen.study_instance_uid, seen.series_instance_uid):
        if not uid or len(uid) > LONGEST_UID or not UID(uid).is_valid:
            raise Refused(DATASET_MISMATCH, "a UID is missing or not valid")
