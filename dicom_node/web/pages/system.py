"""How the node does: what waits, what was done, how full the disk is, which model, which destinations; for people
as a page, for Prometheus as metrics.  No patient data.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from db import load
from db.accounts import Role
from db.session import reading
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)
DAY = timedelta(days=1)


@router.get("/system")
def page(request: Request, visitor: Annotated[Visitor, Depends(needs(Role.VIEWER))]) -> Response:
    """The page."""
    room = room_of(request)
    with reading(room.engine) as session:
        shown: dict[str, Any] = {
            "title": "System",
            "states": load.states(session),
            "day": load.done_since(session, room.now() - DAY),
            "destinations": load.destinations(session, [one.name for one in room.settings.destination]),
            "scanners": load.scanners(session),
            "models": load.models(session),
            "disk": _disk(room),
            "settings": room.settings,
        }
        return room.page(request, "system.html", visitor, **shown)


@router.get("/metrics")
def metrics(request: Request, visitor: Annotated[Visitor, Depends(needs(None))]) -> Response:
    """For Prometheus, with a token of any scope."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Node(room_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Node(Collector):
    """Reads the rows once for each scrape; keeps nothing between them."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def collect(self) -> Iterator[Metric]:
        """States, latencies, disk."""
        with reading(self._room.engine) as session:
            states, latencies = load.states(session), load.latencies(session)
        rows = GaugeMetricFamily("l3node_rows", "Rows in each state", labels=["entity", "state"])
        for entity, counts in states.items():
            for state, count in counts.items():
                rows.add_metric([entity, state], count)
        yield rows
        seconds = HistogramMetricFamily("l3node_analysis_seconds", "Work on one measured analysis, last 1000")
        buckets = [(f"{edge:g}", float(sum(one <= edge for one in latencies))) for edge in load.EDGES_S]
        seconds.add_metric([], [*buckets, ("+Inf", float(len(latencies)))], sum(latencies))
        yield seconds
        disk = _disk(self._room)
        yield GaugeMetricFamily("l3node_disk_free_bytes", "Free bytes where the data folder is", value=disk["free"])
        waiting = states.get("analysis", {})
        backlog = sum(waiting.get(state, 0) for state in ("queued", "running", "failed"))
        yield GaugeMetricFamily("l3node_backlog", "Analyses that wait or run", value=backlog)


def _disk(room: Room) -> dict[str, Any]:
    usage = shutil.disk_usage(room.data)
    return {"free": usage.free, "total": usage.total, "part": 1 - usage.free / usage.total}
