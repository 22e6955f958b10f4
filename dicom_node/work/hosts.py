"""The engine of many hosts: Procrastinate on the PostgreSQL that holds our rows.  It keeps no second truth.

A job is `(kind, id)`, deferred in the transaction of its row, tried once and deleted when done.  Only the head of a
long backlog becomes jobs: the rows wait in our own tables, and claiming stays quick however many they are.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.sql import queries
from procrastinate.worker import Worker
from psycopg import OperationalError
from psycopg.rows import dict_row
from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from dicom_node.work.engine import GiveUp, Kind, Perform, Work

LOG = structlog.get_logger(__name__)
LONGEST_QUEUE = 500
"""Jobs of one kind that wait at most; what is urgent is always let in."""
LOOK_UP = 0.2
"""Seconds after which a worker looks whether it should stop."""
POLL = 2.0
"""Seconds after which a worker looks for jobs of which it was not notified."""
AGAIN = 1.0
"""Seconds before the next try when the database was away."""
PAUSE = 3.0
"""Seconds without a look after which looking begins anew."""
BEATS = 4
"""Heartbeats in the time after which a worker counts as gone."""
LISTENER = "listener"
"""How Procrastinate calls the task that hears of new jobs."""
NO_FILTER: dict[str, Any] = dict.fromkeys(
    ("id", "queue_name", "queue", "task_name", "lock", "queueing_lock", "status", "worker_id")
)
"""No filter, for Procrastinate's own queries."""
MOVE_UP = """
UPDATE procrastinate_jobs SET priority = %(priority)s
WHERE queueing_lock = %(name)s AND status = 'todo' AND priority < %(priority)s
"""


class Hosts:
    """Hands work to whichever host is free.  `stall`: seconds without a sign of life after which a host is gone."""

    def __init__(self, database: Database, stall: float) -> None:
        self._conninfo = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._stall = stall
        self._looked = self._since = -math.inf
        self._deferring = App(connector=SyncPsycopgConnector(conninfo=self._conninfo))  # never opened: see hand_over

    def hand_over(self, session: Session, work: Work, priority: int = 0) -> None:
        """Defer in the caller's transaction, unless it waits already or the queue is long; the sweep brings the rest.

        One job of a work runs at a time, by Procrastinate's lock: no two hosts send one parcel.
        """
        if priority <= 0 and self._waiting(session, work.kind) >= LONGEST_QUEUE:
            return
        name = f"{work.kind}:{work.id}"
        try:
            with session.begin_nested():  # a duplicate ends this savepoint and not the caller's transaction
                driver = session.connection().connection.driver_connection
                self._deferring.configure_task(
                    work.kind, queue=work.kind, lock=name, queueing_lock=name, priority=priority, connection=driver
                ).defer(id=work.id)
        except AlreadyEnqueued:
            _driver(session).execute(MOVE_UP, {"name": name, "priority": priority})

    def known(self, session: Session) -> Mapping[Work, int]:
        """What waits or is being done by somebody alive; jobs whose worker is gone, or that failed, are forgotten.

        Called on and on by the process that leads.
        """
        jobs = self._jobs(session, "list_jobs")
        stalled = self._jobs(session, "select_stalled_jobs_by_heartbeat") if self._can_judge() else ()
        gone = {job["id"] for job in stalled}
        alive = [job for job in jobs if job["status"] in ("todo", "doing") and job["id"] not in gone]
        for job in jobs:
            if job["id"] in gone or job["status"] not in ("todo", "doing"):
                LOG.warning("work.lost", kind=job["queue_name"], **job["args"])
                _driver(session).execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job["id"],))
        return {Work(job["queue_name"], job["args"]["id"]): job["priority"] for job in alive}

    def _can_judge(self) -> bool:
        """Only who has looked for a while: when the database was away nobody could give a sign of life."""
        now = time.monotonic()
        if now - self._looked > PAUSE:
            self._since = now
        self._looked = now
        return now - self._since >= self._stall

    def run(self, perform: Perform, give_up: GiveUp, kind: Kind, stop: threading.Event) -> None:
        """Be one of Procrastinate's workers until `stop`, one job at a time; outlives a database that is away."""
        while not stop.is_set():
            try:
                asyncio.run(self._work(_task(perform, give_up, kind), kind, stop))
            except (ConnectorException, OperationalError):
                LOG.warning("work.database_away", kind=kind)
                stop.wait(AGAIN)

    async def _work(self, task: Callable[[int], None], kind: Kind, stop: threading.Event) -> None:
        app = App(connector=PsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=4, timeout=self._stall))
        app.task(name=kind, queue=kind)(task)
        worker = Worker(
            app,
            queues=[kind],
            concurrency=1,
            delete_jobs="successful",  # a failed one could not record its fault in its row: it counts as lost
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL,
            update_heartbeat_interval=math.inf,  # Procrastinate's dies with the first fault of the database
            stalled_worker_timeout=self._stall,
        )
        async with app.open_async():
            running, beating = asyncio.create_task(worker.run()), asyncio.create_task(self._beat(app, worker))
            try:
                while not (await asyncio.wait({running}, timeout=LOOK_UP))[0]:
                    if stop.is_set() or _is_deaf(worker):
                        worker.stop()  # it ends what it is doing
                await running
            finally:
                beating.cancel()

    async def _beat(self, app: App, worker: Worker) -> None:
        """Signs of life for as long as something is being done, also while the worker is stopping."""
        while True:
            await asyncio.sleep(self._stall / BEATS)
            if worker.worker_id is not None:
                with suppress(ConnectorException, OperationalError):  # away: the next one is soon
                    await app.job_manager.update_heartbeat(worker.worker_id)

    def _jobs(self, session: Session, query: str) -> list[dict[str, Any]]:
        with _driver(session).cursor(row_factory=dict_row) as cursor:
            cursor.execute(queries[query], NO_FILTER | {"seconds_since_heartbeat": self._stall})
            return list(cursor)

    def _waiting(self, session: Session, kind: Kind) -> int:
        query = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %s"
        (count,) = _driver(session).execute(query, (kind,)).fetchone()
        return int(count)


def _task(perform: Perform, give_up: GiveUp, kind: Kind) -> Callable[[int], None]:
    """What a job does.  It fails only when its fault could not be recorded."""

    def task(id: int) -> None:
        work = Work(kind, id)
        try:
            perform(work)
        except Exception as fault:  # noqa: BLE001 - the loop must survive; the row says what happened
            give_up(work, fault)

    return task


def _is_deaf(worker: Worker) -> bool:
    """Whether it has lost the connection on which it is told of new jobs; another worker, in its place, listens."""
    return worker.worker_id is not None and not any(task.get_name() == LISTENER for task in asyncio.all_tasks())


def _driver(session: Session) -> Any:
    """The psycopg connection on which the session's transaction runs."""
    return session.connection().connection.driver_connection
