"""`/metrics` for Prometheus: counters, histograms and gauges over the whole database.  No patient data.

Processes that share a database tell the same counters: one of them is scraped.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session
from starlette.responses import Response

from db import activities, jobs, load, worklist
from db.activities import Name
from db.schema import STATES
from db.session import reading
from db.tally import Tally, refused
from dicom_node.web.pages.system import disk
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)
COUNTED = {
    "studies_received": "Studies of which an image came",
    "series_received": "Series of which an image came",
    "series_closed": "Times that a series was complete",
    "analyses_asked": "Analyses that were asked for",
    "attempts_failed": "Attempts at an analysis that failed",
    "objects_sent": "Objects that a destination took",
    "objects_verified": "Objects of which a destination said, asked again, that it has them",
    "objects_dead": "Objects that can't be delivered",
}
OUTCOMES = ("done", "held", "not_measured", "dead")
TIMED = {
    "received_to_measured": "From a study's last image to its first measurement",
    "analysis": "Work on one measured analysis",
    "sent_to_verified": "From sending an object to knowing that it is there",
}


@router.get("/metrics")
def metrics(request: Request, visitor: Annotated[Visitor, Depends(needs(None))]) -> Response:
    """In Prometheus' text format, with a token of any scope."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Node(room_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Node(Collector):
    """Everything, read in one transaction."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def collect(self) -> Iterator[Metric]:
        """Counters, histograms, gauges."""
        room = self._room
        room.tally.look(room.engine)
        with reading(room.engine) as session:
            yield from _counters(session, room.tally)
            yield from _histograms(room.tally)
            yield from _waiting(session, room.now())
            yield from _destinations(session, [one.name for one in room.settings.destination])
            yield _paused(session)
        space = disk(room.data)
        yield GaugeMetricFamily("l3node_disk_free_bytes", "Free where the data folder is", value=space["free"])
        yield GaugeMetricFamily("l3node_disk_total_bytes", "Size of the disk", value=space["total"])


def _counters(session: Session, counted: Tally) -> Iterator[Metric]:
    for name, words in COUNTED.items():
        yield CounterMetricFamily(f"l3node_{name}", words, value=counted.counts[name])
    yield CounterMetricFamily("l3node_instances_received", "Images that were received", value=counted.images)
    finished = {outcome: counted.counts[outcome] for outcome in OUTCOMES}
    yield _labelled(CounterMetricFamily, "l3node_analyses_finished", "Analyses by outcome", "outcome", finished)
    yield _labelled(CounterMetricFamily, "l3node_refused", "What the door turned away", "kind", refused(session))


def _histograms(counted: Tally) -> Iterator[Metric]:
    for name, words in TIMED.items():
        found = counted.histograms[name]
        yield HistogramMetricFamily(f"l3node_{name}_seconds", words, buckets=found.cumulative, sum_value=found.sum)


def _waiting(session: Session, now: datetime) -> Iterator[Metric]:
    undone = load.undone(session)
    rows = GaugeMetricFamily("l3node_undone", "What goes on by itself or wants a person", labels=["entity", "state"])
    for entity, counts in undone.items():
        for state, count in counts.items():
            rows.add_metric([entity, state], count)
    yield rows
    backlog = sum(undone["analysis"][state] for state in jobs.WAITING)
    yield GaugeMetricFamily("l3node_backlog", "Analyses that wait or run", value=backlog)
    reviews, review_since = worklist.waiting_reviews(session)
    yield GaugeMetricFamily("l3node_open_reviews", "Studies that wait for a person", value=reviews)
    since = {"analysis": load.waiting_since(session), "review": review_since, "object": load.unsent_since(session)}
    ages = {what: load.age(begins, now).total_seconds() for what, begins in since.items()}
    words = "How long the oldest waits; 0 where none does"
    yield _labelled(GaugeMetricFamily, "l3node_oldest_waiting_seconds", words, "what", ages)


def _destinations(session: Session, names: list[str]) -> Iterator[Metric]:
    circuits, unsent = load.circuits(session), load.unsent(session)
    words = "1 for the state of its circuit"
    states = GaugeMetricFamily("l3node_destination", words, labels=["destination", "state"])
    waiting = GaugeMetricFamily("l3node_destination_waiting", "Objects not yet sent", labels=["destination"])
    for name in names:
        for state in STATES["destination"]:
            states.add_metric([name, state], float(state == circuits.get(name, "closed")))
        waiting.add_metric([name], unsent.get(name, 0))
    yield states
    yield waiting


def _paused(session: Session) -> Metric:
    paused = activities.paused(session)
    found = {name.value: float(name in paused) for name in Name}
    return _labelled(GaugeMetricFamily, "l3node_paused", "1 where a person paused it", "activity", found)


def _labelled(
    family: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    words: str,
    label: str,
    values: Mapping[str, float],
) -> Metric:
    made = family(name, words, labels=[label])
    for key, value in values.items():
        made.add_metric([key], value)
    return made
