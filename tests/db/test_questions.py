"""Questions to the cohort: filters find what they name, and no expression writes, looks elsewhere or hangs."""

import time
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.questions import Filter, batches, count, looking, newest, question
from db.schema import Analysis, Measurement, Series, Study
from db.session import open_sessions
from db.where import Refused, checked
from tests.db.factories import NOW

BASE: dict[str, Any] = {
    "patient_sex": "F",
    "patient_age_years": 66.0,
    "study_date": "20240315",
    "model_digest": "abc123",
    "model_status": "released",
    "contrast_phase": "portal venous",
    "kvp": 120.0,
    "slice_thickness_mm": 3.0,
    "manufacturer_model_name": "Scanner A",
    "reviewed_at": NOW,
    "corrected": True,
    "doubts": "",
    "is_latest": True,
}


@pytest.fixture
def cohort(engine: Engine, migrated_url: str) -> str:
    """Two rows: the second differs in everything that a filter can ask for."""
    other = {"patient_sex": "M", "patient_age_years": 44.0, "study_date": "20200102", "model_digest": "def456"}
    other |= {"model_status": "research", "contrast_phase": "native", "kvp": 100.0, "slice_thickness_mm": 5.0}
    other |= {"manufacturer_model_name": "Scanner B", "reviewed_at": None, "corrected": False}
    add_rows(engine, BASE, BASE | other | {"doubts": "hu_scale: 1", "is_latest": False})
    return migrated_url


def add_rows(engine: Engine, *rows: dict[str, Any]) -> None:
    with open_sessions(engine).begin() as session:
        for number, row in enumerate(rows, 1):
            study = Study(study_instance_uid=f"1.{number}", patient_id=f"SECRET-{number}", first_at=NOW, last_at=NOW)
            series = Series(study=study, series_instance_uid=f"1.{number}.1", first_at=NOW, last_at=NOW)
            digests = dict.fromkeys(("content_digest", "identity_digest", "model_digest", "analysis_digest"), "x")
            analysis = Analysis(
                study=study, series=series, request_key=f"key {number}", due_at=NOW, asked_at=NOW, **digests
            )
            analysis.measurement = Measurement(
                is_current=True, study_instance_uid=f"1.{number}", request_key=f"key {number}", **row
            )
            session.add(analysis)


def found(url: str, **asked: Any) -> list[int]:
    with looking(url, 30) as connection:
        return [row[0] for row in connection.execute(question(Filter(**asked), ["analysis_id"]))]


@pytest.mark.parametrize(
    "asked",
    [
        {"sex": "F"},
        {"min_age": 66},
        {"since": "2024-03-15"},
        {"model": "abc"},
        {"model_status": "released"},
        {"phase": "portal venous"},
        {"kvp": 120},
        {"max_thickness": 3},
        {"scanner": "Scanner A"},
        {"review": "corrected"},
        {"latest": True},
        {"without_doubt": True},
        {"where": "patient_age_years BETWEEN 60 AND 70 AND patient_sex IN ('F', 'O')"},
        {"where": "coalesce(doubts, '') = ''"},
        {"where": "NOT (kvp < 110)"},
    ],
)
def test_every_filter_finds_what_it_names(cohort: str, asked: dict[str, Any]) -> None:
    assert found(cohort, **asked) == [1]
    assert found(cohort) == [1, 2]


@pytest.mark.parametrize(
    "asked", [{"max_age": 50}, {"until": "2021-01-01"}, {"min_thickness": 4}, {"review": "automatic"}]
)
def test_the_other_end_of_a_range_finds_the_others(cohort: str, asked: dict[str, Any]) -> None:
    assert found(cohort, **asked) == [2]


def test_a_page_shows_the_newest_first(cohort: str) -> None:
    with looking(cohort, 30) as connection:
        assert [row[0] for row in connection.execute(newest(Filter(), ["analysis_id"], 1))] == [2]
        assert count(connection, Filter()) == 2


def test_rows_come_in_batches(cohort: str) -> None:
    with looking(cohort, 30) as connection:
        assert [len(batch) for batch in batches(connection, question(Filter()), 1)] == [1, 1]


HOSTILE = [
    "1); DROP TABLE study; --",
    "1) UNION SELECT patient_id FROM study --",
    "EXISTS (SELECT 1 FROM study WHERE patient_id LIKE 'SECRET%')",
    "(SELECT count(*) FROM study) > 0",
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n) > 0",
    "pg_sleep(3600) IS NULL",
    "load_extension('x') = 1",
    "pg_read_file('/etc/passwd') = ''",
    "randomblob(1000000000) = ''",
    "patient_id = 'SECRET-1'",
    "kvp = 120 /* a comment */",
    'kvp = "kvp"',
    "kvp = :kvp",
    "kvp = ?",
    "kvp = $1",
    "(kvp = 120",
    "kvp = 120) OR (1 = 1",
    "",
    "kvp = 'open",
    "kvp = 1" + " + 1" * 2000,
]


@pytest.mark.parametrize("expression", HOSTILE, ids=range(len(HOSTILE)))
def test_an_expression_that_is_more_than_one_over_columns_is_refused(expression: str) -> None:
    with pytest.raises(Refused, match="--where"):
        checked(expression)


def test_two_signs_never_become_a_comment() -> None:
    assert checked("kvp = 120 --1") == "kvp = 120 - - 1"


def test_a_fault_of_an_expression_is_told(cohort: str) -> None:
    with pytest.raises(Refused, match="refuses the question"):
        found(cohort, where="kvp = = 120")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE event",
        "UPDATE measurement SET kvp = 1",
        "DELETE FROM study",
        "INSERT INTO refusal VALUES (1)",
        "CREATE TABLE more (i integer)",
    ],
)
def test_the_connection_itself_can_not_write(cohort: str, statement: str) -> None:
    with pytest.raises(Refused), looking(cohort, 30) as connection:
        connection.execute(text(statement))
    assert found(cohort) == [1, 2]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT patient_id FROM study",
        "SELECT * FROM sqlite_master",
        "PRAGMA query_only=OFF",
        "ATTACH ':memory:' AS x",
    ],
)
def test_the_connection_itself_sees_one_view_only(cohort: str, statement: str) -> None:
    with pytest.raises(Refused), looking(cohort, 30) as connection:
        connection.execute(text(statement))


def test_a_question_that_hangs_is_ended(cohort: str, kind: str) -> None:
    many = ", ".join(f"cohort c{number}" for number in range(40))  # 2 to the power of 40 rows
    endless = text(f"SELECT count(*) FROM {many}" if kind == "sqlite" else "SELECT pg_sleep(60)")
    began = time.monotonic()
    with pytest.raises(Refused, match=r"no answer within 0.5 s"), looking(cohort, 0.5) as connection:
        connection.execute(endless)
    assert time.monotonic() - began < 30


def test_an_identified_question_adds_what_the_study_row_knows(cohort: str) -> None:
    with looking(cohort, 30, identified=True) as connection:
        rows = connection.execute(question(Filter(), ["analysis_id"], identified=True)).all()
    assert [row.patient_id for row in rows] == ["SECRET-1", "SECRET-2"]


def test_a_database_that_is_not_there_is_told() -> None:
    with pytest.raises(Refused, match="no database"), looking("sqlite:////nowhere/a.sqlite", 1):
        pass


def test_a_filter_is_told_in_words() -> None:
    assert str(Filter()) == "everything"
    assert str(Filter(sex="F", latest=True)) == "sex F, latest"
