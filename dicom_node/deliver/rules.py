"""Which results a destination takes: the rules of its section in the settings, and the reason where it takes none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from config.settings import AnyDestination


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """What decides about a result that is about to leave; `study_date` is StudyDate, YYYYMMDD or None."""

    demonstration: bool
    approved: bool
    study_date: str | None


def takers(
    destinations: Iterable[AnyDestination], result: Parting, today: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the destinations that take it, and for each other one a sentence that says why not."""
    judged = [(to, why_not(to, result, today)) for to in destinations]
    return (
        tuple(to.name for to, why in judged if not why),
        tuple(f"not for {to.name}: {why}" for to, why in judged if why),
    )


def why_not(to: AnyDestination, result: Parting, today: date) -> str:
    """Empty where the destination takes the result."""
    if result.demonstration and not to.accept_demo:
        return "it takes no demonstration results (accept_demo)"
    if to.results == "approved" and not result.approved:
        return "it takes only what a person approved (results)"
    age = _age_days(result.study_date, today)
    if to.max_study_age is not None and (age is None or age > to.max_study_age):
        old = "of unknown age" if age is None else f"{age} days old"
        return f"the study is {old}, at most {to.max_study_age} days are wanted (max_study_age)"
    return ""


def _age_days(study_date: str | None, today: date) -> int | None:
    try:
        return (today - datetime.strptime(study_date or "", "%Y%m%d").date()).days  # noqa: DTZ007 - a date only
    except ValueError:
        return None
