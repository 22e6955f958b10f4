"""What a measurement repeats of its analysis, and which examination of a patient is the latest.

Repeated so that questions to a cohort read one table; made from the analysis anew whenever what is current changes.
"""

from collections.abc import Callable, Collection

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.schema import Analysis, Measurement, Stature, Study

KeyOf = Callable[[Study], str | None]
"""The key that stands for the patient of a study; None where no patient is known."""
BATCH = 1000
CORRECTED = frozenset({"corrected", "painted"})
"""Origins of labels that a person gave."""


def renew(session: Session, study_id: int) -> None:
    """Repeat the analyses of a study in their measurements; then find the latest of its patient."""
    session.flush()
    measured = select(Analysis).join(Measurement).where(Analysis.study_id == study_id).order_by(Analysis.id)
    rows = [_repeated(analysis) for analysis in session.scalars(measured.execution_options(populate_existing=True))]
    session.flush()
    for row in rows:
        if row.patient_key is None:
            row.is_latest = row.is_current
    for key in sorted({row.patient_key for row in rows if row.patient_key}):
        _find_latest(session, key)


def fill_keys(session: Session, key_of: KeyOf) -> int:
    """Keys for results of a time before there were any; how many got one.  At most a batch in one call."""
    query = (
        select(Measurement, Study)
        .join(Analysis, Analysis.id == Measurement.analysis_id)
        .join(Study, Study.id == Analysis.study_id)
        .where(Measurement.patient_key.is_(None), Study.patient_id.is_not(None))
        .limit(BATCH)
    )
    found = session.execute(query).all()
    for row, study in found:
        row.patient_key = key_of(study)
    session.flush()
    for key in sorted({row.patient_key for row, _ in found if row.patient_key}):
        _find_latest(session, key)
    return len(found)


def left(session: Session, patient_keys: Collection[str]) -> None:
    """Results of these patients were deleted: another is the latest, or nothing is known of the patient any more."""
    for key in sorted(patient_keys):
        if session.scalar(select(Measurement.analysis_id).where(Measurement.patient_key == key).limit(1)) is None:
            session.execute(delete(Stature).where(Stature.patient_key == key))
        else:
            _find_latest(session, key)


def _repeated(analysis: Analysis) -> Measurement:
    row = analysis.measurement
    assert row is not None
    row.is_current, row.request_key, row.revision = analysis.is_current, analysis.request_key, analysis.revision
    row.study_instance_uid = analysis.study.study_instance_uid
    row.series_instance_uid = analysis.series.series_instance_uid
    row.corrected = analysis.origin in CORRECTED
    row.finished_at, row.reviewed_at = analysis.finished_at, analysis.reviewed_at
    return row


def _find_latest(session: Session, patient_key: str) -> None:
    """One examination of a patient is the latest: by StudyDate, then the one that was analysed last."""
    of_patient = Measurement.patient_key == patient_key
    newest = session.scalar(
        select(Measurement.analysis_id)
        .where(of_patient, Measurement.is_current)
        .order_by(func.coalesce(Measurement.study_date, "").desc(), Measurement.analysis_id.desc())
        .limit(1)
    )
    session.execute(update(Measurement).where(of_patient, Measurement.is_latest).values(is_latest=False))
    session.execute(update(Measurement).where(Measurement.analysis_id == newest).values(is_latest=True))
