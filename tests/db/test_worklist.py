"""What the worklist finds, alike on both databases."""

import pytest
from sqlalchemy.orm import Session

from db import standing, worklist
from db.schema import Analysis
from db.worklist import Asked
from tests.db.factories import done, make_series

KEY = "0a1b2c3d4e" + "f" * 22


def found(session: Session, text: str) -> list[int]:
    return [entry.study.id for entry in worklist.page(session, Asked(text=text)).entries]


@pytest.fixture
def study(session: Session) -> int:
    """One study of a patient with a name that is not ASCII."""
    series = make_series(session)
    series.study.patient_name, series.study.patient_id = "ÄRZTLIN^Jörg", "Ab-1"
    series.study.accession_number = "X_1"
    done(session, series)
    make_series(session, 2)
    return series.study_id


@pytest.mark.parametrize("text", ["ärztl", "ÄRZT", "Ärzt", "ab-", "AB-1", "x_1", "1.1"])
def test_a_search_does_not_care_for_capitals(text: str, study: int, session: Session) -> None:
    assert found(session, text) == [study]


@pytest.mark.parametrize("text", ["jörg", "b-1", "x%", "xx1"])
def test_a_search_finds_what_begins_so_and_takes_no_letter_for_any_other(
    text: str, study: int, session: Session
) -> None:
    assert found(session, text) == []


def test_the_beginning_of_a_patients_key_finds_the_measured_studies(study: int, session: Session) -> None:
    session.query(Analysis).one().measurement.patient_key = KEY
    standing.renew(session, study)
    assert found(session, KEY[:10].upper()) == [study]
    assert found(session, KEY[:9]) == []
    assert found(session, "1" * 10) == []
