"""A cohort at a glance, on both databases: how many, who is left out, and what the pictures are made of."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.questions import Filter, looking
from dicom_node.cohort import overview
from dicom_node.cohort.overview import Counts
from dicom_node.cohort.summary import people_of
from tests.db.factories import NOW
from tests.db.test_questions import BASE, add_rows

QUANTITY = "total_hu_m29_150_mean"
ROW = BASE | {QUANTITY: 40.0, "patient_key": "a", "reviewed_at": None, "corrected": False}


@pytest.fixture
def cohort(engine: Engine, migrated_url: str) -> str:
    """Four results of two patients: one without the number, one without a date, one corrected."""
    unlike: list[dict[str, Any]] = [
        {},
        {QUANTITY: None, "patient_sex": "M"},
        {"study_date": None, "patient_key": "b", "manufacturer_model_name": "Scanner B"},
        {QUANTITY: 46.0, "corrected": True, "reviewed_at": NOW, "patient_age_years": None},
    ]
    add_rows(engine, *(ROW | row for row in unlike))
    return migrated_url


def test_everything_is_counted_in_one_look(cohort: str) -> None:
    with looking(cohort, 30) as connection:
        found = overview.counts(connection, Filter(), QUANTITY)
    assert found == Counts(all=4, results=4, patients=2, valued=3, aged=2, dated=2, corrected=1, left_out=())


def test_each_part_of_a_filter_tells_how_many_it_leaves_out(cohort: str) -> None:
    with looking(cohort, 30) as connection:
        found = overview.counts(connection, Filter(sex="F", min_age=60, where="kvp = 120"), QUANTITY)
    assert (found.all, found.results, found.patients) == (4, 2, 2)
    assert found.left_out == (("sex F", 1), ("min age 60", 1))


def test_periods_scanners_and_corrections_are_found(cohort: str) -> None:
    with looking(cohort, 30) as connection:
        (year,) = overview.periods(connection, Filter(), QUANTITY)
        assert (year.name, year.n, year.median) == ("2024", 2, 43.0)
        assert overview.scanners(connection) == ["Scanner A", "Scanner B"]
        assert overview.corrected(connection, Filter()) == [4]
        assert people_of(connection, Filter(sex="M"), QUANTITY).sex.tolist() == ["M"]
        assert people_of(connection, Filter(min_age=100), QUANTITY).sex.size == 0


def test_a_date_that_is_none_is_in_no_period(engine: Engine, cohort: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE measurement SET study_date = '20249999' WHERE analysis_id = 1"))
    with looking(cohort, 30) as connection:
        (year,) = overview.periods(connection, Filter(), QUANTITY)
    assert (year.name, year.n) == ("2024", 1)
