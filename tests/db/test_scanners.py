"""Medians of each scanner, lately against the year before, and when they want looking at."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from db import results, reviews, scanners
from db.results import Disposition
from db.reviews import Reviewer
from db.scanners import ENOUGH, Seen, compared
from db.schema import Measurement
from tests.db.factories import NOW, SENT, ask, finish, make_series

LATELY = date(2026, 2, 1)
OLD, NEW = "20260101", "20260215"
HELD = Disposition(held="fold_agreement: 0.5", destinations=())


def make_studies(count: int, study_date: str = OLD, **given: Any) -> list[Seen]:
    """Studies of one scanner whose numbers spread evenly around those given."""
    middle = {"hu": 40.0, "area": 150.0, "folds": 0.95} | given
    held = middle.pop("held", 0)
    return [
        Seen(
            scanner="A",
            study_date=study_date,
            held=number < held,
            **{name: value + (number - count // 2) / 10 for name, value in middle.items()},
        )
        for number in range(count)
    ]


def moved(old: list[Seen], new: list[Seen]) -> frozenset[str]:
    (one,) = compared([*old, *new], LATELY)
    return one.moved


def measured(session: Session, number: int, disposition: Disposition = SENT, **facts: Any) -> int:
    """An automatic result with facts."""
    analysis_id = ask(session, make_series(session, number), f"{number}")
    assert results.take(session, analysis_id, NOW)
    assert finish(session, analysis_id, disposition=disposition)
    row = session.get_one(Measurement, analysis_id)
    for name, value in ({"study_date": NEW, "manufacturer_model_name": "A", "fold_dice": 0.9} | facts).items():
        setattr(row, name, value)
    session.flush()
    return analysis_id


def test_medians_are_taken_of_what_is_known() -> None:
    (one,) = compared([Seen("A", NEW, hu, None, 0.9, False) for hu in (30.0, None, 50.0, 90.0)], LATELY)
    assert (one.lately.count, one.lately.hu.count, one.lately.hu.median) == (4, 3, 50.0)
    assert one.lately.area.median is None
    assert one.lately.area.quartiles is None
    assert (one.before.count, one.before.held) == (0, None)


def test_a_median_outside_of_the_middle_half_of_the_year_before_wants_looking_at() -> None:
    assert moved(make_studies(40), make_studies(ENOUGH, NEW, hu=37.0)) == {"hu"}
    assert moved(make_studies(40), make_studies(ENOUGH, NEW, area=160.0, folds=0.5)) == {"area"}
    assert moved(make_studies(40), make_studies(ENOUGH, NEW, hu=40.5)) == frozenset()


@pytest.mark.parametrize(("old", "new"), [(40, ENOUGH - 1), (ENOUGH - 1, 40)])
def test_nothing_is_marked_where_either_side_has_too_few(old: int, new: int) -> None:
    assert moved(make_studies(old), make_studies(new, NEW, hu=10.0, held=new)) == frozenset()


def test_a_part_held_that_chance_does_not_explain_wants_looking_at() -> None:
    assert moved(make_studies(100, held=10), make_studies(30, NEW, held=15)) == {"held"}
    assert moved(make_studies(100, held=10), make_studies(30, NEW, held=5)) == frozenset()


def test_the_busiest_scanner_comes_first_and_one_without_a_name_is_one_too() -> None:
    studies = [*make_studies(2, NEW), *(one._replace(scanner=None) for one in make_studies(3, NEW))]
    assert [one.name for one in compared(studies, LATELY)] == [None, "A"]


def test_rows_are_read_with_whether_a_person_was_asked(session: Session) -> None:
    measured(session, 1, total_hu_m29_150_mean=41.0)
    measured(session, 2, HELD, manufacturer_model_name=None)
    measured(session, 3, study_date="20250101")
    assert scanners.seen(session, date(2026, 1, 1)) == [
        Seen(None, NEW, None, None, 0.9, True),
        Seen("A", NEW, 41.0, None, 0.9, False),
    ]


def test_what_a_person_decided_does_not_hide_what_the_model_said(session: Session) -> None:
    held = measured(session, 1, HELD)
    made = reviews.correct(session, held, "labels", Reviewer(account="ada", name="Ada^A"), NOW)
    assert results.take(session, made, NOW)
    assert finish(session, made)
    session.get_one(Measurement, made).study_date = NEW
    session.flush()
    (one,) = scanners.seen(session, date(2026, 1, 1))
    assert one.held


def test_a_study_counts_once_with_its_latest_automatic_result(session: Session) -> None:
    first = measured(session, 1, total_hu_m29_150_mean=41.0)
    series = session.get_one(Measurement, first).analysis.series
    again = ask(session, series, "another model")
    assert results.take(session, again, NOW)
    assert finish(session, again)
    row = session.get_one(Measurement, again)
    row.study_date, row.total_hu_m29_150_mean = NEW, 44.0
    session.flush()
    assert [one.hu for one in scanners.seen(session, date(2026, 1, 1))] == [44.0]


def test_thirteen_months_are_looked_at_and_the_last_thirty_days_are_lately(session: Session) -> None:
    for number, day in enumerate(("20260228", "20260129", "20250301", "20250101")):
        measured(session, number, study_date=day)
    (one,) = scanners.scanners(session, date(2026, 3, 1))
    assert (one.lately.count, one.before.count) == (1, 2)
