"""What a person decides: guarded, with the person's name, and never over somebody else's decision."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from db import draft, purging, results, reviews
from db.results import Disposition
from db.reviews import Overtaken, Reviewer
from db.schema import Analysis, Delivery, Event
from tests.db.factories import LATER, NOW, ask, done, finish, make_arrival, make_series, register

ADA, BOB = Reviewer(account="ada", name="Lovelace^Ada"), Reviewer(account="bob", name="Bob^B")
HELD = Disposition(held="in doubt", destinations=("PACS",))


def held(session: Session, **more: object) -> Analysis:
    """A held result."""
    return session.get_one(Analysis, done(session, make_series(session), disposition=HELD, **more))


def finished(session: Session, analysis_id: int, disposition: Disposition | None = None) -> Analysis:
    """The request of a decision, carried out."""
    assert results.take(session, analysis_id, LATER)
    sent = disposition or Disposition(held=None, destinations=("PACS",))
    assert finish(session, analysis_id, disposition=sent, now=LATER)
    session.expire_all()
    return session.get_one(Analysis, analysis_id)


def test_an_approval_makes_verified_objects_of_the_same_labels_and_sends_them(session: Session) -> None:
    row = held(session)
    made = reviews.approve(session, row.id, "labels", ADA, LATER)
    session.expire_all()
    assert row.state == "held"
    again = finished(session, made)
    assert (again.reviewed_by, again.reviewed_at) == ("ada", LATER)
    assert (again.state, again.is_current, again.revision, again.origin) == ("done", True, 2, "approved")
    assert (again.reviewer, again.labels_digest, again.basis_id) == ("Lovelace^Ada", "labels", row.id)
    assert row.state == "superseded"
    assert {one.artifact.analysis_id for one in session.query(Delivery)} == {made}


def test_every_decision_is_an_event_with_the_name_of_who_decided(session: Session) -> None:
    row = held(session)
    made = reviews.approve(session, row.id, "labels", ADA, LATER)
    told = session.query(Event).filter_by(actor="ada").order_by(Event.id).all()
    assert [(one.entity_id, one.from_state, one.to_state, one.reason) for one in told] == [
        (made, None, "queued", "approved")
    ]
    assert row.state == "held"


def test_an_approval_that_can_not_be_carried_out_leaves_the_result_held_and_to_decide_on(session: Session) -> None:
    row = held(session)
    made = reviews.approve(session, row.id, "labels", ADA, NOW)
    assert results.take(session, made, LATER)
    results.give_up(session, made, 1, "no space left on device", attempts=1, now=LATER)
    session.expire_all()
    assert (row.state, row.is_current, session.query(Delivery).count()) == ("held", False, 0)
    again = finished(session, reviews.approve(session, row.id, "labels", BOB, LATER))
    assert (again.state, row.state) == ("done", "superseded")


def test_a_correction_replaces_a_result_that_was_sent(session: Session) -> None:
    row = session.get_one(Analysis, done(session, make_series(session)))
    made = finished(session, reviews.correct(session, row.id, "painted", BOB, LATER))
    assert (made.state, made.origin, made.supersedes_id, made.measurement.corrected) == (
        *("done", "corrected", row.id),
        True,
    )
    assert (row.state, row.is_current) == ("superseded", False)


def test_another_slice_is_held_again_and_the_older_result_wants_no_decision_any_more(session: Session) -> None:
    row = held(session)
    made = finished(session, reviews.another_slice(session, row.id, 31, ADA, LATER), HELD)
    assert (made.state, made.slice_index, made.reviewed_by) == ("held", 31, None)
    assert row.state == "superseded"


def test_a_slice_that_can_not_be_measured_leaves_the_older_result_to_decide_on(session: Session) -> None:
    row = held(session)
    made = reviews.another_slice(session, row.id, 31, ADA, LATER)
    results.take(session, made, LATER)
    results.finish_not_measured(session, made, 1, "no_muscle: none", LATER)
    session.expire_all()
    standing = reviews.standing(session, row.study_id)
    assert standing is not None
    assert standing.id == row.id
    assert reviews.approve(session, row.id, "labels", ADA, LATER)


def test_any_series_may_be_taken_up_where_none_was_measured_and_by_one_reviewer_only(session: Session) -> None:
    first = make_series(session)
    second = make_series(session, 2)
    second.study_id = first.study_id
    for series in (first, second):
        results.take(session, ask(session, series, key=f"of {series.id}"), NOW)
    one, other = session.query(Analysis).order_by(Analysis.id)
    for row in (one, other):
        results.finish_not_measured(session, row.id, 1, "l3_uncertain: no landmark", NOW)
    made = session.get_one(Analysis, reviews.another_slice(session, one.id, 31, ADA, NOW))
    assert (made.series_id, made.basis_id, made.revision) == (first.id, one.id, 1)
    with pytest.raises(Overtaken, match="newer revision"):
        reviews.another_slice(session, other.id, 3, BOB, LATER)
    assert finished(session, made.id, HELD).state == "held"


def test_a_rejected_result_is_never_sent(session: Session) -> None:
    row = held(session)
    reviews.reject(session, row.id, "wrong vertebra", ADA, LATER)
    session.expire_all()
    assert (row.state, row.reason, row.reviewed_by) == ("rejected", "wrong vertebra", "ada")
    assert session.query(Delivery).count() == 0
    with pytest.raises(Overtaken, match="rejected already by ada"):
        reviews.approve(session, row.id, "labels", BOB, LATER)


@pytest.mark.parametrize("second", ["approve", "correct", "slice", "reject"])
@pytest.mark.parametrize("first", ["approve", "correct", "slice"])
def test_who_is_second_is_told_and_changes_nothing(first: str, second: str, session: Session) -> None:
    row = held(session)
    moves = {
        "approve": lambda by: reviews.approve(session, row.id, "labels", by, LATER),
        "correct": lambda by: reviews.correct(session, row.id, f"by {by.account}", by, LATER),
        "slice": lambda by: reviews.another_slice(session, row.id, 3, by, LATER),
        "reject": lambda by: reviews.reject(session, row.id, "no", by, LATER),
    }
    moves[first](ADA)
    before = session.query(Event).count()
    with pytest.raises(Overtaken, match=r"newer revision|already"):
        moves[second](BOB)
    assert session.query(Event).count() == before


def test_a_held_result_expires_by_setting_and_only_then(session: Session) -> None:
    row = held(session)
    assert reviews.expire(session, 0, NOW + timedelta(days=900)) == 0
    assert reviews.expire(session, 14, NOW + timedelta(days=13)) == 0
    assert reviews.expire(session, 14, NOW + timedelta(days=15)) == 1
    session.expire_all()
    assert (row.state, row.reason) == ("expired", "nobody decided within 14 days")
    assert session.query(Delivery).count() == 0


def test_a_held_result_does_not_expire_while_a_decision_on_it_is_carried_out(session: Session) -> None:
    row = held(session)
    reviews.approve(session, row.id, "labels", ADA, LATER)
    assert reviews.expire(session, 14, NOW + timedelta(days=15)) == 0


@pytest.mark.parametrize("decide", ["approve", "correct", "slice"])
def test_nothing_new_is_asked_of_images_that_were_purged(decide: str, session: Session) -> None:
    row = session.get_one(Analysis, done(session, make_series(session)))
    register(session, make_arrival(study_instance_uid="1.1", series_instance_uid="1.1.1"))
    purging.purged(session, row.study_id, "90 days without news", NOW)
    moves = {
        "approve": lambda: reviews.approve(session, row.id, "labels", ADA, LATER),
        "correct": lambda: reviews.correct(session, row.id, "painted", ADA, LATER),
        "slice": lambda: reviews.another_slice(session, row.id, 3, ADA, LATER),
    }
    with pytest.raises(reviews.ImagesGone, match="send the study again"):
        moves[decide]()
    assert session.query(Analysis).count() == 1


def test_a_decision_is_carried_over_to_another_identity(session: Session) -> None:
    row = held(session)
    made = session.get_one(Analysis, reviews.correct(session, row.id, "labels", ADA, LATER))
    again = session.get_one(Analysis, reviews.carried_over(session, made, "other patient", LATER))
    assert (again.origin, again.labels_digest, again.reviewer, again.basis_id) == (
        *("corrected", "labels", "Lovelace^Ada"),
        row.id,
    )
    assert again.request_key != made.request_key


def test_a_draft_is_not_saved_over_one_that_was_not_seen(session: Session) -> None:
    row = held(session)
    assert draft.save(session, row.id, 0, b"one", by="ada", now=NOW) == 1
    with pytest.raises(draft.Overtaken, match="ada saved"):
        draft.save(session, row.id, 0, b"other", by="bob", now=LATER)
    assert draft.save(session, row.id, 1, b"two", by="bob", now=LATER) == 2
    reviews.correct(session, row.id, "labels", ADA, LATER)
    assert draft.find(session, row.id) is None


def test_a_request_that_waits_is_not_decided_on(session: Session) -> None:
    waiting = ask(session, make_series(session))
    with pytest.raises(Overtaken, match="queued already"):
        reviews.approve(session, waiting, "labels", ADA, LATER)
