"""Rows of uploaded slices: taken once, tried again, refused at the last."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from db import uploads
from db.schema import Upload
from tests.db.factories import NOW


def asked(session: Session, name: str = "a") -> int:
    return uploads.ask(session, name=name, folder=f"uploads/{name}", fold=None, by="reader", now=NOW)


def test_a_slice_is_taken_once(session: Session) -> None:
    number = asked(session)
    assert uploads.due(session, 9) == [number]
    assert uploads.take(session, number, NOW) is not None
    assert uploads.take(session, number, NOW) is None
    assert uploads.due(session, 9) == []


def test_a_slice_that_ends_its_worker_is_refused_at_the_last(session: Session) -> None:
    number = asked(session)
    for attempt in range(1, uploads.MOST_ATTEMPTS + 1):
        assert uploads.take(session, number, NOW) is not None
        uploads.give_up(session, number, attempt, "it ended its worker", NOW)
    row = session.get_one(Upload, number)
    assert (row.state, row.reason) == ("refused", "failed: it ended its worker")


def test_an_attempt_that_was_given_up_ends_nothing(session: Session) -> None:
    number = asked(session)
    uploads.take(session, number, NOW)
    uploads.recover(session, set(), NOW)
    uploads.take(session, number, NOW)
    assert not uploads.finish(session, number, 1, NOW)
    assert uploads.finish(session, number, 2, NOW)


def test_what_somebody_does_is_not_recovered(session: Session) -> None:
    number = asked(session)
    uploads.take(session, number, NOW)
    uploads.recover(session, {number}, NOW)
    assert session.get_one(Upload, number).state == "running"


@pytest.mark.parametrize(("days", "gone"), [(6, 0), (8, 1)])
def test_only_what_came_to_rest_before_a_time_is_deleted(days: int, gone: int, session: Session) -> None:
    number, waiting = asked(session), asked(session, "b")
    uploads.take(session, number, NOW)
    uploads.finish(session, number, 1, NOW, refusal="not_a_single_slice: no")
    before = NOW + timedelta(days=days - 7)
    assert len(uploads.ended_before(session, before, 9)) == gone
    assert session.get_one(Upload, waiting).state == "queued"
