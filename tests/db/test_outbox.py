"""Parcels: tried until they are there, or nobody wants them any more."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from db import outbox
from db.results import Disposition
from db.schema import Analysis, Delivery, Event
from tests.db.factories import LATER, NOW, done, make_series

TWO_PLACES = Disposition(held=None, destinations=("PACS", "ARCHIVE"))


def posted(session: Session, number: int = 1, disposition: Disposition = TWO_PLACES) -> int:
    """An analysis whose parcels wait."""
    return done(session, make_series(session, number), str(number), disposition=disposition)


def delivery(session: Session, delivery_id: int) -> Delivery:
    session.flush()
    session.expire_all()
    return session.get_one(Delivery, delivery_id)


def test_every_object_goes_to_every_destination_in_order(session: Session) -> None:
    posted(session)
    for place in ("ARCHIVE", "PACS"):
        parcels = outbox.take(session, place, NOW)
        assert [one.path.split("/")[-1] for one in parcels] == ["seg.dcm", "sr.dcm", "key.dcm"]
        assert {one.destination for one in parcels} == {place}


def test_urgent_results_go_first_and_no_more_than_there_is_room_for(session: Session) -> None:
    routine, urgent = posted(session, 1), posted(session, 2)
    session.get_one(Analysis, urgent).priority = 10
    session.flush()
    found = outbox.take(session, "PACS", NOW, most=4)
    assert [one.analysis_id for one in found] == [urgent] * 3 + [routine]


def test_a_result_for_nobody_has_no_parcels(session: Session) -> None:
    posted(session, disposition=Disposition(held=None, destinations=()))
    assert outbox.due(session, NOW) == []


def test_why_a_destination_gets_nothing_is_an_event_of_the_result(session: Session) -> None:
    why = "not for PACS: the study is 400 days old"
    analysis_id = posted(session, disposition=Disposition(held=None, destinations=(), withheld=(why,)))
    assert session.query(Event).filter_by(entity="analysis", entity_id=analysis_id, reason=why).count() == 1


def test_posting_again_makes_no_second_parcel_and_revives_a_cancelled_one(session: Session) -> None:
    analysis_id = posted(session)
    first = outbox.take(session, "PACS", NOW)[0]
    outbox.sent(session, first.delivery_id, NOW)
    outbox.cancel(session, analysis_id, NOW, "held again")
    assert outbox.due(session, NOW) == []
    outbox.post(session, analysis_id, TWO_PLACES.destinations, LATER)
    assert len(outbox.take(session, "PACS", LATER)) == 2
    assert len(outbox.take(session, "ARCHIVE", LATER)) == 3
    assert session.query(Delivery).count() == 6


def test_only_what_is_due_is_taken(session: Session) -> None:
    posted(session)
    first = outbox.take(session, "PACS", NOW)[0]
    outbox.put_off(session, first.delivery_id, "no answer", NOW)
    assert first not in outbox.take(session, "PACS", NOW)
    assert len(outbox.take(session, "PACS", NOW)) == 2
    assert first in outbox.take(session, "PACS", NOW + timedelta(hours=1))
    assert outbox.take(session, "PACS", NOW - timedelta(seconds=1)) == []


def test_destinations_with_due_parcels_are_told_once(session: Session) -> None:
    posted(session, 1)
    posted(session, 2)
    assert outbox.due(session, NOW) == ["ARCHIVE", "PACS"]
    for parcel in outbox.take(session, "PACS", NOW):
        outbox.sent(session, parcel.delivery_id, NOW)
    assert outbox.due(session, NOW) == ["ARCHIVE"]
    assert [outbox.unverified(session, "PACS", NOW + timedelta(seconds=after)) for after in (9, 10)] == [False, True]
    assert outbox.due(session, NOW - timedelta(seconds=1)) == []


def test_what_was_sent_is_not_taken_again(session: Session) -> None:
    posted(session)
    first = outbox.take(session, "PACS", NOW)[0]
    outbox.sent(session, first.delivery_id, LATER)
    found = delivery(session, first.delivery_id)
    assert (found.state, found.sent_at) == ("sent", LATER)
    assert first not in outbox.take(session, "PACS", LATER)


def test_an_object_that_is_refused_for_a_week_is_buried_and_a_weekend_is_not_a_week(session: Session) -> None:
    posted(session)
    parcel = outbox.take(session, "PACS", NOW)[0]
    for days in (0, 2, 6.9):
        outbox.put_off(session, parcel.delivery_id, "cannot understand", NOW + timedelta(days=days))
        assert delivery(session, parcel.delivery_id).state == "pending"
    outbox.put_off(session, parcel.delivery_id, "cannot understand", NOW + timedelta(days=7))
    found = delivery(session, parcel.delivery_id)
    assert (found.state, found.reason) == ("dead", "for 7 days: cannot understand")


def test_a_parcel_that_is_put_off_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour(session: Session) -> None:
    posted(session)
    parcel = outbox.take(session, "PACS", NOW)[0]
    for attempt in range(1, 12):
        outbox.put_off(session, parcel.delivery_id, "no answer", NOW)
        found = delivery(session, parcel.delivery_id)
        least = min(10 * 2 ** (attempt - 1), 900)
        assert (found.state, found.attempt, found.reason) == ("pending", attempt, "no answer")
        assert least <= (found.due_at - NOW).total_seconds() <= least * 1.2
    assert session.query(Event).filter_by(entity="delivery", entity_id=parcel.delivery_id).count() == 12


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0, 10), (1, 1, 12), (2, 0, 20), (3, 0, 40), (7, 0, 640), (8, 0, 900), (9, 1, 1080), (10_000, 0, 900)],
)
def test_a_wait_is_bounded_and_its_jitter_only_lengthens_it(attempt: int, chance: float, seconds: float) -> None:
    assert outbox.wait(attempt, chance).total_seconds() == seconds


def test_jitter_differs_from_parcel_to_parcel() -> None:
    assert len({outbox.wait(3) for _ in range(50)}) > 40


def test_a_buried_parcel_says_why_and_is_never_due(session: Session) -> None:
    posted(session)
    parcel = outbox.take(session, "PACS", NOW)[0]
    outbox.bury(session, parcel.delivery_id, "the stored file is missing", NOW)
    found = delivery(session, parcel.delivery_id)
    assert (found.state, found.reason) == ("dead", "the stored file is missing")
    assert parcel not in outbox.take(session, "PACS", NOW + timedelta(days=9))


def test_what_is_no_longer_pending_is_not_put_off(session: Session) -> None:
    posted(session)
    parcel = outbox.take(session, "PACS", NOW)[0]
    outbox.sent(session, parcel.delivery_id, NOW)
    outbox.put_off(session, parcel.delivery_id, "no answer", LATER)
    assert (delivery(session, parcel.delivery_id).state, delivery(session, parcel.delivery_id).attempt) == ("sent", 0)


def test_cancelling_stops_what_is_unsent_of_this_result_only(session: Session) -> None:
    first, second = posted(session, 1), posted(session, 2)
    sent = outbox.take(session, "PACS", NOW)[0]
    outbox.sent(session, sent.delivery_id, NOW)
    outbox.cancel(session, first, LATER)
    assert {one.analysis_id for one in outbox.take(session, "PACS", LATER)} == {second}
    assert delivery(session, sent.delivery_id).state == "sent"
    assert len(outbox.take(session, "PACS", LATER)) == len(outbox.take(session, "ARCHIVE", LATER)) == 3


def test_a_parcel_cancelled_while_it_was_on_its_way_stays_cancelled(session: Session) -> None:
    analysis_id = posted(session)
    parcel = outbox.take(session, "PACS", NOW)[0]
    outbox.cancel(session, analysis_id, NOW)
    outbox.sent(session, parcel.delivery_id, LATER)
    assert delivery(session, parcel.delivery_id).state == "cancelled"
