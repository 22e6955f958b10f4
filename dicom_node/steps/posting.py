"""A result leaves: which destinations take it, and the senders woken."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from db import circuit
from dicom_node.deliver.rules import Parting, takers
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work
from inference.model_card import ModelStatus


def taken_by(
    desk: Desk, model_status: object, study_date: object, *, approved: bool
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
