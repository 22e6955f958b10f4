"""The registrar: turns stored files into rows, a batch a transaction, and adopts files whose rows a crash took.

One thread.  A file it cannot read goes aside with a counted reason; it never stops the door.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path

import structlog
from pydicom.errors import InvalidDicomError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from db import inbox, refusals
from db.inbox import Arrival, Registered, Undecided
from db.session import Sessions
from dicom_node.receive.arrival import read_arrival, same_pixels
from dicom_node.receive.spool import Spool

LOG = structlog.get_logger(__name__)

BATCH = 200
PAUSE = 0.015
"""Seconds without news that end a batch: when little arrives, rows follow their files within 50 ms."""
LONGEST_WAIT = 0.05
"""Seconds from the first of a batch to its writing: a transaction costs as much as the rows of 60 images."""
RETRY_WAIT = 1.0
PATIENCE = 60
"""Tries before a file that the disk can't give no longer holds up the others."""
UNREADABLE = (InvalidDicomError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError)
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
        self._adopted: frozenset[Path] = frozenset()
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
        """Queue every spool file without a row; delete what was never wholly received, and so never answered."""
        if parts := self._spool.remove_parts():
            LOG.info("spool.incomplete_files_removed", count=parts)
        return self.adopt_files(self._spool.files())

    def adopt_files(self, files: Iterable[Path]) -> int:
        """Queue those that have no row; their number."""
        left, lost = iter(files), 0
        while names := [self._name(path) for path in islice(left, BATCH)]:
            with self._sessions() as session:
                without = inbox.without_row(session, names)
            paths = [self._data / name for name in without]
            self._adopted |= frozenset(paths)
            for path in paths:
                self.put(path)
            lost += len(without)
        return lost

    def _next_batch(self) -> list[News]:
        batch: list[News] = []
        with suppress(queue.Empty):
            batch.append(self._news.get(timeout=0.2))
            ends = time.monotonic() + LONGEST_WAIT
            while len(batch) < BATCH and not isinstance(batch[-1], Ended) and (left := ends - time.monotonic()) > 0:
                batch.append(self._news.get(timeout=min(left, PAUSE)))
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
            except Exception as fault:  # noqa: BLE001 - a value that nobody takes must not stop the registrar
                if isinstance(fault, DBAPIError) and fault.connection_invalidated:
                    continue  # the database restarts; the next try meets that above or finds it back
                return self._one_by_one(batch, fault, stop)
        return None

    def _one_by_one(self, batch: list[News], fault: Exception, stop: threading.Event) -> None:
        if len(batch) > 1:
            for news in batch:
                self._until_written([news], stop)
        elif isinstance(news := batch[0], Path):
            self._put_aside(news, fault)
        else:
            LOG.error("registrar.not_written", what=type(news).__name__, error=type(fault).__name__)
            if isinstance(news, Ended):
                news.written()

    def _put_aside(self, path: Path, fault: Exception) -> None:
        """Out of the way, with a row that says so: its sender was answered with success."""
        reason, now = f"answered, then put aside as unreadable: {type(fault).__name__}", datetime.now(UTC)
        LOG.warning("registrar.unreadable_file_put_aside", error=type(fault).__name__)
        self._spool.put_aside(path)
        self.put(TurnedAway(partial(refusals.turned_away, kind="object", reason=reason, now=now)))

    def _write(self, batch: Iterable[News], arrivals: list[Arrival]) -> None:
        """Rows, then what follows for the files, then the end of visits: whoever hears of it finds all in place."""
        done = self._committed(batch, arrivals)
        for name in done.drop:
            (self._data / name).unlink(missing_ok=True)
        for name in done.aside:
            self._spool.put_aside(self._data / name)
        for news in batch:
            if isinstance(news, Ended):
                news.written()
                self._ended()

    def _committed(self, batch: Iterable[News], arrivals: list[Arrival]) -> Registered:
        """Pixels are decoded between two transactions, so that nobody waits for the lock while a sender's data is."""
        same: dict[tuple[str, str], bool] = {}
        while True:
            try:
                return self._transaction(batch, arrivals, same)
            except Undecided as undecided:
                same |= {(one, other): self._same_pixels(one, other) for one, other in undecided.pairs}

    def _transaction(
        self, batch: Iterable[News], arrivals: list[Arrival], same: dict[tuple[str, str], bool]
    ) -> Registered:
        with self._sessions.begin() as session:
            done = inbox.register(session, arrivals, lambda known, new: same.get((known, new)))
            for news in batch:
                if isinstance(news, Ended):
                    inbox.association_ended(session, news.series_instance_uids, released=news.released)
                elif isinstance(news, TurnedAway):
                    news.note(session)
        return done

    def _same_pixels(self, one: str, other: str) -> bool:
        return same_pixels(self._data / one, self._data / other)

    def _arrivals(self, batch: Iterable[News], *, patient: bool) -> Iterator[Arrival]:
        """Files read back; one that the disk can't give raises while `patient`, later it waits for the next start."""
        for path in batch:
            if isinstance(path, Path):
                try:
                    yield replace(read_arrival(path, self._name(path)), adopted=path in self._adopted)
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
