"""A step that failed in a way nobody foresaw: its row says so and comes to rest, or tries again later."""

import structlog
from sqlalchemy.exc import OperationalError

from db import circuit, outbox, results, uploads, verifying
from db.schema import Analysis, Destination, Upload
from db.states import Entity, move
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work

LOG = structlog.get_logger(__name__)


def give_up(desk: Desk, work: Work, fault: Exception) -> None:
    """A step failed in a way nobody foresaw: its row says so and comes to rest, or tries again later."""
    why = f"fault of the node: {type(fault).__name__}"
    LOG.exception("work.fault", kind=work.kind, id=work.id, exc_info=fault)
    passing = isinstance(fault, OSError | OperationalError)
    with desk.sessions.begin() as session:
        if work.kind == "choose" and not passing:  # else the study stays settled and the sweep tries again
            move(session, Entity.STUDY, work.id, "settled", "chosen", now=desk.now(), reason=why)
        elif work.kind == "send":
            row = session.get_one(Destination, work.id)
            for parcel in outbox.take(session, row.name, desk.now(), circuit.room(row, desk.now())):
                outbox.put_off(session, parcel.delivery_id, why, desk.now())  # one of them may be the cause
            circuit.failed(session, row, why, desk.now())
        elif work.kind == "verify":
            row = session.get_one(Destination, work.id)
            parcels = outbox.in_state(session, row.name, "sent", desk.now(), circuit.MOST_AT_ONCE)
            ids = [parcel.delivery_id for parcel in parcels]
            verifying.unanswered(session, row.name, ids, why, desk.now())
        elif work.kind == "analyse":
            attempt = session.get_one(Analysis, work.id).attempt
            attempts = desk.settings.work.attempts
            results.give_up(session, work.id, attempt, why, log=str(fault), attempts=attempts, now=desk.now())
        elif work.kind == "segment" and (upload := session.get(Upload, work.id)):
            uploads.give_up(session, upload.id, upload.attempt, why, desk.now())
