"""What waits and what was done, counted from rows and events."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import jobs, load, outbox, results
from db.priority import Priority
from db.schema import Event
from db.states import Entity, note
from tests.db.factories import NOW, ask, done, finish, make_arrival, make_series, register

HOUR = timedelta(hours=1)


def happened(session: Session, *times: datetime) -> None:
    """A study came at each time."""
    for number, at in enumerate(times):
        note(session, Entity.STUDY, number, None, "open", now=at)
    session.flush()


def test_what_was_done_is_counted_in_steps_of_ten_minutes_that_fit_every_time_zone(session: Session) -> None:
    happened(session, NOW, NOW + timedelta(minutes=9), NOW + timedelta(minutes=10), NOW + HOUR)
    counts = load.done_since(session, NOW)
    assert counts["received"] == {NOW: 2, NOW + timedelta(minutes=10): 1, NOW + HOUR: 1}
    assert not counts["measured"]


def test_only_what_happened_since_then_is_counted(session: Session) -> None:
    happened(session, *(NOW + number * HOUR for number in range(10)))
    assert sum(load.done_since(session, NOW + 7 * HOUR)["received"].values()) == 3


@pytest.mark.parametrize(("hours", "found"), [(-1, 1), (0, 1), (0.5, 2), (8, 9), (9, 10), (99, 11)])
def test_the_first_event_since_a_time_is_found_by_halving(session: Session, hours: float, found: int) -> None:
    before = session.scalar(select(func.max(Event.id))) or 0
    happened(session, *(NOW + number * HOUR for number in range(10)))
    assert load.first_event(session, NOW + hours * HOUR) == before + found


def test_without_events_nothing_was_done(session: Session) -> None:
    session.query(Event).delete()
    assert load.first_event(session, NOW) == 1
    assert not any(load.done_since(session, NOW).values())
    assert load.seconds_since(session, NOW) == []


def test_a_result_and_its_objects_are_counted_when_they_are_there_and_when_they_left(session: Session) -> None:
    done(session, make_series(session))
    for parcel in outbox.take(session, "PACS", NOW):
        outbox.sent(session, parcel.delivery_id, NOW + HOUR)
    session.flush()
    counts = load.done_since(session, NOW)
    assert (counts["measured"], counts["sent"]) == ({NOW: 1}, {NOW + HOUR: 3})


def test_a_study_that_comes_again_is_received_once(session: Session) -> None:
    register(session, make_arrival(1))
    register(session, make_arrival(2, received_at=NOW + HOUR))
    session.flush()
    assert load.done_since(session, NOW)["received"] == {NOW: 1}


def test_the_queue_is_told_by_priority_and_how_long_the_longest_waits(session: Session) -> None:
    assert load.waiting_since(session) is None
    for number, priority in enumerate((Priority.BACKFILL, Priority.ROUTINE, Priority.ROUTINE, Priority.STAT)):
        ask(session, make_series(session, number), str(number), priority=priority, now=NOW + number * HOUR)
    assert load.queue(session) == {"stat": 1, "routine": 2, "backfill": 1}
    assert load.waiting_since(session) == NOW
    jobs.cancel(session, 1, why="too old", actor="ada", now=NOW)
    assert load.waiting_since(session) == NOW + HOUR


def test_what_is_unsent_waits_since_it_was_posted_however_often_it_was_put_off(session: Session) -> None:
    assert load.unsent_since(session) is None
    done(session, make_series(session))
    for parcel in outbox.take(session, "PACS", NOW):
        outbox.put_off(session, parcel.delivery_id, "no space", NOW + HOUR)
    session.flush()
    assert load.unsent_since(session) == NOW
    assert load.unsent(session) == {"PACS": 3}


def test_only_what_is_not_at_rest_or_wants_a_person_is_counted_as_undone(session: Session) -> None:
    done(session, make_series(session, 1), "1")
    ask(session, make_series(session, 2), "2")
    undone = load.undone(session)
    assert undone["analysis"] == {"queued": 1, "running": 0, "failed": 0, "held": 0, "dead": 0}
    assert undone["delivery"] == {"pending": 3, "dead": 0}
    assert undone["study"] == {"open": 0, "settled": 0}


def test_seconds_of_work_are_those_of_results_since_then(session: Session) -> None:
    for number, at in enumerate((NOW, NOW + HOUR)):
        analysis_id = ask(session, make_series(session, number), str(number))
        assert results.take(session, analysis_id, NOW)
        assert finish(session, analysis_id, now=at)
        row = jobs.job(session, analysis_id).measurement
        assert row
        row.seconds = 3.0 + number
    session.flush()
    assert load.seconds_since(session, NOW + HOUR) == [4.0]
    assert load.seconds_since(session, NOW) == [4.0, 3.0]


def test_what_is_due_later_waits_no_time_at_all() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert load.age(now - HOUR, now) == HOUR
    assert load.age(now + HOUR, now) == load.age(None, now) == timedelta()
