"""What the worklist finds, alike on both databases."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db import standing, worklist
from db.schema import Analysis, Study
from db.worklist import Asked
from tests.db.factories import done, make_series

KEY = "0a1b2c3d4e" + "f" * 22


def found(session: Session, words: str) -> list[int]:
    return [entry.study.id for entry in worklist.page(session, Asked(text=words)).entries]


@pytest.fixture
def study(session: Session) -> int:
    """One study of a patient with a name that is not ASCII."""
    series = make_series(session)
    series.study.patient_name, series.study.patient_id = "ÄRZTLIN^Jörg", "Ab-1"
    series.study.accession_number = "X_1"
    done(session, series)
    make_series(session, 2)
    return series.study_id


@pytest.mark.parametrize("words", ["ärztl", "ÄRZT", "Ärzt", "ab-", "AB-1", "x_1", "1.1"])
def test_a_search_does_not_care_for_capitals(words: str, study: int, session: Session) -> None:
    assert found(session, words) == [study]


@pytest.mark.parametrize("words", ["jörg", "b-1", "x%", "xx1", "9" * 9, "9" * 10, "9" * 64])
def test_a_search_finds_what_begins_so_and_takes_no_letter_for_any_other(
    words: str, study: int, session: Session
) -> None:
    assert found(session, words) == []


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_postgresql_reads_no_table_through_to_find_a_beginning(session: Session, study: int) -> None:
    for way in ("seqscan", "indexscan"):  # few rows are read through all the same, unless that is forbidden
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    asked = worklist.searched(select(Study.id), "ab-")
    compiled = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.execute(text(f"EXPLAIN {compiled}")).scalars())
    for column in ("patient_id", "accession_number", "patient_name"):
        assert f"Bitmap Index Scan on ix_study_{column}_begins" in plan


def test_the_beginning_of_a_patients_key_finds_the_measured_studies(study: int, session: Session) -> None:
    session.query(Analysis).one().measurement.patient_key = KEY
    standing.renew(session, study)
    assert found(session, KEY[:10].upper()) == [study]
    assert found(session, KEY[:9]) == []
    assert found(session, "1" * 10) == []
