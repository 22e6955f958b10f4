"""A settled study: judge its series, ask for the analysis of the best."""

from datetime import datetime

import structlog
from pydicom.dataset import Dataset
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import inbox, results
from db.priority import Priority
from db.schema import Series, Study
from db.states import Entity, move, note
from dicom_node.steps.asking import ask
from dicom_node.steps.desk import Desk
from dicom_node.study.choose import Verdict, judge, unread
from dicom_node.study.series import read_series
from dicom_node.study.urgency import urgency
from dicom_node.work.engine import Work
from inference.errors import Reason

LOG = structlog.get_logger(__name__)
LONGEST_TEXT, LONGEST_NUMBER = 255, 10
"""What the columns hold."""


def choose(desk: Desk, work: Work) -> None:
    """Judge the closed series of a settled study and ask for the analysis of the best."""
    with desk.sessions() as session:
        files = [desk.data / name for series in _closed(session, work.id) for name in inbox.files(session, series.id)]
    verdicts = judge(read_series(files)[0], desk.settings.analysis)
    with desk.sessions.begin() as session:
        study = session.get_one(Study, work.id)
        if study.state == "settled":  # else news came while this was judged
            _chosen(desk, session, study, verdicts)


def _chosen(desk: Desk, session: Session, study: Study, verdicts: tuple[Verdict, ...]) -> None:
    """Record every verdict, ask for the best, and leave the study chosen."""
    now = desk.now()
    rows = {series.series_instance_uid: series for series in _closed(session, study.id)}
    best = verdicts[0] if verdicts and verdicts[0].stack and study.patient_id else None
    read = {verdict.series.series_instance_uid: verdict for verdict in verdicts}
    judged = {uid: read.get(uid) or unread(uid) for uid in rows}
    for uid, verdict in judged.items():
        _record(session, rows[uid], verdict, verdict is best, now)
    if best:
        priority = urgency(best.series.header, now.date())
        why = _decide(desk, session, study.id, rows[best.series.series_instance_uid], priority)
    elif not study.patient_id:
        why = f"{Reason.NO_PATIENT_ID}: a result could not be filed with its patient"
    else:
        why = "; ".join(sorted({str(verdict.refusal) for verdict in judged.values()})) or "no series"
    move(session, Entity.STUDY, study.id, "settled", "chosen", now=now, reason=why)


def _decide(desk: Desk, session: Session, study_id: int, series: Series, priority: Priority) -> str:
    """Ask for the best series, or for the one that was measured before; what was decided, in words."""
    latest = results.latest(session, study_id)
    if latest and latest.series_id != series.id and desk.settings.study.late == "record":
        return f"another series was analysed before; {ask(desk, session, study_id, latest.series, priority)}"
    return ask(desk, session, study_id, series, priority)


def _closed(session: Session, study_id: int) -> list[Series]:
    query = select(Series).where(Series.study_id == study_id, Series.state != "receiving").order_by(Series.id)
    return list(session.scalars(query))


def _record(session: Session, series: Series, verdict: Verdict, best: bool, now: datetime) -> None:
    """Score, or reason, of one series; the best is chosen, the others are ignored."""
    reason = str(verdict.refusal or verdict.score)
    if verdict.score and not best:
        reason = f"another series of the study is better; {reason}"
    to = "chosen" if best else "ignored"
    series.score = verdict.score.total if verdict.score else None
    if verdict.series.images:
        _call(series, verdict.series.header)
    code = verdict.refusal.reason if verdict.refusal else None
    LOG.info("series.judged", id=series.id, to=to, score=series.score, reason=code)
    session.flush()
    if series.state == to:
        note(session, Entity.SERIES, series.id, to, to, now=now, reason=reason)
    else:
        move(session, Entity.SERIES, series.id, series.state, to, now=now, reason=reason)


def _call(series: Series, header: Dataset) -> None:
    """What a person calls the series and its study, from a header that was read."""
    number = str(header.get("SeriesNumber") or "")
    series.series_number = int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else None
    series.series_description = _text(header, "SeriesDescription")
    study = series.study
    study.patient_name, study.study_description = _text(header, "PatientName"), _text(header, "StudyDescription")
    study.study_date = str(header.get("StudyDate") or "")[:8] or None


def _text(header: Dataset, keyword: str) -> str | None:
    return str(header.get(keyword) or "").rstrip(" \0")[:LONGEST_TEXT] or None
