"""The registrar: turns stored files into rows, a batch a transaction, and adopts files whose rows a crash took.

One thread.  A file it cannot read goes aside with a counted reason; it never stops the door.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import structlog
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.multival import MultiValue
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from db import inbox
from db.inbox import Arrival
from db.session import Sessions
from dicom_node.digests import geometry, pixels_digest, position_mm
from dicom_node.receive.glance import Malformed, glance
from dicom_node.receive.spool import Spool
from reporting.identity import identity_digest

LOG = structlog.get_logger(__name__)

BATCH = 50
BATCH_WAIT = 0.03
"""Seconds from the first of a batch to its writing; rows follow their files within 50 ms."""
RETRY_WAIT = 1.0
PATIENCE = 60
"""Tries before a file that the disk can't give no longer holds up the others."""
LONGEST_TEXT = 64
"""Characters of an LO (PS3.5 table 6.2-1)."""
UNREADABLE = (InvalidDicomError, Malformed, ValueError, KeyError, AttributeError, TypeError, NotImplementedError)
"""What pydicom raises on values that are not what their VR says."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An association is over: `released`, or broken off.  `written` is called when its files have their rows."""

    series_instance_uids: tuple[str, ...]
    released: bool
    written: Callable[[], None]


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Something was refused or not needed; `note` writes the row."""

    note: Callable[[Session], None]


News = Path | Ended | TurnedAway


class Registrar:
    """Files in, rows out.  `put` from any thread; `run` in one.  `ended`: an association is over in rows."""

    def __init__(
        self, sessions: Sessions, spool: Spool, data: Path, ended: Callable[[], None] = lambda: None
    ) -> None:
        self._sessions = sessions
        self._spool = spool
        self._data = data
        self._ended = ended
        self._news: queue.Queue[News] = queue.Queue()

    def put(self, news: News) -> None:
        """Tell the registrar; returns at once."""
        self._news.put(news)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set and nothing is left."""
        while not (stop.is_set() and self._news.empty()):
            if batch := self._next_batch():
                self._until_written(batch, stop)

    def adopt(self) -> int:
        """Queue every complete spool file without a row; delete incomplete ones, which were never answered."""
        with self._sessions() as session:
            known = inbox.known_paths(session)
        lost = [path for path in self._spool.files() if self._name(path) not in known]
        for path in lost:
            self._adopt_one(path)
        return len(lost)

    def _adopt_one(self, path: Path) -> None:
        try:
            _check_complete(path)
        except (*UNREADABLE, EOFError):
            path.unlink(missing_ok=True)
            LOG.info("spool.incomplete_file_removed")
        else:
            self.put(path)

    def _next_batch(self) -> list[News]:
        try:
            batch = [self._news.get(timeout=0.2)]
        except queue.Empty:
            return []
        ends = time.monotonic() + BATCH_WAIT
        while len(batch) < BATCH and (left := ends - time.monotonic()) > 0:
            try:
                batch.append(self._news.get(timeout=left))
            except queue.Empty:
                break
        return batch

    def _until_written(self, batch: list[News], stop: threading.Event) -> None:
        """The files are safe; rows wait for as long as the database or the disk is away."""
        for tries in count():
            try:
                return self._write(batch, list(self._arrivals(batch, patient=tries < PATIENCE)))
            except (OperationalError, OSError):
                LOG.exception("registrar.database_or_disk_away")
                if stop.wait(RETRY_WAIT):
                    return None
            except SQLAlchemyError as fault:  # a value that the database does not take
                return self._one_by_one(batch, fault, stop)
        return None

    def _one_by_one(self, batch: list[News], fault: SQLAlchemyError, stop: threading.Event) -> None:
        if len(batch) > 1:
            for news in batch:
                self._until_written([news], stop)
        elif isinstance(batch[0], Path):
            self._put_aside(batch[0], fault)

    def _put_aside(self, path: Path, fault: Exception) -> None:
        """Out of the way, with a row that says so: its sender was answered with success."""
        reason, now = f"answered, then put aside as unreadable: {type(fault).__name__}", datetime.now(UTC)
        LOG.warning("registrar.unreadable_file_put_aside", error=type(fault).__name__)
        self._spool.put_aside(path)
        self.put(TurnedAway(partial(inbox.turned_away, kind="object", reason=reason, now=now)))

    def _write(self, batch: Iterable[News], arrivals: list[Arrival]) -> None:
        with self._sessions.begin() as session:
            done = inbox.register(session, arrivals, self._same_pixels)
            for news in batch:
                if isinstance(news, Ended):
                    inbox.association_ended(session, news.series_instance_uids, released=news.released)
                elif isinstance(news, TurnedAway):
                    news.note(session)
        for news in batch:
            if isinstance(news, Ended):
                news.written()
                self._ended()
        for name in done.drop:
            (self._data / name).unlink(missing_ok=True)
        for name in done.aside:
            self._spool.put_aside(self._data / name)

    def _arrivals(self, batch: Iterable[News], *, patient: bool) -> Iterator[Arrival]:
        """Files read back; one that the disk can't give raises while `patient`, later it waits for the next start."""
        for path in batch:
            if isinstance(path, Path):
                try:
                    yield read_arrival(path, self._name(path))
                except FileNotFoundError:  # dropped or put aside in an earlier try
                    continue
                except OSError:
                    if patient:
                        raise
                    LOG.exception("registrar.file_left_for_the_next_start")
                except Exception as fault:  # noqa: BLE001 - whatever a sender wrote must not stop the registrar
                    self._put_aside(path, fault)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._data))

    def _same_pixels(self, one: str, other: str) -> bool:
        try:
            first, second = dcmread(self._data / one), dcmread(self._data / other)
            return geometry(first) == geometry(second) and np.array_equal(first.pixel_array, second.pixel_array)
        except (*UNREADABLE, LookupError, RuntimeError, OSError):
            return False


def read_arrival(path: Path, name: str) -> Arrival:
    """Everything the rows need, read back from the file; raises what pydicom raises on broken values."""
    dataset = dcmread(path)
    stat = path.stat()
    return Arrival(
        path=name,
        size_bytes=stat.st_size,
        sop_class_uid=str(dataset.SOPClassUID),
        sop_instance_uid=str(dataset.SOPInstanceUID),
        transfer_syntax_uid=str(dataset.file_meta.TransferSyntaxUID),
        study_instance_uid=str(dataset.StudyInstanceUID),
        series_instance_uid=str(dataset.SeriesInstanceUID),
        patient_id=_text(dataset, "PatientID"),
        issuer_of_patient_id=_text(dataset, "IssuerOfPatientID"),
        accession_number=_text(dataset, "AccessionNumber"),
        source_ae=dataset.file_meta.get("SourceApplicationEntityTitle"),
        identity_digest=identity_digest(dataset),
        pixels_digest=pixels_digest(dataset),
        position_mm=position_mm(dataset),
        received_at=datetime.fromtimestamp(stat.st_mtime, UTC),
    )


def _text(dataset: Dataset, keyword: str) -> str | None:
    """One value as text; several (a backslash in an ID) as they were sent; at most what the column holds."""
    value = dataset.get(keyword)
    whole = "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value or "")
    return whole[:LONGEST_TEXT] or None


def _check_complete(path: Path) -> None:
    """Raise unless the file is Part 10 whose dataset ends at its last byte."""
    meta = read_file_meta_info(path)
    with path.open("rb") as file:
        file.seek(128 + 4 + 12 + meta.FileMetaInformationGroupLength)
        glance(file.read(), meta.TransferSyntaxUID)
