"""What Prometheus is told: everything that happened, counted by its moves, and how long it took.

Counters are counted from `event`, from which nothing is ever taken away, not by a purge nor by forgetting a patient:
they survive restarts and never fall.  Only what is new since the last look is read.

How long things took can't be counted so: the rows that know it go with the patient who is forgotten, and a counter
that falls by one is a restart to Prometheus.  Histograms begin with the first look of a process, which is the restart
that it takes them for; its rates are right from then on.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, case, func, select
from sqlalchemy.orm import Session

from db.load import MEASURED, Move, among, moved
from db.schema import Analysis, Delivery, Event, Instance, Measurement, Refusal, Study
from db.session import reading

MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "studies_received": ("study", None, "open"),
        "series_received": ("series", None, "receiving"),
        "series_closed": ("series", "receiving", "closed"),
        "analyses_asked": ("analysis", None, "queued"),
        "done": ("analysis", "running", "done"),
        "held": ("analysis", "running", "held"),
        "not_measured": ("analysis", "running", "not_measured"),
        "attempts_failed": ("analysis", "running", "failed"),
        "dead": ("analysis", "failed", "dead"),
        "objects_sent": ("delivery", "pending", "sent"),
        "objects_verified": ("delivery", "sent", "verified"),
        "objects_dead": ("delivery", "pending", "dead"),
    }
)
"""What is counted."""
AT_ONCE = 100_000
"""Events of one transaction: the first look reads all that there ever were, and holds up nobody who writes."""
MINUTE, HOUR, DAY = 60, 3600, 86400
EDGES_S: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "received_to_measured": (5, 10, 20, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY),
        "analysis": (0.5, 1, 2, 3, 5, 8, 13, 21, 34, MINUTE, 2 * MINUTE),
        "sent_to_verified": (1, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY),
    }
)
"""Upper edges of the buckets of each histogram, seconds."""


class Histogram:
    """Seconds in buckets; `edges` are their upper edges, the last bucket has none."""

    def __init__(self, edges: Sequence[float]) -> None:
        self.edges = edges
        self.sum = 0.0
        self._counts = [0] * (len(edges) + 1)

    def add(self, seconds: float) -> None:
        """One more; a clock that was set back makes it nothing."""
        seconds = max(seconds, 0.0)
        self.sum += seconds
        self._counts[bisect_left(self.edges, seconds)] += 1

    @property
    def cumulative(self) -> list[tuple[str, float]]:
        """(edge, how many are not above it), as Prometheus wants them."""
        names = [*(f"{edge:g}" for edge in self.edges), "+Inf"]
        return [(name, float(sum(self._counts[: at + 1]))) for at, name in enumerate(names)]


class Tally:
    """What happened up to the last look; one for each process that is asked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.images = 0
        """The highest number that an image's row was given, for no event tells of each.  Forgotten rows count on;
        only a new process finds a lower one where the very newest images were forgotten."""
        self.histograms = {name: Histogram(edges) for name, edges in EDGES_S.items()}
        self._last, self._begun = 0, False
        self._lock = threading.Lock()

    def look(self, engine: Engine) -> None:
        """Read what is new."""
        with self._lock:
            while self._read_on(engine):
                pass
            self._begun = True

    def _read_on(self, engine: Engine) -> bool:
        """The next events; whether there are more."""
        with reading(engine) as session:
            newest = session.scalar(select(func.max(Event.id))) or 0
            upto = min(newest, self._last + AT_ONCE)
            new = Event.id > self._last, Event.id <= upto
            sums = select(*(func.count(case((moved(move), 1))) for move in MOVES.values())).where(*new)
            self.counts.update(dict(zip(MOVES, session.execute(sums).one(), strict=True)))
            self.images = max(self.images, session.scalar(select(func.max(Instance.id))) or 0)
            if self._begun:
                self._time(session, new)
        self._last = upto
        return upto < newest

    def _time(self, session: Session, new: tuple[Any, ...]) -> None:
        measured = (
            select(Event.at, Study.last_at, Analysis.revision, Measurement.seconds)
            .join(Analysis, Analysis.id == Event.entity_id)
            .join(Study, Study.id == Analysis.study_id)
            .join(Measurement, Measurement.analysis_id == Analysis.id)
        )
        for at, received_at, revision, seconds in session.execute(measured.where(*new, among(*MEASURED))):
            if revision == 1:  # the first answer to what was received
                self.histograms["received_to_measured"].add((at - received_at).total_seconds())
            if seconds is not None:
                self.histograms["analysis"].add(seconds)
        verified = select(Event.at, Delivery.sent_at).join(Delivery, Delivery.id == Event.entity_id)
        for at, sent_at in session.execute(verified.where(*new, among(MOVES["objects_verified"]))):
            if sent_at is not None:
                self.histograms["sent_to_verified"].add((at - sent_at).total_seconds())


def refused(session: Session) -> dict[str, int]:
    """What the door turned away, by kind."""
    query = select(Refusal.kind, func.sum(Refusal.count)).group_by(Refusal.kind)
    return {kind: int(count) for kind, count in session.execute(query)}
