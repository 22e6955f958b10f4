"""What a measurement repeats of its analysis, and which examination of a patient is the latest."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import body, forgetting, results, standing
from db.schema import Analysis, Measurement, Series, Stature, Study
from tests.db.factories import LATER, NOW, SENT, ask, done, finish, make_series

ANNA, BERT = "a" * 32, "b" * 32


def measured(session: Session, number: int, *, key: str | None = ANNA, date: str | None = "20240101") -> int:
    """A sent result of a study of its own."""
    return measured_again(session, make_series(session, number), f"key {number}", key=key, date=date)


def measured_again(session: Session, series: Series, request: str, *, key: str | None, date: str | None) -> int:
    analysis_id = ask(session, series, request)
    assert results.take(session, analysis_id, NOW)
    facts = {"patient_key": key, "study_date": date, "total_area_m29_150_cm2": 120.0}
    assert results.finish_measured(session, analysis_id, 1, facts, [], SENT, LATER)
    return analysis_id


def rows(session: Session) -> dict[int, Any]:
    """The view, by analysis."""
    session.flush()
    return {row.analysis_id: row for row in session.execute(text("SELECT * FROM cohort"))}


def latest(session: Session) -> list[int]:
    return sorted(number for number, row in rows(session).items() if row.is_latest)


def test_a_result_is_a_row_of_the_cohort_with_what_it_repeats_of_its_analysis(session: Session) -> None:
    number = measured(session, 1)
    (row,) = rows(session).values()
    assert (row.analysis_id, row.patient_key, row.study_date, row.study_year) == (number, ANNA, "2024-01-01", 2024)
    assert (row.study_instance_uid, row.series_instance_uid) == ("1.1", "1.1.1")
    assert (row.request_key, row.revision, bool(row.corrected)) == ("key 1", 1, False)
    assert row.total_area_m29_150_cm2 == 120.0
    assert str(row.finished_at).startswith("2026-03-01 12:01:00")


def test_a_held_result_is_not_in_the_cohort(session: Session) -> None:
    analysis_id = ask(session, make_series(session))
    assert results.take(session, analysis_id, NOW)
    held = results.Disposition(held="level_confidence: 0.5", destinations=())
    assert finish(session, analysis_id, disposition=held)
    assert rows(session) == {}


def test_a_revision_takes_the_place_of_what_it_replaces(session: Session) -> None:
    series = make_series(session)
    first = measured_again(session, series, "one", key=ANNA, date="20240101")
    second = measured_again(session, series, "two", key=ANNA, date="20240101")
    assert list(rows(session)) == [second]
    assert latest(session) == [second]
    assert session.get_one(Measurement, first).is_current is False


def test_the_latest_examination_of_each_patient_is_marked_by_its_date(session: Session) -> None:
    newer, older = measured(session, 1, date="20250101"), measured(session, 2, date="20200101")
    other, undated = measured(session, 3, key=BERT), measured(session, 4, date=None)
    assert latest(session) == sorted([newer, other])
    assert older in rows(session)
    assert undated in rows(session)


def test_a_result_without_a_patient_stands_for_itself(session: Session) -> None:
    assert [measured(session, 1, key=None), measured(session, 2, key=None)] == latest(session)


def test_a_corrected_patient_id_moves_the_examination_to_the_other_patient(session: Session) -> None:
    old = measured(session, 1, date="20200101")
    series = make_series(session, 2)
    measured_again(session, series, "wrong patient", key=ANNA, date="20250101")
    right = measured_again(session, series, "right patient", key=BERT, date="20250101")
    assert latest(session) == sorted([old, right])


def test_results_of_a_time_before_keys_get_theirs(session: Session) -> None:
    series = make_series(session)
    series.study.patient_id = "P-1"
    number = done(session, series)
    assert standing.fill_keys(session, key_of) == 1
    assert rows(session)[number].patient_key == "key of P-1"
    assert latest(session) == [number]
    assert standing.fill_keys(session, key_of) == 0


def key_of(study: Study) -> str | None:
    return f"key of {study.patient_id}"


def test_what_is_forgotten_leaves_another_examination_the_latest_or_nothing(session: Session) -> None:
    older, newer = measured(session, 1, date="20200101"), measured(session, 2, date="20250101")
    body.state(session, ANNA, height_m=1.7, source="CSV", actor="ada", now=NOW)
    studies = {row.id: row.study_id for row in session.query(Analysis)}
    forgetting.forget(session, [studies[newer]], "hash", "admin", NOW)
    assert latest(session) == [older]
    assert session.query(Stature).count() == 1
    forgetting.forget(session, [studies[older]], "hash", "admin", NOW)
    assert rows(session) == {}
    assert session.query(Stature).count() == 0
