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
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from db.activities import Name
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node import leftovers, models, tls, worker
from dicom_node.counting import Counting, countings, counts_of
from dicom_node.data_folder import CannotStart, owning
from dicom_node.optouts import OptOuts
from dicom_node.purge import Purge
from dicom_node.receive.door import OptedOut
from dicom_node.receive.listener import no_tls
from dicom_node.receive.register import Registrar
from dicom_node.receive.server import BACKLOG, PAUSED, Receiver, Rejection, Reported
from dicom_node.receive.spool import Spool
from dicom_node.rounds import Rounds
from dicom_node.steps import Steps
from dicom_node.threads import start
from dicom_node.valves import Valves
from dicom_node.web import process as web
from dicom_node.work.bench import end_with_parent
from dicom_node.work.clock import Bell, Clock, Leaps, steady
from dicom_node.work.embedded import Embedded
from dicom_node.workers import workers

LOG = structlog.get_logger(__name__)
OUR_THREADS = frozenset(
    {"registrar", "close", "count", "analyse", "choose", "send", "verify", "tidy", "clock", "web"}
)
TICK = 0.5
"""Seconds between looks at closing and at due rows."""
A_MINUTE, A_DAY = 60.0, 86_400.0
LOOK_AFTER = 2.0
"""Seconds between looks at workers that have nothing to do."""
BETWEEN_COUNTS = 1.0
"""Seconds between questions to source PACSs, over all of them."""


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
        valves = Valves(sessions, settings.receive.maximum_backlog)
        optouts = OptOuts(sessions, data)
        credentials = _credentials(settings)
        closing = Bell()
        asked = countings(settings, sessions, steady(), closing.ring, credentials.client_context)
        engine = Embedded()
        steps = Steps(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            context=credentials.client_context,
        )
        registrar, receiver = _door(
            settings,
            sessions,
            credentials,
            closing.ring,
            valves,
            reported=steps.reported,
            opted_out=optouts.key_if_out,
        )
        rounds = Rounds(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            busy_series=receiver.busy_series,
            counts=partial(counts_of, asked),
            paused=valves.is_paused,
            leapt=Leaps(),
        )
        rounds.recover()
        valves.refresh()
        optouts.refresh()
        leftovers.before_start(data)
        adopted = registrar.adopt()
        start(stack, "close", partial(closing.answer, "close", rounds.close), closing.ring)
        start(stack, "registrar", registrar.run)
        ready, look_after = workers(stack, settings, engine, steps, valves)
        start(stack, "choose", partial(engine.run, steps.choose, steps.give_up, "choose"))
        deliver = valves.unless_paused(Name.DELIVER, steps.send)
        for _ in settings.destination or ((),):  # a slow destination holds up no other
            start(stack, "send", partial(engine.run, deliver, steps.give_up, "send"))
        for _ in (to for to in settings.destination if to.verify != "none"):
            start(stack, "verify", partial(engine.run, steps.verify, steps.give_up, "verify"))
        tidy = _tidy(stack, data, sessions)
        web_port = stack.enter_context(_web(settings)) if settings.web.enabled else None
        _listen(stack, receiver)
        questions = _questions(stack, asked)
        ticks = {"valves": valves.refresh, "optouts": optouts.refresh, "close": closing.ring, "sweep": rounds.sweep}
        calls = {name: (TICK, call) for name, call in ticks.items()}
        purge = Purge(settings=settings, sessions=sessions, free=receiver.free, now=_utc)
        calls |= {"purge": (A_MINUTE, purge.round)}
        calls |= {"workers": (LOOK_AFTER, look_after), "tidy": (A_DAY, tidy)}
        stack.enter_context(Clock(calls | questions))
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
    settings: Settings,
    sessions: Sessions,
    credentials: tls.Credentials,
    ended: Callable[[], None],
    valves: Valves,
    *,
    reported: Reported,
    opted_out: OptedOut,
) -> tuple[Registrar, Receiver]:
    data = settings.node.data
    spool = Spool(data / "spool", settings.receive.minimum_free_bytes)
    spool.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    registrar = Registrar(sessions, spool, data, ended)
    context = credentials.server_context if settings.receive.tls else no_tls
    receiver = Receiver(
        settings.node.ae_title,
        settings.receive,
        settings.source,
        spool,
        registrar,
        context=context,
        shut=partial(_shut, valves),
        committers=frozenset(to.name for to in settings.destination if to.verify == "commitment"),
        reported=reported,
        opted_out=opted_out,
    )
    return registrar, receiver


def _shut(valves: Valves) -> Rejection | None:
    """Why nobody is let in just now."""
    if valves.is_paused(Name.RECEIVE):
        return PAUSED
    return BACKLOG if valves.has_backlog() else None


def _questions(stack: ExitStack, asked: Mapping[str, Counting]) -> dict[str, tuple[float, Callable[[], None]]]:
    """A thread per source, so that one that hangs holds up no other; the clock lets one at a time ask, in turn."""
    bells = [Bell() for _ in asked]
    for bell, counting in zip(bells, asked.values(), strict=True):
        start(stack, "count", partial(bell.answer, "count", counting.ask_one), bell.ring)
    turns = cycle(bells)
    return {"count": (BETWEEN_COUNTS, lambda: next(turns).ring())} if bells else {}


def _tidy(stack: ExitStack, data: Path, sessions: Sessions) -> Callable[[], None]:
    """Put in order what crashes left, now and whenever it is called; nobody waits for it."""
    bell = Bell()
    start(stack, "tidy", partial(bell.answer, "tidy", partial(leftovers.sweep, data, sessions)), bell.ring)
    bell.ring()
    return bell.ring


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
