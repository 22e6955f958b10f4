"""The registrar outlives whatever happens to its disk and its database, and keeps nobody waiting."""

import errno
import re
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
    RLELossless,
)
from sqlalchemy import event
from sqlalchemy.exc import DataError, OperationalError

from db.inbox import Arrival
from db.schema import Instance, Refusal, Series, Study
from db.session import open_sessions
from dicom_node.receive import register
from dicom_node.receive.register import Ended, Registrar, TurnedAway
from dicom_node.receive.spool import Spool
from tests.factories import SCALE, eventually, rows
from tests.unit.node.factories import dataset_bytes, enhanced, make_image, part10, renamed
from tests.wire.peers import Door, connect, database, encoded, numbered, send_images, store

RETIRED = ("1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55")
"""Transfer syntaxes that the door does not offer."""

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


def test_news_that_the_database_never_takes_keeps_no_series_busy(tmp_path: Path) -> None:
    """Whoever waits for the end of a visit is told, and the next news is written."""
    done, told = threading.Event(), threading.Event()

    def refused(_session: Any) -> None:
        raise DataError("INSERT", {}, ValueError("no zero byte"))

    with database(tmp_path) as engine:
        registrar = Registrar(open_sessions(engine), Spool(tmp_path / "spool", 0), tmp_path)
        worker = threading.Thread(target=registrar.run, args=[done])
        registrar.put(TurnedAway(refused))
        registrar.put(Ended(("\ud800",), True, told.set))  # no encoder takes it
        worker.start()
        try:
            assert told.wait(10)
            assert worker.is_alive()
        finally:
            done.set()
            worker.join(10)


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
    ends = time.monotonic() + 20
    while len(rows(door.sessions, Instance)) < 3:
        assert time.monotonic() < ends
        send_images(association, *range(1, 4))
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


def send_again(door: Door, data: bytes, syntax: str, sop_class: str = CTImageStorage, uid: str = "1.2.3.1") -> None:
    """The same object over an association of its own, until the registrar has done with it."""
    association = connect(door.port, (sop_class, syntax))
    assert store(association, data, sop_class=sop_class, sop_instance=uid) == 0x0000
    association.release()
    eventually(lambda: not door.receiver.busy_series(), 10, "the end of the visit")


def put_aside(door: Door) -> int:
    return len(list(door.spool.aside.iterdir())) if door.spool.aside.exists() else 0


def test_pixels_are_decoded_while_others_may_write(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    compare, compared = register.same_pixels, []

    def while_another_writes(one: Path, other: Path) -> bool:
        with closing(sqlite3.connect(door.data / "l3node.sqlite", timeout=0)) as another:
            another.execute("BEGIN IMMEDIATE")
        compared.append(other)
        return compare(one, other)

    monkeypatch.setattr(register, "same_pixels", while_another_writes)
    send_again(door, encoded(**numbered(1)), ExplicitVRLittleEndian)
    send_again(door, encoded(RLELossless, **compressed(1)), RLELossless)
    assert (len(compared), put_aside(door), len(door.stored())) == (1, 0, 1)
    assert door.rows(Instance, 1)[0].transfer_syntax_uid == ExplicitVRLittleEndian


def compressed(number: int, **overrides: Any) -> dict[str, Any]:
    """Attributes of image `number` as RLE has them."""
    image = make_image(**numbered(number, **overrides))
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.compress(RLELossless, generate_instance_uid=False)
    return numbered(number, **overrides) | {"PixelData": image.PixelData}


def test_an_object_again_in_another_transfer_syntax_with_other_pixels_is_kept_aside(door: Door) -> None:
    send_again(door, encoded(**numbered(1)), ExplicitVRLittleEndian)
    send_again(door, encoded(RLELossless, **compressed(1, PixelData=bytes(96))), RLELossless)
    assert (put_aside(door), len(door.stored()), rows(door.sessions, Series)[0].source_changed) == (1, 1, True)


def test_an_object_again_that_cannot_be_decoded_is_kept_aside_and_the_next_is_registered(door: Door) -> None:
    send_again(door, encoded(**numbered(1)), ExplicitVRLittleEndian)
    broken = numbered(1) | {"PixelData": encapsulate([b"no RLE"])}
    send_again(door, encoded(RLELossless, **broken), RLELossless)
    send_again(door, encoded(**numbered(2)), ExplicitVRLittleEndian, uid="1.2.3.2")
    assert (put_aside(door), len(door.rows(Instance, 2)), len(door.rows(Study, 1))) == (1, 2, 1)


def test_real_objects_again_in_other_transfer_syntaxes_are_the_same_unless_they_are_lossy(
    door: Door, shared_data: Path
) -> None:
    for path in sorted((shared_data / "transfer_syntaxes").glob("*.dcm")):
        syntax = dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
        if syntax not in RETIRED:
            send_again(door, dataset_bytes(renamed(path, "1.2.3.1")), syntax)
    aside = {dcmread(path).file_meta.TransferSyntaxUID for path in door.spool.aside.iterdir()}
    assert aside == {JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000}
    assert len(door.stored()) == len(door.rows(Instance, 1)) == 1


@pytest.mark.parametrize(("second", "aside"), [((0, 5), 0), ((0, 6), 1)], ids=["the same", "a frame elsewhere"])
def test_an_enhanced_object_again_is_told_apart_by_the_place_of_its_frames(
    door: Door, second: tuple[float, float], aside: int
) -> None:
    for positions in ((0, 5), second):
        data = encoded(**numbered(1) | enhanced(*positions))
        send_again(door, data, ExplicitVRLittleEndian, EnhancedCTImageStorage)
    assert (put_aside(door), len(door.stored()), len(door.rows(Instance, 1))) == (aside, 1, 1)
    assert rows(door.sessions, Series)[0].source_changed == bool(aside)


def resident_kib() -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def test_memory_stays_flat_however_many_images_are_registered(tmp_path: Path) -> None:
    image, folder = part10(make_image(SOPInstanceUID="1.2.3.100000")), tmp_path / "spool" / "incoming" / "a"
    folder.mkdir(parents=True)
    stop, resident = threading.Event(), []
    stop.set()
    with database(tmp_path) as engine:
        registrar = Registrar(open_sessions(engine), Spool(tmp_path / "spool", 0), tmp_path)
        for number in range(2000 * SCALE):
            path = folder / f"{number:06d}.dcm"
            path.write_bytes(image.replace(b"1.2.3.100000", b"1.2.3.%06d" % (100000 + number)))
            registrar.put(path)
            if number % 500 == 499:
                registrar.run(stop)
                resident.append(resident_kib())
        assert len(rows(open_sessions(engine), Instance)) == 2000 * SCALE
    assert resident[-1] - resident[len(resident) // 2 - 1] < 16 << 10
