"""The pace of a pull: so many a minute, within a window of the site's day; and the question it asks."""

from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.settings import Query
from dicom_node.pacs import find
from dicom_node.pacs.find import NotAQuery, parsed, studies
from dicom_node.pacs.query import NoAnswer
from dicom_node.pulling import Pace, pace

BERLIN = ZoneInfo("Europe/Berlin")


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of a winter's day in UTC, an hour behind the site."""
    return datetime(2026, 1, 15, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("rate", "every"), [("2/min", 30), ("120/h", 30), ("4/s", 0.25), ("86400/day", 1)])
def test_a_rate_is_a_number_and_a_unit(rate: str, every: float) -> None:
    assert pace(rate, None, BERLIN).every == every


@pytest.mark.parametrize(
    ("now", "last", "window", "seconds"),
    [
        (at(12), None, None, 0),
        (at(12), at(12), None, 30),
        (at(12, 5), at(12), None, 0),
        (at(12), None, (time(20), time(6)), 7 * 3600),  # 13:00 there; it opens at 20:00
        (at(22), None, (time(20), time(6)), 0),
        (at(4, 30), None, (time(20), time(6)), 0),
        (at(5), None, (time(20), time(6)), 14 * 3600),
        (at(9), None, (time(12), time(13)), 2 * 3600),
        (at(12), None, (time(12), time(13)), 23 * 3600),
    ],
)
def test_the_next_study_waits_for_pace_and_window(
    now: datetime, last: datetime | None, window: tuple[time, time] | None, seconds: float
) -> None:
    assert Pace(every=30, window=window, zone=BERLIN).wait(now, last) == seconds


def test_a_question_names_keys_and_a_range_of_dates() -> None:
    keys, dates = parsed("StudyDate=20200101-20200331, StudyDescription=*ABDOMEN*")
    assert keys == {"StudyDescription": "*ABDOMEN*"}
    assert dates == (date(2020, 1, 1), date(2020, 3, 31))
    assert parsed("StudyDate=20200101")[1] == (date(2020, 1, 1), date(2020, 1, 1))


@pytest.mark.parametrize(
    "words", ["", "StudyDate=2020", "StudyDate", "Nonsense=1, StudyDate=20200101", "=, StudyDate=20200101"]
)
def test_a_question_without_end_or_sense_is_refused(words: str) -> None:
    with pytest.raises(NotAQuery):
        parsed(words)


def asked(monkeypatch: pytest.MonkeyPatch, answer: Any, last: date) -> tuple[list[tuple[date, date]], list[str]]:
    """The slices that were asked, and all that was found."""
    slices: list[tuple[date, date]] = []

    def found(_keys: object, first: date, until: date, *_more: object) -> tuple[str, ...]:
        slices.append((first, until))
        return tuple(answer(first, until))

    monkeypatch.setattr(find, "_found", found)
    where = Query(host="127.0.0.1", port=104)
    return slices, [uid for part in studies({}, (date(2020, 1, 1), last), where, "A", "B") for uid in part]


def test_a_year_is_asked_by_slices_of_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    slices, found = asked(monkeypatch, lambda first, _last: [str(first)], date(2020, 12, 31))
    assert len(slices) == len(found) == 12
    assert slices[0] == (date(2020, 1, 1), date(2020, 1, 31))
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in pairwise(slices))
    assert slices[-1][1] == date(2020, 12, 31)


def test_a_slice_that_is_too_full_or_refused_is_halved_down_to_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(first: date, last: date) -> list[str]:
        if (last - first).days > 7:
            raise NoAnswer("status 0xA700")
        days = (last - first).days + 1
        return [f"{first} {number}" for number in range(100 * days)]

    _, found = asked(monkeypatch, answer, date(2020, 1, 31))
    assert len(found) == len(set(found)) == 3100


def test_an_archive_that_does_not_answer_for_a_day_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_first: date, _last: date) -> list[str]:
        raise NoAnswer("status 0xA700")

    with pytest.raises(NoAnswer):
        asked(monkeypatch, refuse, date(2020, 1, 2))
