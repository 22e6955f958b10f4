"""A result leaves: which destinations take it, its parcels, and the senders woken."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from db import circuit, outbox
from db.schema import Measurement
from db.states import Entity, note
from dicom_node.deliver.rules import Parting, takers
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work
from inference.model_card import ModelStatus


def post(desk: Desk, session: Session, analysis_id: int, *, approved: bool) -> None:
    """Parcels of a result that is `done` for every destination that takes it; a remark for each other one."""
    made = session.get_one(Measurement, analysis_id)
    destinations, withheld = taken_by(desk, made.model_status, made.study_date, approved=approved)
    outbox.post(session, analysis_id, destinations, desk.now())
    for why in withheld:
        note(session, Entity.ANALYSIS, analysis_id, "done", "done", now=desk.now(), reason=why)
    wake_senders(desk, session, destinations)


def taken_by(
    desk: Desk, model_status: object, study_date: object, *, approved: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the destinations that take a result, and why the others do not."""
    result = Parting(
        demonstration=model_status == ModelStatus.DEMONSTRATION,
        approved=approved,
        study_date=str(study_date) if study_date else None,
    )
    return takers(desk.settings.destination, result, desk.now().date())


def wake_senders(desk: Desk, session: Session, destinations: Iterable[str]) -> None:
    """Have what is due for these destinations sent when the caller's transaction commits."""
    for name in destinations:
        desk.engine.hand_over(session, Work("send", circuit.of(session, name, desk.now()).id))
