"""The engine of one host: queues in the one process that owns the data folder.  No claims, no leases."""

import heapq
import queue
import threading
from collections.abc import Mapping

import structlog
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dicom_node.work.engine import GiveUp, Kind, Perform, Work

LOG = structlog.get_logger(__name__)
LOOK_UP = 0.2
"""Seconds after which a waiting thread looks whether it should stop."""
LONGEST = 1_000
"""Work of a kind that is kept in memory; the rest stays in its rows, from where the sweep brings it."""
KINDS: tuple[Kind, ...] = ("choose", "analyse", "segment", "send", "verify")


class Line(queue.PriorityQueue[tuple[int, int, Work]]):
    """The most urgent of the work of one kind."""

    def shortened(self) -> Work | None:
        """Leave out the least urgent when there is no room for it; what it was."""
        with self.mutex:
            if len(self.queue) <= LONGEST:
                return None
            least = max(self.queue)
            self.queue.remove(least)
            heapq.heapify(self.queue)
            return least[-1]

    def drop(self, work: Work) -> bool:
        """Take work out of the line; False when it does not wait in it."""
        with self.mutex:
            kept = [one for one in self.queue if one[-1] != work]
            found = len(kept) < len(self.queue)
            self.queue[:] = kept
            heapq.heapify(self.queue)
            return found


class Embedded:
    """Priority queues in memory; what a crash takes, the sweep hands over again from the rows."""

    def __init__(self) -> None:
        self._queues: dict[Kind, Line] = {kind: Line() for kind in KINDS}
        self._known: dict[Work, int] = {}
        self._lock = threading.Lock()
        self._count = 0

    def hand_over(self, session: Session, work: Work, priority: int = 0) -> None:
        """Queue `work` when `session` commits; a higher priority comes first, equal ones in order."""
        event.listen(session, "after_commit", lambda _session: self._put(work, priority), once=True)

    def known(self, _session: Session | None = None) -> Mapping[Work, int]:
        """What is queued or being done, with its priority."""
        with self._lock:
            return dict(self._known)

    def run(self, perform: Perform, give_up: GiveUp, kind: Kind, stop: threading.Event) -> None:
        """Perform work of one kind until `stop`; the worker loop that must survive."""
        while not stop.is_set():
            try:
                _, _, work = self._queues[kind].get(timeout=LOOK_UP)
            except queue.Empty:
                continue
            try:
                perform(work)
            except Exception as fault:  # noqa: BLE001 - the loop must survive; the row says what happened
                self._survive(give_up, work, fault)
            finally:
                with self._lock:
                    self._known.pop(work, None)

    def _survive(self, give_up: GiveUp, work: Work, fault: Exception) -> None:
        """Record the fault in the row; with the database away the row stays due and the sweep brings it back."""
        try:
            give_up(work, fault)
        except SQLAlchemyError:
            LOG.exception("work.fault_not_recorded", kind=work.kind, id=work.id)

    def waiting(self) -> int:
        """How much is queued or being done."""
        with self._lock:
            return len(self._known)

    def _put(self, work: Work, priority: int) -> None:
        line = self._queues[work.kind]
        with self._lock:
            if work in self._known and not (self._known[work] < priority and line.drop(work)):
                return
            self._known[work] = priority
            self._count += 1
            line.put((-priority, self._count, work))
            if (left_out := line.shortened()) is not None:
                self._known.pop(left_out, None)
