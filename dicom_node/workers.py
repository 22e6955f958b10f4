"""The worker processes: each kept warm, and fed by a thread of its own with one job at a time."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import structlog

from config.settings import Settings
from db.activities import Name
from dicom_node import worker
from dicom_node.job import Outcome
from dicom_node.steps import Steps
from dicom_node.steps.segmenting import Segment
from dicom_node.threads import start
from dicom_node.valves import Valves
from dicom_node.work.bench import Closed, Workbench, WorkerLost
from dicom_node.work.engine import Engine
from inference.model_card import ModelCard

LOG = structlog.get_logger(__name__)
WARM_UP_AGAIN = 5.0
"""Seconds after a failed warm-up."""
LOOK_UP = 0.5
"""Seconds after which a waiting thread looks whether it should stop."""


def workers(
    stack: ExitStack, settings: Settings, engine: Engine, steps: Steps, valves: Valves
) -> tuple[threading.Event, Callable[[], None]]:
    """Start every worker with the thread that feeds it.

    The event is set when the first is warm; the call opens those again that died with nothing to do.
    """
    ready = threading.Event()
    openings = [_opening(settings, number, steps.card) for number in range(settings.work.workers)]
    benches = [_bench(settings, number, opening) for number, opening in enumerate(openings)]
    for opening, bench in zip(openings, benches, strict=True):
        start(stack, "analyse", partial(_analyse, engine, steps, bench, ready, valves), bench.close)
        ask = partial(bench.do, partial(worker.segment_single, opening))
        start(stack, "segment", partial(_segment, engine, steps, ask, ready), bench.close)

    def look_after() -> None:
        for bench in benches:
            bench.look_after()

    return ready, look_after


def _analyse(
    engine: Engine,
    steps: Steps,
    bench: Workbench[Outcome],
    ready: threading.Event,
    valves: Valves,
    stop: threading.Event,
) -> None:
    """Warm before work is taken; then one job at a time."""
    analyse = valves.unless_paused(Name.ANALYSE, partial(steps.analyse, bench))
    while not stop.is_set():
        try:
            bench.wait_ready()
        except Closed:
            return
        except WorkerLost as lost:
            LOG.error("worker.not_ready", why=str(lost))
            stop.wait(WARM_UP_AGAIN)
        else:
            LOG.info("worker.ready")
            ready.set()
            engine.run(analyse, steps.give_up, "analyse", stop)


def _segment(engine: Engine, steps: Steps, ask: Segment, ready: threading.Event, stop: threading.Event) -> None:
    """Slices that people uploaded, between the jobs of the same worker, once it is warm."""
    while not ready.wait(LOOK_UP):
        if stop.is_set():
            return
    engine.run(partial(steps.segment, ask), steps.give_up, "segment", stop)


def _opening(settings: Settings, number: int, card: ModelCard) -> worker.Opening:
    return worker.Opening(
        rules=settings.analysis,
        cache=settings.node.data / "cache",
        device=settings.work.device_of(number),
        threads=settings.work.threads,
        card=card,
    )


def _bench(settings: Settings, number: int, opening: worker.Opening) -> Workbench[Outcome]:
    return Workbench(
        partial(worker.warm, opening),
        partial(worker.perform, opening),
        limit=settings.work.limit,
        trace=settings.node.data / f"worker-{number}.trace",
    )
