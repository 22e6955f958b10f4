"""The same result for another name: no new inference, and only where nothing but the identity differs."""

from sqlalchemy.orm import Session

from db import renaming, results
from db.schema import Analysis, Series
from tests.db.factories import LATER, NOW, done, make_asked, make_series


def measured(session: Session, **changes: object) -> tuple[Series, Analysis]:
    series = make_series(session)
    row = session.get_one(Analysis, done(session, series, "old"))
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    return series, row


def wanted(session: Session, series: Series, **changes: str) -> Analysis | None:
    return renaming.renamed(session, series.study_id, series.id, make_asked("new", **changes))


def test_a_result_is_renamed_where_nothing_but_the_identity_differs(session: Session) -> None:
    series, row = measured(session)
    assert wanted(session, series) is row
    assert wanted(session, series, identity_digest=row.identity_digest) is None
    assert wanted(session, series, content_digest="other") is None
    assert wanted(session, series, model_digest="other") is None


def test_what_a_person_decided_is_carried_to_the_new_name_whatever_the_model(session: Session) -> None:
    series, row = measured(session, origin="corrected", labels_digest="labels", reviewer="A^B", reviewed_at=NOW)
    assert wanted(session, series, model_digest="other") is row
    made = session.get_one(Analysis, renaming.rename(session, row, "identity new", LATER) or 0)
    assert (made.origin, made.labels_digest, made.reviewer, made.basis_id) == ("corrected", "labels", "A^B", row.id)


def test_a_renamed_result_rests_on_the_first_and_is_asked_once(session: Session) -> None:
    series, row = measured(session)
    made = session.get_one(Analysis, renaming.rename(session, row, "identity new", LATER) or 0)
    assert (made.state, made.origin, made.basis_id, made.supersedes_id) == ("queued", "identity", row.id, row.id)
    assert (made.revision, made.labels_digest, made.request_key != row.request_key) == (2, None, True)
    assert renaming.rename(session, row, "identity new", LATER) is None
    again = session.get_one(Analysis, renaming.rename(session, row, "identity newest", LATER) or 0)
    assert (made.state, again.state) == ("superseded", "queued")
    assert results.latest(session, series.study_id) is again
