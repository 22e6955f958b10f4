"""What a revision makes void in archives, and when they may be told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import outbox, replacing, results, verifying
from db.results import Disposition
from db.schema import Analysis, Artifact, Delivery
from tests.db.factories import NOW, SENT, ask, done, make_series, make_stored

HELD = Disposition(held="doubt", destinations=())
BOTH = Disposition(held=None, destinations=("PACS", "NEW"))


def deliver(session: Session, analysis_id: int, *, verify: int = 3) -> None:
    """Send every pending parcel of a result, and verify the first ones."""
    query = select(Delivery).join(Artifact, Delivery.artifact_id == Artifact.id)
    parcels = session.scalars(query.where(Artifact.analysis_id == analysis_id).order_by(Delivery.id)).all()
    for parcel in parcels:
        outbox.sent(session, parcel.id, NOW)
    for parcel in parcels[:verify]:
        verifying.verified(session, parcel.id, "found", NOW)


def revise(session: Session, first: int, *, disposition: Disposition = SENT, origin: str = "automatic") -> int:
    """A revision with a rejection note beside its objects."""
    series = session.get_one(Analysis, first).series
    analysis_id = ask(session, series, f"after {first}")
    session.get_one(Analysis, analysis_id).origin = origin
    assert results.take(session, analysis_id, NOW)
    stored = [make_stored(str(analysis_id), kind) for kind in ("seg", "sr", "key", "reject")]
    assert results.finish_measured(session, analysis_id, 1, {}, stored, disposition, NOW)
    return analysis_id


def notes(session: Session) -> list[tuple[str, str]]:
    """Destination and state of every parcel with a note."""
    query = select(Delivery.destination, Delivery.state).join(Artifact, Delivery.artifact_id == Artifact.id)
    return [(to, state) for to, state in session.execute(query.where(Artifact.kind == "reject"))]


def test_a_note_follows_when_the_last_object_of_the_revision_is_verified_and_not_before(session: Session) -> None:
    first = done(session, make_series(session))
    deliver(session, first)
    revision = revise(session, first)
    deliver(session, revision, verify=2)
    assert notes(session) == []
    last = outbox.in_state(session, "PACS", "sent", NOW + outbox.LONGEST)
    verifying.verified(session, last[0].delivery_id, "found", NOW)
    assert notes(session) == [("PACS", "pending")]


def test_a_destination_that_never_got_the_old_objects_is_told_nothing(session: Session) -> None:
    first = done(session, make_series(session))
    deliver(session, first)
    deliver(session, revise(session, first, disposition=BOTH), verify=6)
    assert notes(session) == [("PACS", "pending")]


def test_a_revision_of_what_never_left_makes_nothing_void(session: Session) -> None:
    first = done(session, make_series(session), disposition=HELD)
    deliver(session, revise(session, first))
    assert notes(session) == []


def test_what_was_sent_is_void_also_after_a_result_between_that_was_held(session: Session) -> None:
    first = done(session, make_series(session))
    deliver(session, first)
    between = revise(session, first, disposition=HELD, origin="slice")
    last = revise(session, between, origin="approved")
    objects, origins = replacing.void(session, session.get_one(Analysis, last))
    assert [one.analysis_id for one in objects] == [first] * 3
    assert origins == {"approved", "slice"}
    deliver(session, last)
    assert notes(session) == [("PACS", "pending")]


def test_a_note_is_no_object_that_a_later_revision_replaces(session: Session) -> None:
    first = done(session, make_series(session))
    deliver(session, first)
    second = revise(session, first)
    deliver(session, second)
    third = session.get_one(Analysis, revise(session, second))
    assert [one.kind for one in replacing.replaced(session, third)] == ["seg", "sr", "key"]
    assert [one.kind for one in replacing.void(session, third)[0]] == ["seg", "sr", "key"]
