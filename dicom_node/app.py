"""One place puts the parts together; the command line, the demo and the tests start this same node."""

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path

import structlog
from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from db.activities import Name
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node import leftovers, models, roles, tls, worker
from dicom_node.counting import Counting, countings, counts_of
from dicom_node.data_folder import CannotStart, owning
from dicom_node.optouts import OptOuts
from dicom_node.pages import pages
from dicom_node.purge import Purge
from dicom_node.receive.adoption import Adoption
from dicom_node.receive.listener import no_tls
from dicom_node.receive.register import Registrar
from dicom_node.receive.server import BACKLOG, PAUSED, Receiver, Rejection
from dicom_node.receive.spool import MARK_ENDS, Spool
from dicom_node.role import ROLES, Role
from dicom_node.roles import LEADER, Names, receiver_name
from dicom_node.rounds import Rounds
from dicom_node.steps import Steps
from dicom_node.threads import start
from dicom_node.valves import Valves
from dicom_node.work.clock import Bell, Clock, Leaps, Ticks, steady
from dicom_node.workers import workers
from inference.model_card import ModelCard

LOG = structlog.get_logger(__name__)
OUR_THREADS = frozenset(
    {"registrar", "close", "count", "analyse", "segment", "choose", "send", "verify", "tidy", "clock", "web"}
)
TICK = 0.5
"""Seconds between looks at closing and at due rows."""
A_MINUTE, A_DAY = 60.0, 86_400.0
LOOK_AFTER = 2.0
"""Seconds between looks at workers that have nothing to do."""
BETWEEN_SIGNS = 1.0
"""Seconds between signs of life of the names that this process holds."""
BETWEEN_COUNTS = 1.0
"""Seconds between questions to source PACSs, over all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A running node."""

    sessions: Sessions
    port: int
    """Of the DICOM door; 0 where nobody receives."""
    web_port: int | None
    ready: threading.Event
    """Set when the first worker is warm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where objects come in, are kept, and become rows."""

    spool: Spool
    registrar: Registrar
    receiver: Receiver
    optouts: OptOuts


@contextmanager
def running(settings: Settings, only: Collection[Role] = ROLES) -> Iterator[Node]:
    """Start the parts of these roles; stop them in order at the end.  Raises `CannotStart`, `ModelRefused`."""
    stated = worker.model_folder(settings.analysis).card  # refused before anything is touched
    worker.vertebra_folder(settings.analysis)
    roles.check(settings, only)
    with ExitStack() as stack:
        stack.enter_context(owning(settings.node.data))
        database = _database(stack, settings)
        sessions = open_sessions(database)
        names = _names(stack, settings, database, stated)
        card = models.vouched(stated, sessions)
        valves = Valves(sessions, settings.receive.maximum_backlog)
        credentials = _credentials(settings)
        closing = Bell()
        asked = countings(settings, sessions, steady(), closing.ring, credentials.client_context)
        engine = roles.engine(settings, database)
        steps = Steps(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            context=credentials.client_context,
        )
        door = _door(steps, closing.ring, valves, credentials) if Role.RECEIVE in only else None
        rounds = Rounds(
            settings=settings,
            sessions=sessions,
            engine=engine,
            card=card,
            now=_utc,
            busy_series=door.receiver.busy_series if door else frozenset,
            counts=partial(counts_of, asked),
            paused=valves.is_paused,
            leapt=Leaps(),
        )
        rounds.recover()
        valves.refresh()
        ticks: Ticks = {"names": (BETWEEN_SIGNS, names.keep), "valves": (TICK, valves.refresh)}
        ready = threading.Event()
        if Role.DELIVER in only:
            ticks |= _lead(stack, names, rounds, closing, asked)
            _deliver(stack, steps, valves)
        if Role.ANALYSE in only:
            ready, look_after = workers(stack, settings, engine, steps, valves)
            start(stack, "choose", partial(engine.run, steps.choose, steps.give_up, "choose"))
            ticks |= {"workers": (LOOK_AFTER, look_after)}
        if door:
            ticks |= _receive(stack, settings, names, door)
        web_port = stack.enter_context(pages(settings)) if Role.WEB in only and settings.web.enabled else None
        port = _listen(stack, door.receiver) if door else None
        stack.enter_context(Clock(ticks))
        LOG.info("node.running", roles=sorted(only), port=port, web_port=web_port)
        yield Node(sessions=sessions, port=port or 0, web_port=web_port, ready=ready)
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


def _database(stack: ExitStack, settings: Settings) -> Database:
    try:
        upgrade(settings.database_url)
        engine = open_engine(settings.database_url)
    except (SQLAlchemyError, ImportError) as fault:
        raise CannotStart(f"can't open the database of [database] url: {type(fault).__name__}") from None
    stack.callback(engine.dispose)
    return engine


def _names(stack: ExitStack, settings: Settings, database: Database, model: ModelCard) -> Names:
    """The names that this process holds among others; it agrees with them before it does anything."""
    many = settings.work.engine == "procrastinate"
    names = Names(database, settings.work.stall if many else None)
    stack.callback(names.let_go)
    roles.agree(settings, names, f"{model.digest} {model.ensemble} {model.folds}")
    return names


def _lead(stack: ExitStack, names: Names, rounds: Rounds, closing: Bell, asked: Mapping[str, Counting]) -> Ticks:
    """What the clock of one process calls for all of them; that of the others waits for its turn."""
    names.take(LEADER)
    settings, sessions = rounds.settings, rounds.sessions
    start(stack, "close", partial(closing.answer, "close", rounds.close), closing.ring)
    spool = Spool(settings.node.files / "spool", settings.receive.minimum_free_bytes)
    spool.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    purge = Purge(settings=settings, sessions=sessions, free=spool.free, now=_utc)
    calls = {"close": (TICK, closing.ring), "sweep": (TICK, rounds.sweep), "purge": (A_MINUTE, purge.round)}
    calls |= {"tidy": (A_DAY, _tidy(stack, settings.node.files, sessions))} | _questions(stack, asked)
    return {name: (seconds, names.only(LEADER, call)) for name, (seconds, call) in calls.items()}


def _deliver(stack: ExitStack, steps: Steps, valves: Valves) -> None:
    """A thread per destination: a slow one holds up no other."""
    run, destinations = steps.engine.run, steps.settings.destination
    deliver = valves.unless_paused(Name.DELIVER, steps.send)
    for _ in destinations or ((),):
        start(stack, "send", partial(run, deliver, steps.give_up, "send"))
    for _ in (to for to in destinations if to.verify != "none"):
        start(stack, "verify", partial(run, steps.verify, steps.give_up, "verify"))


def _receive(stack: ExitStack, settings: Settings, names: Names, door: Entrance) -> Ticks:
    """Rows for what this receiver has, and for what one that is gone has left."""
    leftovers.before_start(settings.node.files, door.spool.mark)
    LOG.info("receive.adopted", files=door.registrar.adopt())
    start(stack, "registrar", door.registrar.run)
    optouts: Ticks = {"optouts": (TICK, door.optouts.refresh)}
    if not door.spool.mark:
        return optouts
    names.take(receiver_name(door.spool.mark))
    adoption = Adoption(spool=door.spool, registrar=door.registrar, holding=names.of_receiver)
    return optouts | {"adopt": (settings.work.stall, adoption.look)}


def _credentials(settings: Settings) -> tls.Credentials:
    """Read now, where they are needed, so that what is wrong with them is told at the start."""
    credentials = tls.Credentials(settings.tls)
    if settings.uses_tls:
        try:
            credentials.server_context()
        except tls.Unusable as why:
            raise CannotStart(str(why)) from None
    return credentials


def _door(steps: Steps, ended: Callable[[], None], valves: Valves, credentials: tls.Credentials) -> Entrance:
    settings, sessions, files = steps.settings, steps.sessions, steps.data
    mark = roles.own_name(settings.node.data) + MARK_ENDS if settings.node.shared else ""
    spool = Spool(files / "spool", settings.receive.minimum_free_bytes, mark)
    spool.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    registrar, optouts = Registrar(sessions, spool, files, ended), OptOuts(sessions, files)
    optouts.refresh()
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
        reported=steps.reported,
        opted_out=optouts.key_if_out,
    )
    return Entrance(spool=spool, registrar=registrar, receiver=receiver, optouts=optouts)


def _shut(valves: Valves) -> Rejection | None:
    """Why nobody is let in just now."""
    if valves.is_paused(Name.RECEIVE):
        return PAUSED
    return BACKLOG if valves.has_backlog() else None


def _questions(stack: ExitStack, asked: Mapping[str, Counting]) -> Ticks:
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


def _listen(stack: ExitStack, receiver: Receiver) -> int:
    try:
        return stack.enter_context(receiver).port
    except OSError as fault:
        raise CannotStart(f"can't listen on [receive] host and port: {fault.strerror}") from None
