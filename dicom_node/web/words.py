"""How values are written on a page: times in the site's zone, a dash where there is no number, states in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.schema import Analysis

STATES = {
    "queued": "waiting",
    "running": "being analysed",
    "held": "to be reviewed",
    "done": "done",
    "not_measured": "not measured",
    "failed": "failed, tried again",
    "dead": "failed",
    "rejected": "rejected",
    "expired": "expired",
    "superseded": "replaced",
    "paused": "paused",
    "cancelled": "cancelled",
    "receiving": "receiving",
    "refused": "nothing to measure",
    "sending": "being sent",
}
TONES = {
    "held": "attention",
    "dead": "bad",
    "not_measured": "bad",
    "refused": "quiet",
    "rejected": "quiet",
    "expired": "quiet",
    "done": "good",
    "verified": "good",
    "sent": "good",
    "running": "busy",
    "queued": "busy",
    "sending": "busy",
    "pending": "busy",
    "receiving": "busy",
}
TISSUES = {
    "psoas": "Psoas",
    "paraspinal": "Paraspinal + QL",
    "abdominal_wall": "Abdominal wall",
    "total": "All muscle",
}
NONE = "–"


def filters(zone: ZoneInfo, now: Callable[[], datetime]) -> dict[str, Callable[..., Any]]:
    """For the templates, by name."""

    def when(value: datetime | None) -> str:
        if value is None:
            return NONE
        local = value.astimezone(zone)
        today = now().astimezone(zone)
        return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d %b %Y, %H:%M}"

    def age(value: datetime | None) -> str:
        return NONE if value is None else span(now() - value)

    return {
        "when": when,
        "age": age,
        "date": date,
        "fixed": fixed,
        "state_of": state_of,
        "state": lambda name: STATES.get(name, name),
        "tone": lambda name: TONES.get(name, "quiet"),
        "sentence": sentence,
        "code": lambda reason: (reason or "").partition(":")[0],
    }


def state_of(analysis: Analysis) -> str:
    """The state, or that what a person decided on is on its way."""
    vouched = analysis.reviewed_by is not None
    return "sending" if vouched and analysis.state in ("queued", "running") else analysis.state


def span(length: timedelta) -> str:
    """Roughly how long: "just now", "5 min", "3 h", "2 days"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def date(value: str | None) -> str:
    """A DICOM date as people write it."""
    if not value or len(value) != len("20260101") or not value.isdecimal():
        return NONE
    return f"{value[:4]}-{value[4:6]}-{value[6:]}"


def fixed(value: float | None, digits: int = 1) -> str:
    """A number, or a dash."""
    return NONE if value is None else f"{value:.{digits}f}"


def sentence(reason: str | None) -> str:
    """The words of a coded reason ("code: words"), without its code."""
    text = reason or ""
    code, colon, words = text.partition(": ")
    return words if colon and code.replace("_", "").isalnum() else text
