"""When a series is complete and a study settled: tables of evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.settings import StudySettings
from dicom_node.study.closing import Arrived, contiguous, why_close, why_settle

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = StudySettings(series_quiet=30, series_timeout=1800, study_quiet=120, study_timeout=7200)
EVEN, GAPPED = (0.0, 5.0, 10.0, 15.0), (0.0, 5.0, 15.0, 20.0)


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
    first, last = NOW - timedelta(seconds=since_first), NOW - timedelta(seconds=since_last)
    found = why_settle(first, last, receiving, RULES, NOW)
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
