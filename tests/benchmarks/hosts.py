"""What many hosts cost: rows and jobs with none and with 1,000,000 analyses waiting, and 1, 2, 4 stub workers.

`make bench GROUP=hosts` writes raw rounds to CSV; `python -m tests.benchmarks.hosts table` prints the README's table.
"""

import csv
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select, text

from db import results
from db.results import Disposition
from db.schema import Analysis, Series, Study
from db.session import Sessions, looking, open_engine, open_sessions, upgrade
from dicom_node.work.engine import Work
from dicom_node.work.hosts import Hosts
from tests.db.factories import make_asked, make_stored
from tests.postgresql import server

RESULTS = Path(__file__).parent / "results" / "hosts.csv"
FIELDS = ("commit", "round", "waiting", "workers", "what", "count", "seconds")
WAITING, ROUNDS, EACH, WORKERS, STALL = (0, 1_000_000), 5, 20, (1, 2, 4), 30.0
ANALYSIS = 0.25
"""Seconds that a stub worker takes."""
HELD = Disposition(held="review policy: always", destinations=())
COMMANDS = {
    "enqueue": "ask for one analysis and hand it over, one transaction",
    "claim": "find the most urgent job, begin its attempt",
    "close": "store one result and end its job",
    "sweep": "one sweep of the clock: what is due, what is lost",
}
AVOIDED = "find no job of one kind, were all that wait jobs of another (avoided)"


def main() -> None:
    """Measure and write, print the table, or be a worker."""
    if sys.argv[1:] == ["table"]:
        print(table(read()))
    elif sys.argv[1:2] == ["worker"]:
        work(sys.argv[2], float(sys.argv[3]))
    else:
        measure(*map(int, sys.argv[1:2] or [WAITING[-1]]))


def measure(most: int) -> None:
    """All rounds; a number instead of a million makes them quick."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for row in _rounds(most):
            writer.writerow((commit, *row))
            print(*row, flush=True)
    print(table(read()))


def _rounds(most: int) -> Iterator[tuple[int, int, int, str, int, str]]:
    for waiting in (0, most):
        with server("shared_buffers=512MB", "max_wal_size=4GB") as running:
            url = running.url.format(name="postgres")
            engine = filled(url, waiting)
            for number in range(ROUNDS):
                for what, seconds in rows_and_jobs(engine, number):
                    yield number, waiting, 1, what, EACH, f"{seconds:.6f}"
            for number, seconds in enumerate(_nothing_among(engine, waiting) if waiting else ()):
                yield number, waiting, 1, AVOIDED, EACH, f"{seconds:.6f}"
            engine.dispose()
    for workers in WORKERS:
        for each, count in ((0.0, 200), (ANALYSIS, 20 * workers)):
            with server() as running:
                seconds = throughput(running.url.format(name="postgres"), workers, each, count)
                yield 0, count, workers, f"analyses of {each:g} s", count, f"{seconds:.6f}"


def filled(url: str, waiting: int) -> Engine:
    """A database with `waiting` queued analyses, each of a study and a series of its own."""
    upgrade(url)
    engine = open_engine(url)
    series = f"SELECT n, n, '2.' || n, 'chosen', now(), now() FROM generate_series(1, {waiting}) n"
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO study (id, study_instance_uid, state, first_at, last_at) "
            f"SELECT n, '1.' || n, 'chosen', now(), now() FROM generate_series(1, {waiting}) n",
            "INSERT INTO series (id, study_id, series_instance_uid, state, first_at, last_at, source_changed, "
            f"interrupted) {series.replace('now(), now()', 'now(), now(), false, false')}",
            "INSERT INTO analysis (id, study_id, series_id, request_key, content_digest, identity_digest, "
            "model_digest, analysis_digest, revision, state, attempt, priority, due_at, asked_at, is_current) "
            "SELECT n, n, n, 'waits ' || n, 'c', 'i', 'm', 'a', 1, 'queued', 0, 0, now() at time zone 'utc', "
            f"now() at time zone 'utc', false FROM generate_series(1, {waiting}) n",
        ):
            connection.execute(text(statement))
        for name in ("study", "series", "analysis"):
            connection.execute(text(f"SELECT setval('{name}_id_seq', {waiting + 1})"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT", looking=True) as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return engine


def rows_and_jobs(engine: Engine, number: int) -> Iterator[tuple[str, float]]:
    """Seconds for `EACH` of each step, on new studies whose analyses are more urgent than all that wait."""
    sessions, hosts, ids = open_sessions(engine), Hosts(engine, STALL), []
    series = _new_series(sessions, number)

    def enqueue(at: int) -> None:
        with sessions.begin() as session:
            asked = make_asked(f"{number} {at}", content_digest=f"{number} {at}")
            made = results.ask(session, series[at], series[at], asked, now=_now(), priority=5)
            assert made
            ids.append(made)
            hosts.hand_over(session, Work("analyse", made), 5)

    def claim(at: int) -> None:
        with engine.begin() as connection:
            connection.execute(text("SELECT procrastinate_fetch_job_v2('{analyse}', NULL)"))
        with sessions.begin() as session:
            assert results.take(session, ids[at], _now())

    def close(at: int) -> None:
        _finish(sessions, ids[at])
        with engine.begin() as connection:
            own = "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :name"
            finish = f"SELECT procrastinate_finish_job_v1(({own}), 'succeeded', true)"
            connection.execute(text(finish), {"name": f"analyse:{ids[at]}"})

    def sweep(_at: int) -> None:
        with sessions.begin() as session:
            known = hosts.known(session)
            for waits, priority in results.due(session, _now(), 100):
                if Work("analyse", waits) not in known:
                    hosts.hand_over(session, Work("analyse", waits), priority)

    for what, step in {"enqueue": enqueue, "claim": claim, "close": close, "sweep": sweep}.items():
        yield what, _timed(step)


def _timed(step: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for at in range(EACH):
        step(at)
    return time.perf_counter() - began


def _new_series(sessions: Sessions, number: int) -> list[int]:
    with sessions.begin() as session:
        made = []
        for at in range(EACH):
            uid, state = f"3.{number}.{at}", "chosen"
            study = Study(study_instance_uid=uid, state=state, first_at=_now(), last_at=_now())
            series = Series(study=study, series_instance_uid=uid, state=state, first_at=_now(), last_at=_now())
            session.add(series)
            session.flush()
            made.append(series.id)
    return made


def _finish(sessions: Sessions, analysis_id: int) -> None:
    stored = [make_stored(str(analysis_id), kind) for kind in ("seg", "sr", "key")]
    with sessions.begin() as session:
        facts = {"psoas_area_mask_cm2": 12.5}
        assert results.finish_measured(session, analysis_id, 1, facts, stored, HELD, _now())


def _nothing_among(engine: Engine, waiting: int) -> list[float]:
    """Seconds, in each round, to find `EACH` times no job of one kind among `waiting` of another."""
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # its triggers are not what is timed
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args) SELECT 'analyse', "
                f"'analyse', 'a:' || n, 'a:' || n, '{{}}' FROM generate_series(1, {waiting}) n"
            )
        )
        connection.execute(text("ANALYZE procrastinate_jobs"))
        look = text("SELECT procrastinate_fetch_job_v2('{verify}', NULL)")
        found = [_timed(lambda _at: connection.execute(look)) for _ in range(ROUNDS)]
        connection.rollback()
    return found


def throughput(url: str, workers: int, each: float, count: int) -> float:
    """Seconds from the first to the last of `count` analyses that end, by stub workers in processes of their own."""
    engine = filled(url, count)
    sessions, hosts = open_sessions(engine), Hosts(engine, STALL)
    with sessions.begin() as session:
        for analysis_id in session.scalars(select(Analysis.id).order_by(Analysis.id)).all():
            hosts.hand_over(session, Work("analyse", analysis_id), 1)
    command = [sys.executable, "-m", "tests.benchmarks.hosts", "worker", url, str(each)]
    processes = [subprocess.Popen(command) for _ in range(workers)]
    try:
        while _ended(sessions)[0] < count:
            time.sleep(0.1)
        ended, first, last = _ended(sessions)
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)
        engine.dispose()
    assert ended == count
    return (last - first) / timedelta(seconds=1) * count / (count - workers)


def _ended(sessions: Sessions) -> tuple[int, datetime, datetime]:
    with looking(sessions) as session:
        at = Analysis.finished_at
        query = select(func.count(at), func.min(at), func.max(at)).where(Analysis.state == "held")
        ended, first, last = session.execute(query).one()
        return ended, first, last


def work(url: str, seconds: float) -> None:
    """A worker that begins an attempt, waits, and stores a result."""
    engine = open_engine(url)
    sessions = open_sessions(engine)

    def perform(work: Work) -> None:
        with sessions.begin() as session:
            if results.take(session, work.id, _now()) is None:
                return
        time.sleep(seconds)
        _finish(sessions, work.id)

    def give_up(_work: Work, fault: Exception) -> None:
        raise fault

    Hosts(engine, STALL).run(perform, give_up, "analyse", threading.Event())


def _now() -> datetime:
    return datetime.now(UTC)


def read(path: Path = RESULTS) -> list[dict[str, str]]:
    """The committed rounds."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: list[dict[str, str]]) -> str:
    """In Markdown: milliseconds, median (minimum to maximum) of the rounds; then analyses per second."""
    most = max(int(row["waiting"]) for row in rows if row["what"] in COMMANDS)
    lines = [f"| ms | nothing waits | {most:,} wait |", "|---|---|---|"]
    lines += [f"| {title} | {_ms(rows, what, 0)} | {_ms(rows, what, most)} |" for what, title in COMMANDS.items()]
    lines += [f"| {AVOIDED} | | {_ms(rows, AVOIDED, most)} |", "", f"| workers | {' | '.join(map(str, WORKERS))} |"]
    lines += ["|---|" + "---|" * len(WORKERS)]
    for each in (0.0, ANALYSIS):
        what = f"analyses of {each:g} s"
        rates = [_rate(row) for row in rows if row["what"] == what]
        lines.append(f"| {what}, per second | {' | '.join(f'{rate:.1f}' for rate in rates)} |")
    one = next(_rate(row) for row in rows if row["what"] == "analyses of 0 s" and row["workers"] == "1")
    return "\n".join(
        [*lines, "", f"Engine and rows cost {1000 / one:.0f} ms per analysis, one worker after another."]
    )


def _rate(row: dict[str, str]) -> float:
    return int(row["count"]) / float(row["seconds"])


def _ms(rows: list[dict[str, str]], what: str, waiting: int) -> str:
    found = [1000 / _rate(row) for row in rows if (row["what"], int(row["waiting"])) == (what, waiting)]
    return f"{statistics.median(found):.1f} ({min(found):.1f} to {max(found):.1f})" if found else ""


if __name__ == "__main__":
    main()
