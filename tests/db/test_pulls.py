"""Pulls in the rows: gone on with, skipped where the model has answered, delivered only where it was confirmed."""

from sqlalchemy.orm import Session

from db import outbox, pulls
from db.schema import Delivery, Study
from tests.db.factories import LATER, NOW, SENT, done, make_series


def begun(session: Session, deliver_to: str = "") -> int:
    return pulls.begin(session, "ARCHIVE", "StudyDate=2020", deliver_to, "admin", NOW).id


def test_the_same_question_goes_on_until_it_is_finished(session: Session) -> None:
    first = begun(session)
    assert begun(session) == first
    assert begun(session, "PACS") != first
    pulls.finish(session, first, LATER)
    assert begun(session) != first


def test_studies_are_noted_once_and_what_the_model_has_done_is_skipped(session: Session) -> None:
    series = make_series(session)
    done(session, series)
    pull = begun(session)
    pulls.add(session, pull, ["1.1", "1.2", "1.2"], "model_digest", NOW)
    pulls.add(session, pull, ["1.2", "1.3"], "model_digest", NOW)
    assert [uid for _, uid in pulls.waiting(session, pull)] == ["1.2", "1.3"]
    assert pulls.counts(session, pull) == {"skipped": 1, "found": 2}
    other = begun(session, "PACS")
    pulls.add(session, other, ["1.1"], "another model", NOW)
    assert [uid for _, uid in pulls.waiting(session, other)] == ["1.1"]


def test_what_failed_waits_and_what_was_fetched_does_not(session: Session) -> None:
    pull = begun(session)
    pulls.add(session, pull, ["1.1", "1.2"], "m", NOW)
    (one, _), (other, _) = pulls.waiting(session, pull)
    pulls.mark(session, one, "fetched", "3 images", LATER)
    pulls.mark(session, other, "failed", "no connection", LATER)
    assert pulls.waiting(session, pull) == [(other, "1.2")]


def posted(session: Session, deliver_to: str | None) -> list[str]:
    """Where a result of a study goes that was pulled with `deliver_to`, or came by itself."""
    series = make_series(session)
    if deliver_to is not None:
        pulls.add(session, begun(session, deliver_to), ["1.1"], "m", NOW)
    analysis_id = done(session, series)
    assert SENT.destinations == ("PACS",)
    outbox.post(session, analysis_id, ["ELSEWHERE"], NOW)
    session.flush()
    return sorted({row.destination for row in session.query(Delivery)})


def test_results_of_pulled_studies_go_nowhere_unless_confirmed(session: Session) -> None:
    assert posted(session, "") == []


def test_results_of_pulled_studies_go_to_the_confirmed_destination_only(session: Session) -> None:
    assert posted(session, "PACS") == ["PACS"]


def test_results_of_studies_that_came_by_themselves_go_as_ever(session: Session) -> None:
    assert posted(session, None) == ["ELSEWHERE", "PACS"]


def test_a_study_is_known_to_be_pulled(session: Session) -> None:
    series = make_series(session)
    assert not pulls.is_pulled(session, series.study_id)
    pulls.add(session, begun(session), ["1.1"], "m", NOW)
    assert pulls.is_pulled(session, series.study_id)
    assert session.query(Study).count() == 1
