"""What is asked of a series: the request, its key, and the next best series where one could not be measured."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import body, inbox, pulls, purging, renaming, results
from db.priority import Priority
from db.results import Asked
from db.schema import Analysis, Instance, Series
from db.states import Entity, move
from dicom_node import basis
from dicom_node.digests import joined_digest, settings_digest
from dicom_node.job import Request
from dicom_node.models import model_digest
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work
from inference.errors import Reason


def ask(desk: Desk, session: Session, study_id: int, series: Series, priority: Priority | None = None) -> str:
    """Queue the request for a series unless the same was asked before; what was decided, in words.

    Without a `priority` it is as urgent as what was asked of the study before.
    """
    if len(inbox.identities(session, series.id)) > 1:
        return f"{Reason.MIXED_IDENTITY}: images of one series carry different patient or study attributes"
    before = results.latest(session, study_id)
    inherited = min(before.priority, Priority.STAT) if before else Priority.ROUTINE
    urgency = inherited if priority is None else priority
    if urgency < Priority.PERSON and pulls.is_pulled(session, study_id):
        urgency = Priority.BACKFILL
    question = asked(desk, session, series)
    if purging.is_purged(session, series.id):
        return purging.PURGED
    if (known := renaming.renamed(session, study_id, series.id, question)) and _has_basis(desk, known):
        analysis_id = renaming.rename(session, known, question.identity_digest, desk.now())
    else:
        analysis_id = results.ask(session, study_id, series.id, question, now=desk.now(), priority=urgency)
    if analysis_id is None:
        return "the same request was answered before"
    desk.engine.hand_over(session, Work("analyse", analysis_id), urgency)
    return f"asked for analysis {analysis_id}"


def _has_basis(desk: Desk, before: Analysis) -> bool:
    """Whether what a result rests on was kept; releases before this one kept nothing."""
    folder = desk.folder_of(before)
    return folder is not None and (folder / basis.NAME).is_file()


def ask_next(desk: Desk, session: Session, analysis_id: int) -> None:
    """The best series could not be measured: ask for the next one that was admitted, if there is one."""
    study_id = session.get_one(Analysis, analysis_id).study_id
    if series := results.next_best(session, study_id):
        why = f"the better series could not be measured; {ask(desk, session, study_id, series)}"
        move(session, Entity.SERIES, series.id, "ignored", "chosen", now=desk.now(), reason=why)


def asked(desk: Desk, session: Session, series: Series) -> Asked:
    """What identifies the question that would be put to a series now."""
    request = _request(desk, session, series)
    return Asked(
        key=request.key,
        content_digest=request.content_digest,
        identity_digest=request.identity_digest,
        model_digest=request.model_digest,
        analysis_digest=request.analysis_digest,
    )


def _request(desk: Desk, session: Session, series: Series) -> Request:
    rows = session.execute(
        select(Instance.pixels_digest, Instance.identity_digest).where(Instance.series_id == series.id)
    ).all()
    told = {joined_digest([series.study.identity])} if series.study.identity else set()
    return Request(
        content_digest=joined_digest(pixels for pixels, _ in rows),
        identity_digest=joined_digest({identity for _, identity in rows} | told | _stated(desk, session, series)),
        model_digest=model_digest(desk.card),
        analysis_digest=settings_digest(desk.settings.analysis),
    )


def _stated(desk: Desk, session: Session, series: Series) -> set[str]:
    """Height and weight that people stated are part of the question; empty where nobody did."""
    stated = body.stated(session, desk.key_of(series.study))
    return set() if stated == body.NOTHING_STATED else {repr(stated)}
