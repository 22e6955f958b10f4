"""A change is called only between comparable examinations and only above error; else the numbers stand alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inference.model_card import Limits
from reporting.change import Call, Change, Detectable, Examination, changes

LIMITS = Limits(area_cm2=(-4.0, 9.0), hu=(-6.0, 3.0), cases=60, source="report 12")
DETECTABLE = Detectable(area_cm2=5.6, hu=14.6, source="van der Werf 2018")
FIRST = Examination(
    on=date(2022, 1, 1),
    area_cm2=120.0,
    hu=40.0,
    phase="portal venous",
    kvp=120.0,
    thickness_mm=3.0,
    model_digest="abc",
)


def later(**other: Any) -> Examination:
    return replace(FIRST, **({"on": date(2024, 1, 1)} | other))


def found(*examinations: Examination, quantity: str = "area_cm2", **more: Any) -> list[Change]:
    known = {"detectable": DETECTABLE, "limits": LIMITS} | more
    return list(changes(examinations, quantity, known["detectable"], known["limits"]))


def test_a_loss_above_both_bounds_is_a_decrease_with_its_rate() -> None:
    (change,) = found(FIRST, later(area_cm2=100.0))
    assert (change.call, change.difference) == (Call.DECREASE, -20.0)
    assert change.per_year == pytest.approx(-10.0, abs=0.02)
    assert "limits of the model, 9" in change.why


def test_a_gain_above_both_bounds_is_an_increase() -> None:
    assert found(FIRST, later(area_cm2=130.0))[0].call is Call.INCREASE


@pytest.mark.parametrize("by", [9.0, -9.0, 0.0, 5.7])
def test_what_the_model_may_err_by_is_within_measurement_error(by: float) -> None:
    (change,) = found(FIRST, later(area_cm2=120.0 + by))
    assert change.call is Call.WITHIN_ERROR
    assert change.difference == pytest.approx(by)


def test_the_detectable_difference_counts_where_it_is_the_larger() -> None:
    (change,) = found(FIRST, later(hu=30.0), quantity="hu")
    assert change.call is Call.WITHIN_ERROR
    assert "14.6 (van der Werf 2018)" in change.why


@pytest.mark.parametrize("unknown", ["detectable", "limits"])
def test_nothing_is_called_where_a_bound_is_unknown(unknown: str) -> None:
    (change,) = found(FIRST, later(area_cm2=60.0), **{unknown: None})
    assert (change.call, change.difference) == (Call.NOT_CALLED, -60.0)


@pytest.mark.parametrize(
    "other",
    [
        {"phase": "native"},
        {"phase": None},
        {"phase": ""},
        {"kvp": 100.0},
        {"kvp": None},
        {"thickness_mm": 1.0},
        {"thickness_mm": None},
        {"model_digest": "def"},
        {"model_digest": None},
        {"on": FIRST.on},
    ],
)
def test_examinations_that_differ_in_kind_are_not_compared(other: dict[str, Any]) -> None:
    assert found(FIRST, later(area_cm2=60.0, **other)) == []


def test_thickness_is_compared_by_class() -> None:
    assert len(found(FIRST, later(thickness_mm=5.0))) == 1


def test_a_few_weeks_are_not_spread_over_a_year() -> None:
    (change,) = found(FIRST, later(on=date(2022, 2, 1), area_cm2=100.0))
    assert (change.per_year, change.call) == (None, Call.DECREASE)


def test_each_examination_is_compared_with_the_one_before() -> None:
    middle, last = later(on=date(2023, 1, 1), area_cm2=110.0), later(area_cm2=90.0)
    assert [change.difference for change in found(last, FIRST, middle)] == [-10.0, -20.0]
