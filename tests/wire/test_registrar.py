"""The registrar outlives whatever happens to its disk and its database, and keeps nobody waiting."""

import errno
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from db.inbox import Arrival
from db.schema import Instance, Refusal, Series
from dicom_node.receive import register
from tests.factories import eventually, rows
from tests.wire.peers import Door, connect, encoded, numbered, send_images, store

pytestmark = pytest.mark.usefixtures("each_receiver")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once."""
    monkeypatch.setattr(register, "RETRY_WAIT", 0.05)


def test_rows_wait_for_a_disk_that_is_away(door: Door, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read, faults = register.read_arrival, iter([errno.EMFILE, errno.EIO])

    def reads_at_last(path: Path, name: str) -> Arrival:
        if fault := next(faults, None):
            raise OSError(fault, "told so")
        return read(path, name)

    monkeypatch.setattr(register, "read_arrival", reads_at_last)
    association = connect(door.port)
    assert send_images(association, 1, 2) == [0, 0]
    association.release()
    assert len(door.rows(Instance, 2)) == 2
    assert next(faults, None) is None


def test_rows_wait_for_a_database_that_is_away(door: Door, impatient: None) -> None:
    engine, away = door.sessions.kw["bind"], threading.Event()
    away.set()

    def refuse(*_: object) -> None:
        if away.is_set():
            raise OperationalError("INSERT", {}, Exception("database is locked"))

    event.listen(engine, "before_cursor_execute", refuse)
    association = connect(door.port)
    assert send_images(association, 1, 2) == [0, 0]
    association.release()
    time.sleep(0.2)
    assert len(door.receiver.busy_series()) == 1
    away.clear()
    assert len(door.rows(Instance, 2)) == 2
    eventually(lambda: not door.receiver.busy_series(), 10, "the end of the visit")
    assert not rows(door.sessions, Series)[0].interrupted


def test_a_file_that_is_gone_holds_nobody_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    read = register.read_arrival

    def loses_the_first(path: Path, name: str) -> Arrival:
        if path.name == "000001.dcm":
            path.unlink()
        return read(path, name)

    monkeypatch.setattr(register, "read_arrival", loses_the_first)
    association = connect(door.port)
    send_images(association, 1, 2)
    association.release()
    assert [row.sop_instance_uid for row in door.rows(Instance, 1)] == ["1.2.3.2"]


def test_rows_follow_while_a_long_series_is_still_arriving(door: Door) -> None:
    association = connect(door.port)
    began = time.monotonic()
    while time.monotonic() - began < 0.6:
        send_images(association, *range(1, 4))
    assert len(rows(door.sessions, Instance)) == 3
    association.release()


@pytest.mark.parametrize(
    ("sent", "spoiled"),
    [(b"ISO_IR 100", b"rot13     "), (b"0.0\\0.0\\5.0 ", b"0,0\\0,0\\5,0 ")],
    ids=["unknown character set", "a comma for a point"],
)
def test_a_value_that_cannot_be_read_is_counted_and_the_next_image_is_registered(
    sent: bytes, spoiled: bytes, door: Door
) -> None:
    raw = encoded(**numbered(1, SpecificCharacterSet="ISO_IR 100", PatientName="Ä"))
    assert sent in raw
    association = connect(door.port)
    assert store(association, raw.replace(sent, spoiled), sop_instance="1.2.3.1") == 0x0000
    assert send_images(association, 2) == [0x0000]
    association.release()
    assert [row.sop_instance_uid for row in door.rows(Instance, 1)] == ["1.2.3.2"]
    (refusal,) = door.rows(Refusal, 1)
    assert refusal.reason.startswith("answered, then put aside as unreadable")
