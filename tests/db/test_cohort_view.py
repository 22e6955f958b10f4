"""The view `cohort` is a promise: its columns are only added, typed, and told with their units."""

import re

import pytest
from sqlalchemy import Engine, inspect, text

from db.cohort import COLUMNS, NAMES, make_view, view_sql
from db.session import open_engine, upgrade
from tests.db.promised import PROMISED


def test_the_columns_are_only_ever_added() -> None:
    assert {name for name in PROMISED if name not in NAMES} == set()
    assert [(column.name, column.type.__name__) for column in COLUMNS if column.name in PROMISED] == list(
        PROMISED.items()
    )


def test_the_database_has_the_columns_that_are_told_in_their_order(engine: Engine) -> None:
    assert tuple(column["name"] for column in inspect(engine).get_columns("cohort")) == NAMES


def test_no_name_and_no_id_of_a_patient_is_in_the_view() -> None:
    assert {"patient_id", "patient_name", "accession_number"} & set(NAMES) == set()
    assert "patient_id" not in view_sql()


def test_every_number_states_its_unit_in_its_name_or_beside_it() -> None:
    units = {"cm2": "_cm2", "mm": "_mm", "m": "_m", "kg": "_kg", "cm2/m2": "_cm2_m2", "years": "_years"}
    for column in COLUMNS:
        assert column.meaning
        if column.unit in units:
            assert column.name.endswith(units[column.unit]), column.name


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sqlite_keeps_unit_and_meaning_in_the_text_of_the_view(engine: Engine) -> None:
    with engine.connect() as connection:
        told = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'cohort'"))
    assert told == view_sql()
    assert re.search(r"m\.height_m AS height_m,  -- m: height", told)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_postgresql_keeps_unit_and_meaning_as_comments(engine: Engine) -> None:
    told = {column["name"]: column["comment"] for column in inspect(engine).get_columns("cohort")}
    assert told["height_m"] == "m: height"
    assert all(told.values())


def test_an_older_view_is_made_anew(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW cohort"))
        connection.execute(text("CREATE VIEW cohort AS SELECT 1 AS one"))
        make_view(connection)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cohort")).scalar() == 0


def test_the_view_is_there_after_an_upgrade_from_nothing(url: str) -> None:
    upgrade(url)
    engine = open_engine(url)
    assert inspect(engine).get_view_names() == ["cohort"]
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "question",
    [
        "SELECT avg(smi_m29_150_cm2_m2) FROM cohort WHERE patient_sex = 'F' AND patient_age_years > 60",
        "SELECT count(*), avg(total_area_m29_150_cm2) FROM cohort WHERE is_latest",
    ],
)
def test_what_is_asked_most_is_answered_by_an_index_alone(engine: Engine, question: str) -> None:
    with engine.connect() as connection:
        (step,) = connection.execute(text(f"EXPLAIN QUERY PLAN {question}")).all()
    assert "COVERING INDEX" in step[-1]
