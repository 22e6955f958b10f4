"""Ask a destination whether what it accepted is there, the way its `verify` says."""

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import structlog

from config.settings import AnyDestination, Destination, StowDestination
from db import outbox, verifying
from db.circuit import MOST_AT_ONCE
from db.outbox import Parcel
from db.schema import Destination as Circuit
from dicom_node.deliver import commitment, qido
from dicom_node.deliver.commitment import NotAsked, Report
from dicom_node.deliver.web import Unanswered
from dicom_node.pacs.presence import Place, present
from dicom_node.pacs.query import NoAnswer
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work

LOG = structlog.get_logger(__name__)


def verify(desk: Desk, work: Work) -> None:
    """One batch of parcels of one destination."""
    with desk.sessions() as session:
        name = session.get_one(Circuit, work.id).name
        parcels = outbox.in_state(session, name, "sent", desk.now(), MOST_AT_ONCE)
    to = desk.destination(name)
    if to is None or to.verify == "none" or not parcels:
        return
    try:
        _ask_to_commit(desk, to, parcels) if to.verify == "commitment" else _look(desk, to, parcels)
    except (NotAsked, NoAnswer, Unanswered) as why:
        LOG.info("verification.unanswered", destination=name, why=str(why))
        with desk.sessions.begin() as session:
            ids = [parcel.delivery_id for parcel in parcels]
            verifying.unanswered(session, name, ids, str(why), desk.now())


def _look(desk: Desk, to: AnyDestination, parcels: Sequence[Parcel]) -> None:
    places = [Place(one.study_instance_uid, one.series_instance_uid, one.sop_instance_uid) for one in parcels]
    if isinstance(to, StowDestination):
        there, how = frozenset(qido.present(places, to, desk.context)), "found by QIDO-RS"
    else:
        there, how = frozenset(present(places, to, desk.settings.node.ae_title, desk.context)), "found by C-FIND"
    with desk.sessions.begin() as session:
        for parcel in parcels:
            if parcel.sop_instance_uid in there:
                verifying.verified(session, parcel.delivery_id, how, desk.now())
            else:
                verifying.missing(session, parcel.delivery_id, desk.now())
    LOG.info("verification", destination=to.name, asked=len(parcels), there=len(there))


def _ask_to_commit(desk: Desk, to: AnyDestination, parcels: Sequence[Parcel]) -> None:
    """The transaction stands in the rows before it is asked for: its report may come at once."""
    if not isinstance(to, Destination):
        return
    uid = f"2.25.{uuid4().int}"
    with desk.sessions.begin() as session:
        kept = verifying.asking_to_commit(session, [one.delivery_id for one in parcels], uid, desk.now())
    objects = [(one.sop_class_uid, one.sop_instance_uid) for one in parcels if one.delivery_id in kept]
    if objects:
        heard = partial(report, desk, to.name)
        commitment.request(objects, uid, to, desk.settings.node.ae_title, heard, desk.context)
        with desk.sessions.begin() as session:
            verifying.commitment_taken(session, uid)


def report(desk: Desk, destination: str, told: Report) -> bool:
    """A destination reported; False when it was never asked under this transaction."""
    with desk.sessions.begin() as session:
        known = verifying.reported(
            session, destination, told.transaction_uid, told.committed, told.failed, desk.now()
        )
    LOG.info("commitment.reported", destination=destination, known=known, failed=len(told.failed))
    return known
