"""The due parcels of a result: sent, put off or buried."""

from collections.abc import Iterable
from functools import partial
from itertools import groupby

import structlog

from db import outbox
from db.outbox import Parcel
from dicom_node.deliver.send import Fate, Receipt, Thing
from dicom_node.deliver.send import send as send_things
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work

LOG = structlog.get_logger(__name__)


def send(desk: Desk, work: Work) -> None:
    """Send the due parcels of one result, one association per destination."""
    with desk.sessions() as session:
        parcels = outbox.take(session, work.id, desk.now())
    destinations = {destination.ae_title: destination for destination in desk.settings.destination}
    for title, group in groupby(parcels, key=lambda parcel: parcel.destination):
        if title not in destinations:
            _receive_all(desk, group, Fate.NEVER, "this destination is no longer in the settings")
            continue
        things = [_thing(desk, parcel) for parcel in group]
        to, calling_ae = destinations[title], desk.settings.node.ae_title
        for receipt in send_things(things, to, calling_ae, partial(_still_wanted, desk), desk.context):
            _receipt(desk, receipt)
            told = {"destination": title, "fate": receipt.fate, "reason": receipt.reason}
            LOG.info("delivery", id=receipt.key, analysis=work.id, **told)


def _still_wanted(desk: Desk, delivery_id: int) -> bool:
    with desk.sessions() as session:
        return outbox.is_pending(session, delivery_id)


def _thing(desk: Desk, parcel: Parcel) -> Thing:
    return Thing(parcel.delivery_id, desk.data / parcel.path, parcel.sop_class_uid, parcel.sha256)


def _receive_all(desk: Desk, parcels: Iterable[Parcel], fate: Fate, why: str) -> None:
    for parcel in parcels:
        _receipt(desk, Receipt(parcel.delivery_id, fate, why))


def _receipt(desk: Desk, receipt: Receipt) -> None:
    with desk.sessions.begin() as session:
        if receipt.fate is Fate.SENT:
            outbox.sent(session, receipt.key, desk.now())
        elif receipt.fate is Fate.LATER:
            outbox.put_off(session, receipt.key, receipt.reason, desk.now())
        else:
            outbox.bury(session, receipt.key, receipt.reason, desk.now())
