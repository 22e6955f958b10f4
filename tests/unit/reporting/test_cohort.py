"""A cohort over time: months where they tell something, years where they do not."""

import numpy as np

from reporting.cohort import over_time


def test_months_come_in_order_with_their_number_and_median() -> None:
    months = np.array(["2026-02"] * 3 + ["2026-01"] * 4)
    found = over_time(months, np.array([1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0]))
    assert [(one.name, one.n, one.median) for one in found] == [("2026-01", 4, 11.5), ("2026-02", 3, 2.0)]


def test_years_stand_for_months_that_have_too_few() -> None:
    months = np.array(["2025-01", "2025-05", "2025-09", "2026-01"])
    assert [(one.name, one.n) for one in over_time(months, np.arange(4.0))] == [("2025", 3), ("2026", 1)]


def test_nothing_is_nothing() -> None:
    assert over_time(np.array([], "U7"), np.array([])) == []
