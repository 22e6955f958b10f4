"""When a series is complete and a study settled: tables of evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.settings import StudySettings
from dicom_node.study.closing import (
    Arrived,
    Count,
    StudyArrived,
    all_arrived,
    contiguous,
    heard,
    why_close,
    why_settle,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = StudySettings(series_quiet=30, series_timeout=1800, study_quiet=120, study_timeout=7200, count_settle=10)
EVEN, GAPPED = (0.0, 5.0, 10.0, 15.0), (0.0, 5.0, 15.0, 20.0)


def count(images: int, stood: float = 10) -> Count:
    return Count(images=images, since=NOW - timedelta(seconds=stood), at=NOW)


def arrived(quiet: float, **facts: Any) -> Arrived:
    last = NOW - timedelta(seconds=quiet)
    series = Arrived(first_at=last, last_at=last, busy=False, interrupted=False, finished=False, positions_mm=EVEN)
    return replace(series, **facts)


@pytest.mark.parametrize(
    ("quiet", "facts", "why"),
    [
        (29, {}, None),
        (30, {}, "slices contiguous"),
        (30, {"positions_mm": GAPPED}, None),
        (1799, {"positions_mm": GAPPED}, None),
        (1800, {"positions_mm": GAPPED}, "nothing new"),
        (0, {"finished": True}, "finished series"),
        (0, {"finished": True, "positions_mm": GAPPED}, "finished series"),
        (0, {"finished": True, "busy": True}, None),
        (0, {"finished": True, "interrupted": True}, None),
        (30, {"interrupted": True}, None),
        (1800, {"interrupted": True}, "nothing new"),
        (30, {"busy": True}, None),
        (1799, {"busy": True}, None),
        (1800, {"busy": True}, "nothing new"),
        (30, {"positions_mm": ()}, "slices contiguous"),
        (30, {"positions_mm": (7.0,)}, "slices contiguous"),
    ],
)
def test_a_series_closes_by_evidence(quiet: float, facts: dict[str, Any], why: str | None) -> None:
    found = why_close(arrived(quiet, **facts), RULES, NOW)
    assert found is None if why is None else why in (found or "")


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"count": count(4)}, "all 4 images"),
        ({"count": count(4), "busy": True, "interrupted": True, "positions_mm": GAPPED}, "all 4 images"),
        ({"count": count(4, stood=9.9)}, None),
        ({"count": count(4, stood=0)}, None),
        ({"count": count(4, stood=0), "finished": True, "busy": True}, "all 4 images"),
        ({"count": count(5)}, None),
        ({"count": count(3)}, None),
        ({"count": count(0)}, None),
        ({"count": count(0), "images": 0}, None),
        ({"count": None}, None),
    ],
    ids=str,
)
def test_a_count_closes_at_once_when_it_equals_what_arrived_and_stood(facts: dict[str, Any], why: str | None) -> None:
    found = why_close(arrived(0, **({"images": 4} | facts)), RULES, NOW)
    assert found is None if why is None else why in (found or "")


@pytest.mark.parametrize("images", [0, 3, 5])
@pytest.mark.parametrize(
    ("quiet", "positions", "why"), [(30, EVEN, "contiguous"), (30, GAPPED, None), (1800, GAPPED, "nothing new")]
)
def test_a_count_that_differs_leaves_the_other_rules_and_is_told(
    images: int, quiet: float, positions: tuple[float, ...], why: str | None
) -> None:
    found = why_close(arrived(quiet, images=4, count=count(images), positions_mm=positions), RULES, NOW)
    asked_nobody = why_close(arrived(quiet, positions_mm=positions), RULES, NOW)
    assert found == (why and f"{asked_nobody} (the source counts {images} images, 4 arrived)")


def test_a_count_stands_from_the_first_equal_answer_until_the_last_question() -> None:
    def at(second: float) -> datetime:
        return NOW + timedelta(seconds=second)

    counts = heard({}, {"1.2": 4, "1.3": 7}, at(0), at(1))
    counts = heard(counts, {"1.2": 4, "1.3": 8}, at(5), at(9))
    assert counts == {
        "1.2": Count(images=4, since=at(1), at=at(5)),
        "1.3": Count(images=8, since=at(9), at=at(9)),
    }


def test_a_series_that_an_answer_leaves_out_begins_anew() -> None:
    counts = heard(heard({"1.2": count(4)}, {}, NOW, NOW), {"1.2": 4}, NOW, NOW)
    assert counts == {"1.2": Count(images=4, since=NOW, at=NOW)}


@pytest.mark.parametrize(
    ("counts", "complete"),
    [
        ({"1.2": count(4), "1.3": count(7)}, True),
        ({"1.2": count(4), "1.3": count(7, stood=9)}, False),
        ({"1.2": count(4), "1.3": count(8)}, False),
        ({"1.2": count(4)}, False),
        ({"1.2": count(4), "1.3": count(7), "1.4": count(1)}, False),
        ({}, False),
    ],
    ids=["equal", "not yet settled", "an image missing", "a series unknown", "a series missing", "nothing"],
)
def test_a_study_has_arrived_when_every_series_counted_has(counts: dict[str, Count], complete: bool) -> None:
    assert all_arrived(counts, {"1.2": 4, "1.3": 7}, 10) is complete


def test_of_a_study_without_series_nothing_has_arrived() -> None:
    assert all_arrived({}, {}, 0) is False


@pytest.mark.parametrize(
    ("since_first", "since_last", "receiving", "why"),
    [
        (200, 119, 0, None),
        (200, 120, 0, "all series closed"),
        (200, 120, 1, None),
        (7199, 120, 1, None),
        (7200, 0, 1, "after its first image"),
        (7200, 0, 0, "after its first image"),
    ],
)
def test_a_study_settles_by_evidence(since_first: float, since_last: float, receiving: int, why: str | None) -> None:
    assert_settles(why, since_first, since_last, receiving)


@pytest.mark.parametrize(
    ("receiving", "why"), [(0, "all series that the source counts have arrived"), (1, None)], ids=str
)
def test_a_study_that_its_source_counts_complete_need_not_be_quiet(receiving: int, why: str | None) -> None:
    assert_settles(why, 200, 0, receiving, counted=True)


def assert_settles(why: str | None, since_first: float, since_last: float, receiving: int, **facts: Any) -> None:
    first, last = NOW - timedelta(seconds=since_first), NOW - timedelta(seconds=since_last)
    found = why_settle(StudyArrived(first_at=first, last_at=last, receiving=receiving, **facts), RULES, NOW)
    assert found is None if why is None else why in (found or "")


@pytest.mark.parametrize(
    ("positions", "even"),
    [
        ((), True),
        ((3.0,), True),
        (EVEN, True),
        (GAPPED, False),
        ((0.0, 5.0, 10.4, 15.0), True),
        ((0.0, 5.0, 5.0, 10.0), False),
        ((0.0, 0.0, 0.0), True),
    ],
)
def test_an_even_grid_is_contiguous(positions: tuple[float, ...], even: bool) -> None:
    assert contiguous(positions) is even
