"""What an operator does with analyses, and what may be paused."""

import pytest
from sqlalchemy.orm import Session

from db import activities, jobs, outbox, results
from db.activities import Name
from db.priority import Priority
from db.schema import Analysis, Delivery, Event
from tests.db.factories import LATER, NOW, ask, done, make_series


def dead(session: Session, key: str = "key") -> int:
    """An analysis whose only attempt failed."""
    analysis_id = ask(session, make_series(session, len(key)), key)
    assert results.take(session, analysis_id, NOW)
    results.give_up(session, analysis_id, 1, "why", attempts=1, now=NOW, log="stack")
    return analysis_id


def last_event(session: Session) -> Event:
    session.flush()
    return session.query(Event).order_by(Event.id.desc()).limit(1).one()


def test_a_dead_one_is_tried_again_before_all_others_and_keeps_who_asked(session: Session) -> None:
    analysis_id = dead(session)
    jobs.retry(session, analysis_id, actor="admin", now=LATER)
    row = session.get_one(Analysis, analysis_id)
    assert (row.state, row.priority, row.due_at, row.finished_at) == ("queued", Priority.PERSON, LATER, None)
    event = last_event(session)
    assert (event.from_state, event.to_state, event.actor) == ("dead", "queued", "admin")
    assert results.due(session, LATER, 10) == [(analysis_id, Priority.PERSON)]


def test_what_was_not_measured_can_be_tried_again_and_what_is_done_can_not(session: Session) -> None:
    first = ask(session, make_series(session, 1), "1")
    assert results.take(session, first, NOW)
    assert results.finish_not_measured(session, first, 1, "cannot_decode: no codec", NOW)
    jobs.retry(session, first, actor="admin", now=LATER)
    assert session.get_one(Analysis, first).state == "queued"
    second = done(session, make_series(session, 2), "2")
    with pytest.raises(jobs.Refused, match="is done"):
        jobs.retry(session, second, actor="admin", now=LATER)


def test_an_old_request_is_not_tried_again_when_the_study_has_a_newer_one(session: Session) -> None:
    series = make_series(session)
    first = ask(session, series, "first")
    assert results.take(session, first, NOW)
    results.give_up(session, first, 1, "why", attempts=1, now=NOW)
    ask(session, series, "second")
    with pytest.raises(jobs.Refused, match="is newer"):
        jobs.retry(session, first, actor="admin", now=LATER)


def test_a_cancelled_one_leaves_the_queue_and_can_come_back(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    jobs.cancel(session, analysis_id, why="wrong patient", actor="admin", now=NOW)
    event = last_event(session)
    assert (event.to_state, event.reason, event.actor) == ("cancelled", "wrong patient", "admin")
    assert results.due(session, LATER, 10) == []
    with pytest.raises(jobs.Refused, match="is cancelled"):
        jobs.cancel(session, analysis_id, why="again", actor="admin", now=NOW)
    jobs.retry(session, analysis_id, actor="admin", now=LATER)
    assert session.get_one(Analysis, analysis_id).state == "queued"


def test_one_that_is_put_first_comes_before_all_that_nobody_waits_for_and_keeps_who_did_it(session: Session) -> None:
    ids = [ask(session, make_series(session, number), str(number)) for number in (1, 2)]
    jobs.prioritise(session, ids[1], actor="admin", now=LATER)
    event = last_event(session)
    assert (event.from_state, event.to_state, event.actor) == ("queued", "queued", "admin")
    assert results.due(session, LATER, 10) == [(ids[1], Priority.PERSON), (ids[0], Priority.ROUTINE)]
    with pytest.raises(jobs.Refused, match="first in line already"):
        jobs.prioritise(session, ids[1], actor="admin", now=LATER)


def test_only_what_waits_can_be_put_first(session: Session) -> None:
    with pytest.raises(jobs.Refused, match="is dead; only queued can be put first"):
        jobs.prioritise(session, dead(session), actor="admin", now=LATER)
    with pytest.raises(jobs.Refused, match="there is no analysis 77"):
        jobs.prioritise(session, 77, actor="admin", now=LATER)


def test_what_could_not_be_delivered_is_sent_again_as_if_for_the_first_time(session: Session) -> None:
    analysis_id = done(session, make_series(session))
    first, *others = outbox.take(session, "PACS", NOW)
    outbox.put_off(session, first.delivery_id, "no space", NOW)
    outbox.bury(session, first.delivery_id, "SOP class not accepted", NOW)
    jobs.resend(session, analysis_id, actor="admin", now=LATER)
    event = last_event(session)
    assert (event.entity, event.from_state, event.to_state, event.actor) == ("delivery", "dead", "pending", "admin")
    parcel = session.get_one(Delivery, first.delivery_id)
    assert (parcel.attempt, parcel.failed_at, parcel.due_at, parcel.reason) == (0, None, LATER, None)
    assert {one.delivery_id for one in outbox.take(session, "PACS", LATER)} == {
        one.delivery_id for one in (first, *others)
    }
    with pytest.raises(jobs.Refused, match="is done, with 0 objects that failed"):
        jobs.resend(session, analysis_id, actor="admin", now=LATER)


def test_what_was_replaced_is_not_sent_again(session: Session) -> None:
    series = make_series(session)
    analysis_id = done(session, series, "first")
    for parcel in outbox.take(session, "PACS", NOW):
        outbox.bury(session, parcel.delivery_id, "SOP class not accepted", NOW)
    done(session, series, "second")
    with pytest.raises(jobs.Refused, match="is superseded"):
        jobs.resend(session, analysis_id, actor="admin", now=LATER)


def test_nobody_has_that_number(session: Session) -> None:
    with pytest.raises(jobs.Refused, match="there is no analysis 77"):
        jobs.job(session, 77)


def test_the_backlog_counts_what_is_not_done(session: Session) -> None:
    for number in range(3):
        ask(session, make_series(session, number), str(number))
    done(session, make_series(session, 9), "9")
    assert jobs.backlog_over(session, 2)
    assert not jobs.backlog_over(session, 3)


def test_a_pause_stands_in_a_row_with_its_reason_and_who_made_it(session: Session) -> None:
    assert activities.pause(session, Name.ANALYSE, why="new GPU", actor="admin", now=NOW)
    event = last_event(session)
    assert (event.entity, event.to_state, event.reason, event.actor) == ("activity", "paused", "new GPU", "admin")
    assert not activities.pause(session, Name.ANALYSE, why="again", actor="admin", now=NOW)
    assert activities.paused(session) == {"analyse": "new GPU"}
    assert activities.resume(session, Name.ANALYSE, actor="admin", now=LATER)
    assert activities.paused(session) == {}
