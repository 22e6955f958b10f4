"""Two results of the same image, side by side: of two models, or of a model and of the person who corrected it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from db.schema import Analysis, Measurement

MEASURED = tuple(
    f"{tissue}_{what}"
    for tissue in ("total", "psoas", "paraspinal", "abdominal_wall")
    for what in ("area_m29_150_cm2", "hu_m29_150_mean", "area_mask_cm2", "hu_mask_mean")
)
"""What is compared."""
BATCH = 500
"""Rows asked for at once."""


class Twins(NamedTuple):
    """Values of `MEASURED` of both; `same_slice` tells whether they were measured on one slice."""

    reference: Mapping[str, float | None]
    other: Mapping[str, float | None]
    same_slice: bool


def of_models(session: Session, reference: str, other: str) -> Iterator[Twins]:
    """Results of two models, by the beginnings of their digests, on series with the same content."""
    found = {}
    for model in (reference, other):
        asked = _asked().where(Analysis.labels_digest.is_(None))
        asked = asked.where(Measurement.model_digest.startswith(model, autoescape=True))
        found[model] = {row.content_digest: row for row in session.execute(asked)}
    for content in sorted(found[reference].keys() & found[other].keys()):
        yield _twins(found[reference][content], found[other][content])


def corrections(session: Session) -> Iterator[Twins]:
    """What a person gave as reference, and what the model had said before of the same content."""
    before: dict[str, Any] = {}
    for row in session.execute(_asked()):
        if row.labels_digest is None:
            before[row.content_digest] = row
        elif row.content_digest in before:
            yield _twins(row, before[row.content_digest])


def first_of_corrected(session: Session, analysis_ids: Sequence[int]) -> Iterator[Twins]:
    """What a person gave as reference, and the first that the model had said of the same study, on whatever slice."""
    for begin in range(0, len(analysis_ids), BATCH):
        asked = session.execute(_first(analysis_ids[begin : begin + BATCH]))
        first = {row[0]: row[1] for row in asked}
        wanted = _asked().add_columns(Analysis.id).where(Analysis.id.in_([*first.keys(), *first.values()]))
        found = {row.id: row for row in session.execute(wanted)}
        for corrected, automatic in first.items():
            if automatic in found:
                yield _twins(found[corrected], found[automatic])


def _first(analysis_ids: Sequence[int]) -> Select[Any]:
    """(analysis, the first automatic result of its study)"""
    other = aliased(Analysis)
    of_study = (other.study_id == Analysis.study_id, other.origin == "automatic", other.labels_digest.is_(None))
    first = select(func.min(other.id)).join(Measurement, Measurement.analysis_id == other.id).where(*of_study)
    return select(Analysis.id, first.scalar_subquery()).where(Analysis.id.in_(analysis_ids)).order_by(Analysis.id)


def _asked() -> Select[Any]:
    """All results, also those that were replaced, the oldest first."""
    values = (getattr(Measurement, name) for name in MEASURED)
    what = (Analysis.content_digest, Analysis.labels_digest, Measurement.l3_index, *values)
    return select(*what).join(Analysis, Analysis.id == Measurement.analysis_id).order_by(Analysis.id)


def _twins(reference: Any, other: Any) -> Twins:
    one, two = ({name: getattr(row, name) for name in MEASURED} for row in (reference, other))
    return Twins(one, two, reference.l3_index == other.l3_index)
