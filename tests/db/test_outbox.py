"""Parcels: tried until they are there, or nobody wants them any more."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import outbox
from db.results import Disposition
from db.schema import Delivery, Event
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
    parcels = outbox.take(session, posted(session), NOW)
    kinds = ["seg", "sr", "key"]
    assert [(one.destination, one.path.split("/")[-1]) for one in parcels] == [
        (place, f"{kind}.dcm") for place in ("ARCHIVE", "PACS") for kind in kinds
    ]


def test_a_result_for_nobody_has_no_parcels(session: Session) -> None:
    assert outbox.take(session, posted(session, disposition=Disposition(held=None, destinations=())), NOW) == []


def test_a_parcel_cannot_be_posted_twice(session: Session) -> None:
    analysis_id = posted(session)
    with pytest.raises(IntegrityError):
        outbox.post(session, analysis_id, ("PACS",), NOW)


def test_only_what_is_due_is_taken(session: Session) -> None:
    analysis_id = posted(session)
    first = outbox.take(session, analysis_id, NOW)[0]
    outbox.put_off(session, first.delivery_id, "no answer", NOW)
    assert first not in outbox.take(session, analysis_id, NOW)
    assert len(outbox.take(session, analysis_id, NOW)) == 5
    assert first in outbox.take(session, analysis_id, NOW + timedelta(hours=1))
    assert outbox.take(session, analysis_id, NOW - timedelta(seconds=1)) == []


def test_analyses_with_due_parcels_are_told_once_oldest_first(session: Session) -> None:
    first, second = posted(session, 1), posted(session, 2)
    assert outbox.due(session, NOW) == [first, second]
    for parcel in outbox.take(session, first, NOW):
        outbox.sent(session, parcel.delivery_id, NOW)
    assert outbox.due(session, NOW) == [second]
    assert outbox.due(session, NOW - timedelta(seconds=1)) == []


def test_what_was_sent_is_not_taken_again(session: Session) -> None:
    analysis_id = posted(session)
    first = outbox.take(session, analysis_id, NOW)[0]
    outbox.sent(session, first.delivery_id, LATER)
    found = delivery(session, first.delivery_id)
    assert (found.state, found.sent_at) == ("sent", LATER)
    assert first not in outbox.take(session, analysis_id, LATER)


def test_a_parcel_that_is_put_off_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour(session: Session) -> None:
    parcel = outbox.take(session, posted(session), NOW)[0]
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
    analysis_id = posted(session)
    parcel = outbox.take(session, analysis_id, NOW)[0]
    outbox.bury(session, parcel.delivery_id, "the stored file is missing", NOW)
    found = delivery(session, parcel.delivery_id)
    assert (found.state, found.reason) == ("dead", "the stored file is missing")
    assert parcel not in outbox.take(session, analysis_id, NOW + timedelta(days=9))


def test_what_is_no_longer_pending_is_not_put_off(session: Session) -> None:
    parcel = outbox.take(session, posted(session), NOW)[0]
    outbox.sent(session, parcel.delivery_id, NOW)
    outbox.put_off(session, parcel.delivery_id, "no answer", LATER)
    assert (delivery(session, parcel.delivery_id).state, delivery(session, parcel.delivery_id).attempt) == ("sent", 0)


def test_cancelling_stops_what_is_unsent_of_this_result_only(session: Session) -> None:
    first, second = posted(session, 1), posted(session, 2)
    sent = outbox.take(session, first, NOW)[0]
    outbox.sent(session, sent.delivery_id, NOW)
    outbox.cancel(session, first, LATER)
    assert outbox.take(session, first, LATER) == []
    assert delivery(session, sent.delivery_id).state == "sent"
    assert len(outbox.take(session, second, LATER)) == 6


def test_a_parcel_cancelled_while_it_was_on_its_way_stays_cancelled(session: Session) -> None:
    analysis_id = posted(session)
    parcel = outbox.take(session, analysis_id, NOW)[0]
    outbox.cancel(session, analysis_id, NOW)
    outbox.sent(session, parcel.delivery_id, LATER)
    assert delivery(session, parcel.delivery_id).state == "cancelled"
