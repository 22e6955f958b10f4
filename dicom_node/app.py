"""One place puts the parts together; the command line, the demo and the tests start this same node."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from multiprocessing.process import BaseProcess

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node import models, tls, worker
from dicom_node.counting import Counting, countings, counts_of
from dicom_node.data_folder import CannotStart, owning
from dicom_node.job import Outcome
from dicom_node.receive.listener import no_tls
from dicom_node.receive.register import Registrar
from dicom_node.receive.server import Receiver
from dicom_node.receive.spool import Spool
from dicom_node.rounds import Rounds
from dicom_node.steps import Steps
from dicom_node.web import process as web
from dicom_node.work.bench import Closed, Workbench, WorkerLost, end_with_parent
from dicom_node.work.clock import Bell, Clock
from dicom_node.work.embedded import Embedded
from inference.model_card import ModelCard

LOG = structlog.get_logger(__name__)
OUR_THREADS = frozenset({"registrar", "close", "count", "analyse", "choose", "send", "web"})
TICK = 0.5
"""Seconds between looks at closing and at due rows."""
BETWEEN_COUNTS = 1.0
"""Seconds between questions to source PACSs, over all of them."""
WARM_UP_AGAIN = 5.0
"""Seconds after a failed warm-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A running node."""

    sessions: Sessions
    port: int
    web_port: int | None
    ready: threading.Event
    """Set when the first worker is warm."""


@contextmanager
def running(settings: Settings) -> Iterator[Node]:
    """Start everything; stop everything in order at the end.  Raises `CannotStart`, `ModelRefused`."""
    data = settings.node.data
    stated = worker.model_folder(settings.analysis).card  # refused before anything is touched
    worker.vertebra_folder(settings.analysis)
    with ExitStack() as stack:
        stack.enter_context(owning(data))
        sessions = _database(stack, settings)
        card = models.vouched(stated, sessions)
        credentials = _credentials(settings)
        closing = Bell()
        registrar, receiver = _door(settings, sessions, credentials, closing.ring)
        asked = countings(settings, sessions, _utc, closing.ring, credentials.client_context)
        engine = Embedded()
        steps = Steps(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            context=credentials.client_context,
        )
        rounds = Rounds(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            busy_series=receiver.busy_series,
            counts=partial(counts_of, asked),
        )
        rounds.recover()
        adopted = registrar.adopt()
        _start(stack, "close", partial(closing.answer, "close", rounds.close), closing.ring)
        _start(stack, "registrar", registrar.run)
        ready = _workers(stack, settings, engine, steps)
        _start(stack, "choose", partial(engine.run, steps.choose, steps.give_up, "choose"))
        _start(stack, "send", partial(engine.run, steps.send, steps.give_up, "send"))
        web_port = stack.enter_context(_web(settings)) if settings.web.enabled else None
        _listen(stack, receiver)
        questions = _questions(stack, asked)
        stack.enter_context(Clock({"close": (TICK, closing.ring), "sweep": (TICK, rounds.sweep)} | questions))
        LOG.info("node.running", port=receiver.port, web_port=web_port, adopted=adopted)
        yield Node(sessions=sessions, port=receiver.port, web_port=web_port, ready=ready)
        LOG.info("node.stopping")


def end_when_a_thread_is_lost() -> None:
    """A node without one of its threads answers and does nothing: rather end it, systemd starts it again."""

    def hook(lost: threading.ExceptHookArgs) -> None:
        name = lost.thread.name if lost.thread else ""
        LOG.error("node.thread_lost", thread=name, exc_info=lost.exc_value)
        if name in OUR_THREADS:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.excepthook = hook


def _utc() -> datetime:
    return datetime.now(UTC)


def _database(stack: ExitStack, settings: Settings) -> Sessions:
    try:
        upgrade(settings.database_url)
        engine = open_engine(settings.database_url)
    except (SQLAlchemyError, ImportError) as fault:
        raise CannotStart(f"can't open the database of [database] url: {type(fault).__name__}") from None
    stack.callback(engine.dispose)
    return open_sessions(engine)


def _credentials(settings: Settings) -> tls.Credentials:
    """Read now, where they are needed, so that what is wrong with them is told at the start."""
    credentials = tls.Credentials(settings.tls)
    if settings.uses_tls:
        try:
            credentials.server_context()
        except tls.Unusable as why:
            raise CannotStart(str(why)) from None
    return credentials


def _door(
    settings: Settings, sessions: Sessions, credentials: tls.Credentials, ended: Callable[[], None]
) -> tuple[Registrar, Receiver]:
    data = settings.node.data
    spool = Spool(data / "spool", settings.receive.minimum_free_bytes)
    spool.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    registrar = Registrar(sessions, spool, data, ended)
    context = credentials.server_context if settings.receive.tls else no_tls
    return registrar, Receiver(settings.node.ae_title, settings.receive, settings.source, spool, registrar, context)


def _questions(stack: ExitStack, asked: Mapping[str, Counting]) -> dict[str, tuple[float, Callable[[], None]]]:
    """A thread per source, so that one that hangs holds up no other; the clock lets one at a time ask, in turn."""
    bells = [Bell() for _ in asked]
    for bell, counting in zip(bells, asked.values(), strict=True):
        _start(stack, "count", partial(bell.answer, "count", counting.ask_one), bell.ring)
    turns = cycle(bells)
    return {"count": (BETWEEN_COUNTS, lambda: next(turns).ring())} if bells else {}


def _workers(stack: ExitStack, settings: Settings, engine: Embedded, steps: Steps) -> threading.Event:
    """Start every worker with the thread that feeds it; the event is set when the first is warm."""
    ready = threading.Event()
    for number in range(settings.work.workers):
        bench = _bench(settings, number, steps.card)
        _start(stack, "analyse", partial(_analyse, engine, steps, bench, ready), bench.close)
    return ready


def _start(
    stack: ExitStack, name: str, run: Callable[[threading.Event], None], release: Callable[[], None] | None = None
) -> None:
    """Run a thread that is told to stop at the end; `release` ends what it may be waiting for."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), name=name)
    thread.start()
    stack.callback(thread.join)
    if release:
        stack.callback(release)
    stack.callback(stop.set)


def _analyse(
    engine: Embedded, steps: Steps, bench: Workbench[Outcome], ready: threading.Event, stop: threading.Event
) -> None:
    """Warm before work is taken; then one job at a time."""
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
            engine.run(partial(steps.analyse, bench), steps.give_up, "analyse", stop)


def _bench(settings: Settings, number: int, card: ModelCard) -> Workbench[Outcome]:
    data = settings.node.data
    opening = worker.Opening(
        rules=settings.analysis,
        cache=data / "cache",
        device=settings.work.device_of(number),
        threads=settings.work.threads,
        card=card,
    )
    return Workbench(
        partial(worker.warm, opening),
        partial(worker.perform, opening),
        limit=settings.work.limit,
        trace=data / f"worker-{number}.trace",
    )


def _listen(stack: ExitStack, receiver: Receiver) -> None:
    try:
        stack.enter_context(receiver)
    except OSError as fault:
        raise CannotStart(f"can't listen on [receive] host and port: {fault.strerror}") from None


@contextmanager
def _web(settings: Settings) -> Iterator[int]:
    """Keep one web process alive on a socket bound here, so that a restart loses no connection."""
    with _listener(settings) as listener:
        stop = threading.Event()
        keeper = threading.Thread(target=_keep_web, args=(listener, settings, stop), name="web")
        keeper.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            keeper.join()


def _listener(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.web.host, settings.web.port))
    except OSError as fault:
        raise CannotStart(f"can't listen on [web] port {settings.web.port}: {fault.strerror}") from None


def _keep_web(listener: socket.socket, settings: Settings, stop: threading.Event) -> None:
    context = multiprocessing.get_context("spawn")
    while not stop.is_set():
        child = context.Process(target=_serve_web, args=(listener, settings), name="web")
        child.start()
        while child.is_alive() and not stop.wait(0.2):
            pass
        _end(child)


def _serve_web(listener: socket.socket, settings: Settings) -> None:
    end_with_parent()
    web.serve(listener, settings)


def _end(child: BaseProcess) -> None:
    child.terminate()
    child.join(5)
    if child.is_alive() and child.pid:
        os.kill(child.pid, 9)
