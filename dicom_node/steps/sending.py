"""The due parcels of one destination, a batch at a time: sent, put off or buried, and what its circuit learns."""

from collections.abc import Sequence
from functools import partial

import structlog

from config.settings import AnyDestination, StowDestination
from db import circuit, outbox
from db.outbox import Parcel
from db.schema import Destination
from dicom_node.deliver import send as dicom
from dicom_node.deliver import stow
from dicom_node.deliver.fate import Fate, Receipt, Thing
from dicom_node.steps.desk import Desk
from dicom_node.steps.identifying import confirmed
from dicom_node.work.engine import Work

LOG = structlog.get_logger(__name__)


def send(desk: Desk, work: Work) -> None:
    """One batch for one destination, over one association; the sweep brings the next."""
    name, parcels = _batch(desk, work.id)
    to = desk.destination(name)
    if to is None:
        _bury_all(desk, parcels)
    elif parcels := confirmed(desk, parcels):
        _deliver(desk, to, parcels)


def _batch(desk: Desk, destination_id: int) -> tuple[str, list[Parcel]]:
    with desk.sessions() as session:
        row = session.get_one(Destination, destination_id)
        room = circuit.room(row, desk.now())
        return row.name, outbox.take(session, row.name, desk.now(), room) if room else []


def _deliver(desk: Desk, to: AnyDestination, parcels: Sequence[Parcel]) -> None:
    """Every receipt is in its row before the next object leaves: a crash sends one object again, never a batch."""
    things = [_thing(desk, parcel) for parcel in parcels]
    wanted, calling_ae = partial(_still_wanted, desk), desk.settings.node.ae_title
    if isinstance(to, StowDestination):
        receipts = stow.send(things, to, calling_ae, wanted, desk.context)
    else:
        receipts = dicom.send(things, to, calling_ae, wanted, desk.context)
    answered, away = 0, ""
    for receipt in receipts:
        _record(desk, receipt)
        answered += receipt.fate in (Fate.SENT, Fate.AGAIN)
        away = receipt.reason if receipt.fate in (Fate.LATER, Fate.LOST) else ""
        told = {"destination": to.name, "fate": receipt.fate, "reason": receipt.reason}
        LOG.info("delivery", id=receipt.key, **told)
    _learn(desk, to.name, answered, away)


def _learn(desk: Desk, name: str, answered: int, away: str) -> None:
    with desk.sessions.begin() as session:
        row = circuit.of(session, name, desk.now())
        if away:
            circuit.failed(session, row, away, desk.now())
        elif answered:
            circuit.worked(session, row, desk.now())


def _still_wanted(desk: Desk, delivery_id: int) -> bool:
    with desk.sessions() as session:
        return outbox.is_pending(session, delivery_id)


def _thing(desk: Desk, parcel: Parcel) -> Thing:
    path = desk.data / parcel.path
    return Thing(parcel.delivery_id, path, parcel.sop_class_uid, parcel.sha256, parcel.sop_instance_uid)


def _bury_all(desk: Desk, parcels: Sequence[Parcel]) -> None:
    for parcel in parcels:
        _record(desk, Receipt(parcel.delivery_id, Fate.NEVER, "this destination is no longer in the settings"))


def _record(desk: Desk, receipt: Receipt) -> None:
    """What a receipt does to its parcel; `LATER` is the destination's fault, and no parcel's."""
    with desk.sessions.begin() as session:
        if receipt.fate is Fate.SENT:
            outbox.sent(session, receipt.key, desk.now())
        elif receipt.fate in (Fate.AGAIN, Fate.LOST):
            outbox.put_off(session, receipt.key, receipt.reason, desk.now())
        elif receipt.fate is Fate.NEVER:
            outbox.bury(session, receipt.key, receipt.reason, desk.now())
