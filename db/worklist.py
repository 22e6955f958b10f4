"""What the worklist shows: studies with their newest request, page by page without counting what lies before.

Keyset paging: a page begins after a key, so the last of 100,000 studies costs as much as the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import digits, hexdigits
from typing import Any, Literal, TypeAlias

from sqlalchemy import Select, case, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from db.reviews import LAPSED
from db.schema import STATES, Analysis, Artifact, Delivery, Measurement, Refusal, Series, Study

Sort: TypeAlias = Literal["newest", "oldest", "agreement", "confidence"]
PAGE = 50
LONGEST_NUMBER = 9
"""Digits that fit into a key of 32 bits."""
SHORTEST_KEY = 10
"""Hexadecimal digits of a patient's key that are searched for."""
MEASURES = {"agreement": Measurement.fold_dice, "confidence": Measurement.l3_confidence}
"""Sorted from the least, which wants looking at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader wants to see; `state` is one of an analysis, `receiving`, or `refused` (nothing was asked).

    `by_number`: who sees no patients finds studies by their numbers and patients by their keys, by nothing else.
    """

    text: str = ""
    state: str = ""
    sort: Sort = "newest"
    after: str = ""
    limit: int = PAGE
    by_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One study: its series, its newest request, the numbers and where they went."""

    study: Study
    series: tuple[Series, ...]
    analysis: Analysis | None
    numbers: Measurement | None
    deliveries: tuple[tuple[str, str, int], ...]
    """(destination, state, parcels)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, and the key after which the next page begins; empty at the end."""

    entries: tuple[Entry, ...]
    after: str


def page(session: Session, asked: Asked) -> Page:
    """One page of the worklist."""
    query = searched(_ordered(asked), asked.text.strip(), asked.by_number)
    rows = session.execute(query.limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    after = "~".join(map(repr, shown[-1][1:])) if len(rows) > asked.limit else ""
    return Page(entries=entries(session, [row[0] for row in shown]), after=after)


def _ordered(asked: Asked) -> Select[Any]:
    """(study id, key...) in the order asked for, after the last key."""
    if asked.sort in MEASURES:
        return _by_measure(asked)
    if asked.state in STATES["analysis"]:
        query, key = _any(Analysis.study_id, Analysis.id).join(Study), Analysis.id
        query = query.where(Analysis.state == asked.state, _is_newest(Analysis))
    else:
        query, key = _any(Study.id, Study.id), Study.id
        query = query.where(*_of_study(asked.state))
    oldest = asked.sort == "oldest"
    if keys := _keys(asked.after, 1):
        query = query.where(key > keys[0] if oldest else key < keys[0])
    return query.order_by(key.asc() if oldest else key.desc())


def _by_measure(asked: Asked) -> Select[Any]:
    measure = MEASURES[asked.sort]  # key and measure of one table: an index can find where a page begins
    query = (
        _any(Analysis.study_id, measure, Analysis.id)
        .join(Measurement, Measurement.analysis_id == Analysis.id)
        .join(Study, Study.id == Analysis.study_id)
        .where(measure.is_not(None), _is_newest(Analysis))
        .order_by(measure, Measurement.analysis_id)
    )
    if asked.state:
        query = query.where(Analysis.state == asked.state)
    if keys := _keys(asked.after, 2):
        query = query.where(tuple_(measure, Measurement.analysis_id) > tuple_(*keys))
    return query


def _any(*columns: Any) -> Select[Any]:
    """A query whose columns are not told to the type checker."""
    return select(*columns)


def _of_study(state: str) -> list[Any]:
    nothing_asked = ~select(Analysis.id).where(Analysis.study_id == Study.id).exists()
    conditions: dict[str, list[Any]] = {
        "receiving": [Study.state.in_(("open", "settled"))],
        "refused": [Study.state == "chosen", nothing_asked],
    }
    return conditions.get(state, [])


def _is_newest(analysis: type[Analysis]) -> Any:
    later = aliased(Analysis)
    after = select(later.id).where(later.study_id == analysis.study_id, later.id > analysis.id)
    lapsed = analysis.state.in_(LAPSED)
    counts = after.where(or_(lapsed, later.state.not_in(LAPSED)))
    return ~counts.offset(0).exists()  # with OFFSET PostgreSQL looks row by row, by an index; without, through all


def searched(query: Select[Any], text: str, by_number: bool = False) -> Select[Any]:
    """Studies whose patient ID, accession number, name or UID begins so, in capitals or not; a number is also a study
    of ours, and the beginning of a patient's key finds what was measured of the patient.
    """
    if not text:
        return query
    either = [*_of_number(text), *_of_patient(text)]
    if not by_number:
        either += [
            func.lower(column).startswith(spelled, autoescape=True)
            for column in (Study.patient_id, Study.accession_number, _uid_or_name(text))
            for spelled in _spellings(text)
        ]
    return query.where(or_(false(), *either))


def _of_number(text: str) -> list[Any]:
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER and text == str(int(text))
    return [Study.id == int(text)] if is_number else []


def _uid_or_name(text: str) -> Any:
    """Digits and dots begin no name, anything else no UID: one column less to look through."""
    return Study.study_instance_uid if set(text) <= set(digits + ".") else Study.patient_name


def _spellings(text: str) -> set[str]:
    """In small letters as a database has them: SQLite, and PostgreSQL with the locale C, know those of ASCII."""
    return {one.encode().lower().decode() for one in (text, text.lower(), text.upper(), text.title())}


def _of_patient(text: str) -> list[Any]:
    if len(text) < SHORTEST_KEY or not set(text.lower()) <= set(hexdigits):
        return []
    measured = select(Analysis.study_id).join(Measurement, Measurement.analysis_id == Analysis.id)
    return [Study.id.in_(measured.where(Measurement.patient_key.startswith(text.lower())))]


def _keys(after: str, count: int) -> tuple[float, ...]:
    """The key in a link; a link that was tampered with begins at the beginning."""
    try:
        keys = tuple(float(part) if "." in part or "e" in part else int(part) for part in after.split("~"))
    except ValueError:
        return ()
    return keys if len(keys) == count else ()


def entries(session: Session, study_ids: Sequence[int]) -> tuple[Entry, ...]:
    """Everything that a row shows, for these studies in this order: five queries, however many there are."""
    studies = {row.id: row for row in session.scalars(select(Study).where(Study.id.in_(study_ids)))}
    series: dict[int, list[Series]] = {}
    for one in session.scalars(select(Series).where(Series.study_id.in_(study_ids)).order_by(Series.id)):
        series.setdefault(one.study_id, []).append(one)
    counts = case((Analysis.state.not_in(LAPSED), Analysis.id))
    newest = select(func.coalesce(func.max(counts), func.max(Analysis.id))).where(Analysis.study_id.in_(study_ids))
    newest = newest.group_by(Analysis.study_id)
    query = select(Analysis).where(Analysis.id.in_(newest)).options(joinedload(Analysis.measurement))
    analyses = {row.study_id: row for row in session.scalars(query)}
    sent = _deliveries(session, [row.id for row in analyses.values()])
    return tuple(
        Entry(
            study=studies[number],
            series=tuple(series.get(number, ())),
            analysis=(analysis := analyses.get(number)),
            numbers=analysis.measurement if analysis else None,
            deliveries=tuple(sent.get(analysis.id, ())) if analysis else (),
        )
        for number in study_ids
        if number in studies
    )


def _deliveries(session: Session, analysis_ids: Sequence[int]) -> dict[int, list[tuple[str, str, int]]]:
    query = (
        select(Artifact.analysis_id, Delivery.destination, Delivery.state, func.count())
        .join(Delivery, Delivery.artifact_id == Artifact.id)
        .where(Artifact.analysis_id.in_(analysis_ids))
        .group_by(Artifact.analysis_id, Delivery.destination, Delivery.state)
        .order_by(Delivery.destination, Delivery.state)
    )
    found: dict[int, list[tuple[str, str, int]]] = {}
    for analysis_id, destination, state, parcels in session.execute(query):
        found.setdefault(analysis_id, []).append((destination, state, parcels))
    return found


def open_reviews(session: Session, limit: int = 20) -> tuple[Entry, ...]:
    """What waits for a person, the longest waiting first."""
    query = select(Analysis.study_id).where(*_waits()).order_by(Analysis.finished_at, Analysis.id).limit(limit)
    return entries(session, list(session.scalars(query)))


def count_open_reviews(session: Session) -> int:
    """How many studies wait for a person."""
    return waiting_reviews(session)[0]


def waiting_reviews(session: Session) -> tuple[int, datetime | None]:
    """How many studies wait for a person, and since when the first of them."""
    count, since = session.execute(select(func.count(), func.min(Analysis.finished_at)).where(*_waits())).one()
    return count, since


def counts(session: Session) -> dict[str, int]:
    """How many analyses stand in each state; superseded ones are history."""
    query = select(Analysis.state, func.count()).where(Analysis.state != "superseded").group_by(Analysis.state)
    return dict(session.execute(query).all())


def _waits() -> tuple[Any, ...]:
    return Analysis.state == "held", _is_newest(Analysis)


def refused_associations(session: Session, since: datetime, limit: int = 50) -> Sequence[Refusal]:
    """Whom and what the door turned away, the latest first."""
    query = select(Refusal).where(Refusal.last_at >= since).order_by(Refusal.last_at.desc()).limit(limit)
    return session.scalars(query).all()
