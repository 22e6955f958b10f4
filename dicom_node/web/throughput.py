"""What was received, measured and sent, as columns of two pictures: today by the hour, two weeks by the day."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.load import Counts

DAYS, HOURS = 14, 24
STEPS = (1, 2, 5, 10)
"""The top of a picture is one of these times a power of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What was done in an hour or on a day, by its name; `label` stands below, `when` is said in full."""

    label: str
    when: str
    done: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Columns from left to right."""

    title: str
    columns: tuple[Column, ...]

    @property
    def highest(self) -> int:
        """Of all columns."""
        return max((count for one in self.columns for count in one.done.values()), default=0)

    @property
    def top(self) -> int:
        """A round number that no column is higher than."""
        power = 10 ** (len(str(self.highest)) - 1)
        return next(step * power for step in STEPS if step * power >= self.highest)


def begin(now: datetime, zone: ZoneInfo) -> datetime:
    """When the first day of the pictures begins."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS - 1)


def pictures(counts: Counts, now: datetime, zone: ZoneInfo) -> tuple[Picture, Picture]:
    """Today and the last two weeks, in the site's time."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    by_hour = _grouped(counts, zone, "%Y%m%d %H")
    by_day = _grouped(counts, zone, "%Y%m%d")
    hours = [
        Column(label=f"{hour:02}", when=f"{hour:02}:00", done=_of(by_hour, f"{today:%Y%m%d} {hour:02}"))
        for hour in range(HOURS)
    ]
    each = [Column(label=f"{day.day}", when=f"{day:%a %d %b}", done=_of(by_day, f"{day:%Y%m%d}")) for day in days]
    return (
        Picture(title="Today, by the hour", columns=tuple(hours)),
        Picture(title=f"The last {DAYS} days", columns=tuple(each)),
    )


def since(counts: Counts, begins: datetime) -> dict[str, int]:
    """How much was done since a time, to ten minutes."""
    return {name: sum(count for at, count in done.items() if at >= begins) for name, done in counts.items()}


def _grouped(counts: Counts, zone: ZoneInfo, by: str) -> dict[str, Counter[str]]:
    grouped: dict[str, Counter[str]] = {}
    for name, done in counts.items():
        grouped[name] = Counter()
        for at, count in done.items():
            grouped[name][at.astimezone(zone).strftime(by)] += count
    return grouped


def _of(grouped: dict[str, Counter[str]], key: str) -> dict[str, int]:
    return {name: counts[key] for name, counts in grouped.items()}
