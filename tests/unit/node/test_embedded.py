"""The embedded engine: hands over after the commit, once, the urgent first; its loop survives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.session import Sessions, open_engine, open_sessions
from dicom_node.work.embedded import Embedded
from dicom_node.work.engine import Kind, Work
from tests.factories import eventually

ONE, TWO, THREE = (Work("analyse", number) for number in (1, 2, 3))


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = open_engine(f"sqlite:///{tmp_path / 'engine.sqlite'}")
    yield open_sessions(engine)
    engine.dispose()


def hand_over(engine: Embedded, sessions: Sessions, *works: Work, priority: int = 0) -> None:
    with sessions.begin() as session:
        _touch(session)
        for work in works:
            engine.hand_over(session, work, priority)


def _touch(session: Session) -> None:
    session.execute(text("SELECT 1"))


@contextmanager
def performing(
    engine: Embedded,
    perform: Callable[[Work], None],
    kind: Kind = "analyse",
    give_up: Callable[[Work, Exception], None] = lambda _work, _fault: None,
) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(perform, give_up, kind, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def performed(engine: Embedded, kind: Kind = "analyse") -> list[Work]:
    done: list[Work] = []
    with performing(engine, done.append, kind):
        eventually(lambda: engine.waiting() == 0, 10, "the end of the work")
    return done


def test_work_is_handed_over_when_the_transaction_commits_and_not_before(sessions: Sessions) -> None:
    engine = Embedded()
    with sessions.begin() as session:
        _touch(session)
        engine.hand_over(session, ONE)
        assert engine.waiting() == 0
    assert engine.waiting() == 1
    assert performed(engine) == [ONE]


def test_work_of_a_transaction_that_is_rolled_back_is_not_handed_over(sessions: Sessions) -> None:
    engine = Embedded()
    with sessions() as session:
        _touch(session)
        engine.hand_over(session, ONE)
        session.rollback()
    assert engine.waiting() == 0


def test_work_that_waits_is_not_handed_over_twice(sessions: Sessions) -> None:
    engine = Embedded()
    hand_over(engine, sessions, ONE, ONE)
    hand_over(engine, sessions, ONE)
    assert performed(engine) == [ONE]


def test_work_that_is_being_done_is_not_handed_over_again_and_later_it_is(sessions: Sessions) -> None:
    engine, done = Embedded(), []

    def perform(work: Work) -> None:
        done.append(work)
        hand_over(engine, sessions, work)

    hand_over(engine, sessions, ONE)
    with performing(engine, perform):
        eventually(lambda: done and engine.waiting() == 0, 10)
    assert done == [ONE]
    hand_over(engine, sessions, ONE)
    assert performed(engine) == [ONE]


def test_the_urgent_comes_first_and_equals_come_in_order(sessions: Sessions) -> None:
    engine = Embedded()
    hand_over(engine, sessions, ONE, TWO)
    hand_over(engine, sessions, THREE, priority=5)
    assert performed(engine) == [THREE, ONE, TWO]


def test_what_waits_moves_up_when_it_is_handed_over_as_more_urgent(sessions: Sessions) -> None:
    engine = Embedded()
    hand_over(engine, sessions, ONE, TWO)
    hand_over(engine, sessions, THREE, priority=20)
    hand_over(engine, sessions, TWO, priority=20)
    hand_over(engine, sessions, TWO, priority=10)
    assert engine.known() == {ONE: 0, TWO: 20, THREE: 20}
    assert performed(engine) == [THREE, TWO, ONE]


def test_what_is_being_done_is_not_begun_again_as_more_urgent(sessions: Sessions) -> None:
    engine, done = Embedded(), []

    def perform(work: Work) -> None:
        done.append(work)
        hand_over(engine, sessions, work, priority=20)

    hand_over(engine, sessions, ONE)
    with performing(engine, perform):
        eventually(lambda: done and engine.waiting() == 0, 10)
    assert done == [ONE]


def test_each_kind_of_work_has_its_own_queue(sessions: Sessions) -> None:
    engine = Embedded()
    hand_over(engine, sessions, Work("choose", 1), Work("send", 1))
    done: list[Work] = []
    with performing(engine, done.append, "send"):
        eventually(lambda: engine.waiting() == 1, 10)
    assert done == [Work("send", 1)]
    assert performed(engine, "choose") == [Work("choose", 1)]


def test_work_that_raises_does_not_stop_the_loop(sessions: Sessions) -> None:
    engine, done = Embedded(), []

    def perform(work: Work) -> None:
        done.append(work)
        if work == ONE:
            raise RuntimeError("told so")

    hand_over(engine, sessions, ONE, TWO)
    with performing(engine, perform):
        eventually(lambda: engine.waiting() == 0, 10)
    assert done == [ONE, TWO]
