"""The engine of many hosts on a real PostgreSQL: jobs deferred with their rows, and each trap of Procrastinate."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from db import procrastinate_tables as procrastinate
from db.schema import Base, Study
from db.session import Sessions, open_engine, open_sessions, reading, upgrade
from dicom_node.work import hosts
from dicom_node.work.engine import Kind, Work
from dicom_node.work.hosts import Hosts
from tests.db.factories import NOW
from tests.factories import eventually
from tests.postgresql import QUICK, server

ONE, TWO, THREE = (Work("analyse", number) for number in (1, 2, 3))
STALL = 1.0


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def here(engine: Engine) -> Hosts:
    return Hosts(engine, STALL)


def hand_over(here: Hosts, sessions: Sessions, *works: Work, priority: int = 0) -> None:
    with sessions.begin() as session:
        for work in works:
            here.hand_over(session, work, priority)


def jobs(sessions: Sessions) -> list[tuple[Any, ...]]:
    with sessions() as session:
        query = "SELECT queue_name, (args->>'id')::int, status::text FROM procrastinate_jobs ORDER BY id"
        return [tuple(row) for row in session.execute(text(query))]


@contextmanager
def performing(
    here: Hosts,
    perform: Callable[[Work], None],
    kind: Kind = "analyse",
    give_up: Callable[[Work, Exception], None] = lambda _work, _fault: None,
) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=here.run, args=(perform, give_up, kind, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def performed(here: Hosts, sessions: Sessions, kind: Kind = "analyse") -> list[Work]:
    done: list[Work] = []
    with performing(here, done.append, kind):
        eventually(lambda: not [job for job in jobs(sessions) if job[0] == kind], 20, "the end of the work")
    return done


def make_study(session: Session, number: int) -> Study:
    study = Study(study_instance_uid=f"1.2.{number}", state="open", first_at=NOW, last_at=NOW)
    session.add(study)
    session.flush()
    return study


def test_a_job_is_there_when_its_row_is_and_not_before(here: Hosts, sessions: Sessions, engine: Engine) -> None:
    with sessions.begin() as session:
        make_study(session, 1)
        here.hand_over(session, ONE)
        with reading(engine) as other:
            assert not other.execute(text("SELECT * FROM procrastinate_jobs")).all()
    assert jobs(sessions) == [("analyse", 1, "todo")]
    assert performed(here, sessions) == [ONE]


def test_a_job_goes_with_the_row_that_is_rolled_back(here: Hosts, sessions: Sessions) -> None:
    with sessions() as session:
        make_study(session, 1)
        here.hand_over(session, ONE)
        session.rollback()
    assert jobs(sessions) == []


def test_a_duplicate_does_not_end_the_transaction_of_its_caller(here: Hosts, sessions: Sessions) -> None:
    with sessions.begin() as session:
        here.hand_over(session, ONE)
        make_study(session, 1)
        here.hand_over(session, ONE)
        make_study(session, 2)
    assert jobs(sessions) == [("analyse", 1, "todo")]
    with sessions() as session:
        assert session.query(Study).count() == 2


def test_work_is_handed_over_from_inside_a_worker_in_the_transaction_of_its_row(
    here: Hosts, sessions: Sessions
) -> None:
    def perform(work: Work) -> None:
        with sessions.begin() as session:
            make_study(session, work.id)
            here.hand_over(session, Work("send", work.id))

    hand_over(here, sessions, ONE)
    with performing(here, perform):
        eventually(lambda: jobs(sessions) == [("send", 1, "todo")], 20)


def test_a_job_is_done_once_and_then_there_is_none(here: Hosts, sessions: Sessions) -> None:
    hand_over(here, sessions, ONE, TWO, ONE)
    assert performed(here, sessions) == [ONE, TWO]
    assert jobs(sessions) == []


def test_the_urgent_comes_first_and_equals_come_in_order(here: Hosts, sessions: Sessions) -> None:
    hand_over(here, sessions, ONE, TWO)
    hand_over(here, sessions, THREE, priority=5)
    assert performed(here, sessions) == [THREE, ONE, TWO]


def test_each_kind_of_work_has_its_own_queue(here: Hosts, sessions: Sessions) -> None:
    hand_over(here, sessions, Work("choose", 1), Work("send", 1))
    assert performed(here, sessions, "send") == [Work("send", 1)]
    assert jobs(sessions) == [("choose", 1, "todo")]


def test_work_that_is_being_done_is_not_done_by_another_host_at_the_same_time(
    here: Hosts, sessions: Sessions
) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slowly(work: Work) -> None:
        begun.set()
        assert go_on.wait(20)
        done.append(work)

    hand_over(here, sessions, ONE)
    with performing(here, slowly):
        assert begun.wait(20)
        hand_over(here, sessions, ONE, TWO)
        with performing(here, done.append):
            eventually(lambda: done == [TWO], 20)
            assert ("analyse", 1, "todo") in jobs(sessions)
            go_on.set()
            eventually(lambda: not jobs(sessions), 20)
    assert done == [TWO, ONE, ONE]


def test_the_rows_of_a_long_backlog_do_not_all_become_jobs_but_what_is_urgent_does(
    here: Hosts, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "LONGEST_QUEUE", 2)
    hand_over(here, sessions, ONE, TWO, THREE, Work("send", 3))
    hand_over(here, sessions, Work("analyse", 4), priority=1)
    assert [job[:2] for job in jobs(sessions)] == [("analyse", 1), ("analyse", 2), ("send", 3), ("analyse", 4)]


def test_a_fault_is_recorded_and_the_worker_goes_on(here: Hosts, sessions: Sessions) -> None:
    told: list[Work] = []

    def perform(work: Work) -> None:
        if work == ONE:
            raise RuntimeError("told so")

    hand_over(here, sessions, ONE, TWO)
    with performing(here, perform, give_up=lambda work, _fault: told.append(work)):
        eventually(lambda: not jobs(sessions), 20)
    assert told == [ONE]


def test_a_fault_that_could_not_be_recorded_leaves_work_that_counts_as_lost(here: Hosts, sessions: Sessions) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("told so")

    hand_over(here, sessions, ONE, TWO)
    with performing(here, fail, give_up=fail):
        eventually(lambda: {job[2] for job in jobs(sessions)} == {"failed"}, 20)
    assert known(here, sessions) == frozenset()
    assert jobs(sessions) == []


def test_what_waits_or_is_being_done_is_known(here: Hosts, sessions: Sessions) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_work: Work) -> None:
        begun.set()
        assert go_on.wait(20)

    hand_over(here, sessions, ONE, TWO)
    with performing(here, slowly):
        assert begun.wait(20)
        assert watched(here, sessions) == {frozenset({ONE, TWO})}  # signs of life come while it works
        go_on.set()
        eventually(lambda: not jobs(sessions), 20)


def test_what_waits_moves_up_when_it_is_handed_over_as_more_urgent(here: Hosts, sessions: Sessions) -> None:
    hand_over(here, sessions, ONE, TWO)
    hand_over(here, sessions, THREE, priority=20)
    hand_over(here, sessions, TWO, priority=20)
    hand_over(here, sessions, TWO, priority=10)
    with sessions.begin() as session:
        assert here.known(session) == {ONE: 0, TWO: 20, THREE: 20}
    assert performed(here, sessions) == [TWO, THREE, ONE]


def test_the_work_of_a_worker_without_a_sign_of_life_is_lost_and_can_be_handed_over_again(
    here: Hosts, sessions: Sessions
) -> None:
    hand_over(here, sessions, ONE)
    with sessions.begin() as session:
        session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 s')"))
        session.execute(text("SELECT procrastinate_fetch_job_v2('{analyse}', max(id)) FROM procrastinate_workers"))
    assert jobs(sessions) == [("analyse", 1, "doing")]
    assert known(here, sessions) == {ONE}  # it looks for the first time, and may have been away itself
    eventually(lambda: known(here, sessions) == frozenset(), 10)
    hand_over(here, sessions, ONE)
    assert performed(here, sessions) == [ONE]


def test_a_worker_outlives_a_database_that_is_away_and_its_work_is_not_taken_for_lost() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def perform(work: Work) -> None:
        begun.set()
        assert go_on.wait(60)
        done.append(work)

    with server(*QUICK) as running:
        url = running.url.format(name="postgres")
        upgrade(url)
        engine = open_engine(url)
        here, sessions = Hosts(engine, STALL), open_sessions(engine)
        hand_over(here, sessions, ONE)
        with performing(here, perform):
            assert begun.wait(20)
            running.stop()
            time.sleep(3 * STALL)  # longer than a sign of life may stay away
            running.start()
            assert watched(here, sessions) == {frozenset({ONE})}
            go_on.set()
            hand_over(here, sessions, TWO)
            eventually(lambda: done == [ONE, TWO] and not jobs(sessions), 20)
        engine.dispose()


def known(here: Hosts, sessions: Sessions) -> frozenset[Work]:
    with sessions.begin() as session:
        return frozenset(here.known(session))


def watched(here: Hosts, sessions: Sessions) -> set[frozenset[Work]]:
    """What was known in the course of three times the time after which a worker counts as gone."""
    ends, found = time.monotonic() + 3 * STALL, set()
    while time.monotonic() < ends:
        found.add(known(here, sessions))
        time.sleep(0.1)
    return found


def test_alembic_does_not_want_to_drop_the_tables_of_procrastinate(engine: Engine) -> None:
    with reading(engine) as session:
        options = {"include_name": procrastinate.is_ours}
        ours = MigrationContext.configure(session.connection(), opts=options)
        assert compare_metadata(ours, Base.metadata) == []
        everything = MigrationContext.configure(session.connection())
        assert {change[0] for change in compare_metadata(everything, Base.metadata)} >= {"remove_table"}


def test_an_older_schema_of_procrastinate_is_brought_up_step_by_step(
    engine: Engine, migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newest = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))[-1]
    later = [tmp_path / name for name in (newest.name, "99.01.00_one.sql", "99.02.00_two.sql")]
    for number, step in enumerate(later):
        step.write_text(
            f"CREATE TABLE procrastinate_{number} (id int); COMMENT ON TABLE procrastinate_{number} IS '%'"
        )
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    for _ in range(2):  # the second time there is nothing to do
        upgrade(migrated_url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT relname FROM pg_class WHERE relname ~ '^procrastinate_[0-9]$'"))
        assert sorted(found) == ["procrastinate_1", "procrastinate_2"]


def test_transactions_that_may_write_take_turns_and_whoever_looks_does_not_wait(
    sessions: Sessions, engine: Engine
) -> None:
    order: list[str] = []

    def write() -> None:
        with sessions.begin() as session:
            order.append(f"second sees {session.query(Study).count()}")

    other = threading.Thread(target=write)
    with sessions.begin() as session:
        assert session.query(Study).count() == 0
        other.start()
        with reading(engine) as looking:
            order.append(f"reader sees {looking.query(Study).count()}")
        make_study(session, 1)
        order.append("first")
    other.join(20)
    assert order == ["reader sees 0", "first", "second sees 1"]
