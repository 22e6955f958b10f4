"""Requests: asked once, taken guarded, finished in one transaction, given up with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import replacing, results
from db.results import Disposition
from db.schema import Analysis, Artifact, Delivery, Event, Measurement, Series
from db.states import Entity, move, story
from tests.db.factories import LATER, NOW, ask, done, finish, make_asked, make_series

HELD = Disposition(held="level_confidence: 0.5", destinations=("PACS",))


def row(session: Session, analysis_id: int) -> Analysis:
    session.flush()
    session.expire_all()
    return session.get_one(Analysis, analysis_id)


def parcels(session: Session) -> dict[int, list[str]]:
    """States of the deliveries of each analysis."""
    found: dict[int, list[str]] = {}
    session.flush()
    query = session.query(Artifact.analysis_id, Delivery.state).join(Delivery, Delivery.artifact_id == Artifact.id)
    for analysis_id, state in query.order_by(Delivery.id).populate_existing():
        found.setdefault(analysis_id, []).append(state)
    return found


def given_up(session: Session, analysis_id: int, attempt: int, **more: Any) -> None:
    results.give_up(session, analysis_id, attempt, "why", **({"attempts": 3, "now": NOW} | more))


def test_the_same_request_is_asked_once(session: Session) -> None:
    series = make_series(session)
    first = ask(session, series)
    assert results.ask(session, series.study_id, series.id, make_asked(), now=LATER) is None
    found = row(session, first)
    assert (found.state, found.revision, found.supersedes_id, found.due_at) == ("queued", 1, None, NOW)
    assert session.query(Analysis).count() == 1


def test_the_same_key_can_never_stand_twice(session: Session) -> None:
    series = make_series(session)
    found = row(session, ask(session, series))
    twin = {column.key: getattr(found, column.key) for column in Analysis.__table__.columns if column.key != "id"}
    session.add(Analysis(**twin))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_new_request_is_a_linked_revision_and_an_older_one_that_waits_is_superseded(session: Session) -> None:
    series = make_series(session)
    first, second = ask(session, series, "1"), ask(session, series, "2")
    assert (row(session, second).revision, row(session, second).supersedes_id) == (1, first)
    assert [row(session, one).state for one in (first, second)] == ["superseded", "queued"]


def test_a_request_after_a_result_is_its_next_revision(session: Session) -> None:
    series = make_series(session)
    first = done(session, series, "1")
    second = ask(session, series, "2")
    assert (row(session, second).revision, row(session, second).supersedes_id) == (2, first)


def test_a_question_that_was_superseded_is_asked_again_when_a_correction_is_taken_back(session: Session) -> None:
    series = make_series(session)
    first = done(session, series, "1")
    second = done(session, series, "2")
    third = done(session, series, "1")
    assert row(session, third).request_key != row(session, first).request_key
    assert [row(session, one).state for one in (first, second, third)] == ["superseded", "superseded", "done"]
    assert row(session, third).revision == 3


def test_a_new_request_leaves_one_that_runs(session: Session) -> None:
    series = make_series(session)
    first = ask(session, series, "1")
    results.take(session, first, NOW)
    ask(session, series, "2")
    assert row(session, first).state == "running"


def test_requests_of_other_studies_are_no_revisions(session: Session) -> None:
    ask(session, make_series(session, 1), "1")
    assert row(session, ask(session, make_series(session, 2), "2")).revision == 1


def test_a_request_is_taken_once_and_begins_an_attempt(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    taken = results.take(session, analysis_id, NOW)
    assert taken is not None
    assert (taken.state, taken.attempt) == ("running", 1)
    assert results.take(session, analysis_id, NOW) is None
    assert row(session, analysis_id).attempt == 1


def test_a_request_that_is_not_due_or_not_there_is_not_taken(session: Session) -> None:
    analysis_id = ask(session, make_series(session), now=LATER)
    assert results.take(session, analysis_id, NOW) is None
    assert results.take(session, 999, NOW) is None
    assert results.take(session, analysis_id, LATER)


def test_what_is_due_comes_by_priority_then_age(session: Session) -> None:
    series = [make_series(session, number) for number in range(4)]
    first, second = ask(session, series[0], "1"), ask(session, series[1], "2")
    urgent = ask(session, series[2], "3", priority=5)
    ask(session, series[3], "4", now=LATER)
    assert results.due(session, NOW, 10) == [(urgent, 5), (first, 0), (second, 0)]


def test_a_result_has_numbers_objects_parcels_and_is_current_in_one_transaction(session: Session) -> None:
    analysis_id = done(session, make_series(session))
    found = row(session, analysis_id)
    assert (found.state, found.is_current, found.finished_at) == ("done", True, NOW)
    assert found.measurement is not None
    assert found.measurement.psoas_area_mask_cm2 == 12.5
    assert [artifact.kind for artifact in found.artifacts] == ["seg", "sr", "key"]
    assert parcels(session) == {analysis_id: ["pending"] * 3}


def test_a_late_result_of_a_lost_attempt_is_refused_and_leaves_nothing(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    results.take(session, analysis_id, NOW)
    given_up(session, analysis_id, 1)
    assert not finish(session, analysis_id, attempt=1)
    results.take(session, analysis_id, LATER)
    assert not finish(session, analysis_id, attempt=1)
    assert not results.finish_not_measured(session, analysis_id, 1, "coverage", LATER)
    assert (session.query(Measurement).count(), session.query(Artifact).count()) == (0, 0)
    assert finish(session, analysis_id, attempt=2)


def test_a_result_comes_once(session: Session) -> None:
    analysis_id = done(session, make_series(session))
    assert not finish(session, analysis_id, attempt=1)


def test_what_could_not_be_measured_says_why_and_sends_nothing(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    results.take(session, analysis_id, NOW)
    assert results.finish_not_measured(session, analysis_id, 1, "coverage: 40 mm", NOW)
    found = row(session, analysis_id)
    assert (found.state, found.reason, found.is_current, parcels(session)) == (
        "not_measured",
        "coverage: 40 mm",
        False,
        {},
    )


def test_a_held_result_keeps_its_numbers_is_not_current_and_sends_nothing(session: Session) -> None:
    analysis_id = done(session, make_series(session), disposition=HELD)
    found = row(session, analysis_id)
    assert (found.state, found.reason, found.is_current) == ("held", HELD.held, False)
    assert found.measurement is not None
    assert parcels(session) == {}


def test_a_held_revision_leaves_the_current_result(session: Session) -> None:
    series = make_series(session)
    first = done(session, series, "1")
    done(session, series, "2", disposition=HELD)
    assert (row(session, first).state, row(session, first).is_current) == ("done", True)


def test_a_new_result_supersedes_the_old_one_and_cancels_what_of_it_is_unsent(session: Session) -> None:
    series = make_series(session)
    first = done(session, series, "1")
    sent = session.query(Delivery).order_by(Delivery.id).limit(1).one()
    move(session, Entity.DELIVERY, sent.id, "pending", "sent", now=NOW)
    second = done(session, series, "2", now=LATER)
    assert [(row(session, one).state, row(session, one).is_current) for one in (first, second)] == [
        ("superseded", False),
        ("done", True),
    ]
    assert parcels(session) == {first: ["sent", "cancelled", "cancelled"], second: ["pending"] * 3}


def test_a_retried_older_request_does_not_replace_the_newer_result(session: Session) -> None:
    series = make_series(session)
    older = ask(session, series, "1")
    results.take(session, older, NOW)
    newer = done(session, series, "2")
    given_up(session, older, 1)
    assert results.take(session, older, LATER)
    assert finish(session, older, attempt=2, now=LATER)
    assert [(row(session, one).state, row(session, one).is_current) for one in (older, newer)] == [
        ("superseded", False),
        ("done", True),
    ]
    assert parcels(session) == {newer: ["pending"] * 3}


def test_two_current_results_of_one_study_are_impossible(session: Session) -> None:
    series = make_series(session)
    done(session, series, "1")
    row(session, ask(session, series, "2")).is_current = True
    with pytest.raises(IntegrityError):
        session.flush()


def test_two_studies_have_a_current_result_each(session: Session) -> None:
    ids = [done(session, make_series(session, number), str(number)) for number in (1, 2)]
    assert all(row(session, analysis_id).is_current for analysis_id in ids)


def test_a_failed_attempt_waits_longer_each_time_and_the_last_is_dead(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    now, waits = NOW, []
    for attempt in (1, 2):
        assert results.take(session, analysis_id, now)
        given_up(session, analysis_id, attempt, now=now, log="stack")
        found = row(session, analysis_id)
        assert (found.state, found.reason, found.log) == ("queued", "why", "stack")
        waits.append(found.due_at - now)
        now = found.due_at
    assert waits == [timedelta(seconds=10), timedelta(seconds=20)]
    assert results.take(session, analysis_id, now)
    given_up(session, analysis_id, 3, now=now)
    found = row(session, analysis_id)
    assert (found.state, found.finished_at) == ("dead", now)
    assert results.due(session, now + timedelta(days=1), 10) == []


def test_giving_up_an_attempt_that_is_no_longer_running_changes_nothing(session: Session) -> None:
    analysis_id = done(session, make_series(session))
    before = session.query(Event).count()
    given_up(session, analysis_id, 1)
    assert (row(session, analysis_id).state, session.query(Event).count()) == ("done", before)


def test_after_a_start_what_was_running_is_queued_at_once_and_has_lost_an_attempt(session: Session) -> None:
    running, queued = ask(session, make_series(session, 1), "1"), ask(session, make_series(session, 2), "2")
    results.take(session, running, NOW)
    assert results.recover(session, 3, LATER) == 1
    found = row(session, running)
    assert (found.state, found.attempt, found.due_at) == ("queued", 1, LATER)
    assert row(session, queued).state == "queued"
    told = [event.to_state for event in story(session) if event.entity_id == running and event.entity == "analysis"]
    assert told == ["queued", "running", "failed", "queued"]


def test_a_new_result_supersedes_an_older_one_that_is_held(session: Session) -> None:
    series = make_series(session)
    held = done(session, series, "1", disposition=HELD)
    newer = done(session, series, "2")
    assert (row(session, held).state, row(session, newer).is_current) == ("superseded", True)


def test_the_next_best_series_is_admitted_and_was_never_asked_for(session: Session) -> None:
    best = make_series(session)
    ask(session, best)
    scores = {"1.1.2": 0.5, "1.1.3": 0.8, "1.1.4": None}
    for uid, score in scores.items():
        kept = {"study_id": best.study_id, "state": "ignored", "score": score, "first_at": NOW, "last_at": NOW}
        session.add(Series(series_instance_uid=uid, **kept))
    session.flush()
    found = results.next_best(session, best.study_id)
    assert found is not None
    assert found.series_instance_uid == "1.1.3"
    ask(session, found, "2")
    second = results.next_best(session, best.study_id)
    assert second is not None
    assert second.series_instance_uid == "1.1.2"
    ask(session, second, "3")
    assert results.next_best(session, best.study_id) is None


def test_a_revision_replaces_the_objects_of_the_last_result_whatever_was_asked_between(session: Session) -> None:
    series = make_series(session)
    first = done(session, series, "first")
    ask(session, series, "never measured")
    revision = session.get_one(Analysis, ask(session, series, "second"))
    assert [one.sop_instance_uid for one in replacing.replaced(session, revision)] == [
        f"2.25.{first}.{kind}" for kind in ("seg", "sr", "key")
    ]
    assert not replacing.replaced(session, session.get_one(Analysis, first))
