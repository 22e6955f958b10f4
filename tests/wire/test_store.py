"""C-STORE in: durable before Success, every fault its status, every object that is not needed counted."""

import os
import subprocess
import time
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from db.schema import Instance, Refusal, Series
from tests.factories import eventually, rows
from tests.unit.node.factories import dataset_bytes, make_image, part10
from tests.wire.peers import Door, connect, dcmtk, encoded, numbered, open_door, send_images, status_of, store

pytestmark = pytest.mark.usefixtures("each_receiver")
UNCOMPRESSED = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
SC, SR = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.88.34"


def reasons(door: Door, count: int = 1) -> dict[str, int]:
    return {row.reason: row.count for row in door.rows(Refusal, count)}


@pytest.mark.parametrize("syntax", UNCOMPRESSED, ids=lambda syntax: syntax.name)
def test_the_stored_dataset_is_the_one_that_was_sent_byte_for_byte(door: Door, syntax: UID) -> None:
    association = connect(door.port, (CTImageStorage, syntax))
    data = encoded(syntax)
    assert store(association, data) == 0x0000
    association.release()
    (path,) = door.stored()
    assert dataset_bytes(path.read_bytes()) == data
    read = dcmread(path)
    assert (read.PatientName, read.file_meta.TransferSyntaxUID) == ("Doe^Jane", syntax)
    assert read.file_meta.SourceApplicationEntityTitle == "SCANNER"
    (row,) = door.rows(Instance, 1)
    assert (row.path, row.transfer_syntax_uid, row.size_bytes) == (
        str(path.relative_to(door.data)),
        syntax,
        path.stat().st_size,
    )


def test_real_objects_of_every_transfer_syntax_are_stored_byte_for_byte(tmp_path: Path, shared_data: Path) -> None:
    with open_door(tmp_path, registrar_runs=False) as door:
        sent = []
        for path in sorted((shared_data / "transfer_syntaxes").glob("*.dcm")):
            meta = dcmread(path, stop_before_pixels=True).file_meta
            association = connect(door.port, (CTImageStorage, meta.TransferSyntaxUID))
            sent.append(dataset_bytes(path.read_bytes()))
            named = {"sop_instance": str(meta.MediaStorageSOPInstanceUID)}
            assert store(association, sent[-1], **named) == 0x0000, path.name
            association.release()
        assert sorted(dataset_bytes(path.read_bytes()) for path in door.stored()) == sorted(sent)


@pytest.mark.parametrize(
    ("option", "syntax"), [("-xe", ExplicitVRLittleEndian), ("-xd", DeflatedExplicitVRLittleEndian)]
)
def test_dcmtk_sends_a_series(door: Door, tmp_path: Path, option: str, syntax: UID) -> None:
    files = []
    for number in range(1, 6):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(part10(make_image(**numbered(number)), ExplicitVRLittleEndian))
    command = [dcmtk("storescu"), option, "-aet", "SCANNER", "-aec", "L3NODE", "127.0.0.1", str(door.port)]
    done = subprocess.run(
        [*command, *map(str, files)], env=os.environ | {"TCP_NODELAY": "1"}, timeout=30, check=False
    )
    assert done.returncode == 0
    assert {row.transfer_syntax_uid for row in door.rows(Instance, 5)} == {syntax}
    eventually(lambda: not rows(door.sessions, Series)[0].interrupted, 10, "the release in the row")


def test_a_file_and_its_folder_are_on_disk_before_success_is_answered(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def slow(name: str, true_sync: Any) -> Any:
        def sync(descriptor: int) -> None:
            place = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            if "spool" in place:
                time.sleep(0.05)
                order.append(f"{name} {Path(place).suffix or 'folder'}")
            true_sync(descriptor)

        return sync

    association = connect(door.port)
    send_images(association, 1)
    with monkeypatch.context() as patched:
        for name in ("fsync", "fdatasync"):
            patched.setattr(os, name, slow(name, getattr(os, name)))
        send_images(association, 2)
        order.append("answered")
    association.release()
    assert order == ["fdatasync .part", "fsync folder", "answered"]


def test_files_of_one_association_lie_in_one_folder_that_names_no_patient(door: Door) -> None:
    association = connect(door.port)
    send_images(association, 1, 2, 3)
    association.release()
    assert [path.name for path in door.stored()] == ["000001.dcm", "000002.dcm", "000003.dcm"]
    (folder,) = {path.parent for path in door.stored()}
    assert (folder.stat().st_mode & 0o777, door.stored()[0].stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_sop_class_that_is_not_that_of_its_context_is_refused(door: Door) -> None:
    association = connect(door.port, (CTImageStorage, ExplicitVRLittleEndian), (SC, ExplicitVRLittleEndian))
    assert store(association, encoded(), context=1) == 0xA900
    association.release()
    assert "SOP class is not that of the presentation context" in reasons(door)
    assert door.stored() == []


@pytest.mark.parametrize(
    ("overrides", "request_"),
    [
        ({"SOPClassUID": SC}, {}),
        ({"SOPInstanceUID": "1.2.3"}, {}),
        ({"SOPInstanceUID": None}, {}),
        ({"StudyInstanceUID": None}, {}),
        ({"SeriesInstanceUID": None}, {}),
    ],
)
def test_a_dataset_that_does_not_fit_its_request_is_refused(
    door: Door, overrides: dict[str, Any], request_: dict[str, Any]
) -> None:
    assert status_of(door, encoded(**overrides), **request_) == 0xA900
    assert door.stored() == []
    assert sum(reasons(door).values()) == 1


@pytest.mark.parametrize(
    "uid", ["../../etc/passwd", "1." + "2" * 298, "1..2", "1.02", "01", "1.2.", "a.b", "1/2", "\u00b2.1"]
)
@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID"])
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_uid_is_refused_and_never_a_path(door: Door, keyword: str, uid: str) -> None:
    data = encoded(**{keyword: "1.2.840.77"})
    old = b"1.2.840.77"
    start = data.index(old)
    value = uid.encode("latin-1") + b"\0" * (len(uid) % 2)
    data = data[: start - 2] + len(value).to_bytes(2, "little") + value + data[start + len(old) :]
    assert status_of(door, data) == 0xA900
    assert door.stored() == []


@pytest.mark.parametrize("uid", ["../x", "1.2.3.4.x", "1..2"])
@pytest.mark.filterwarnings("ignore")
def test_an_instance_that_is_named_by_no_uid_is_never_stored(door: Door, uid: str) -> None:
    assert status_of(door, encoded(SOPInstanceUID=uid), sop_instance=uid) in (0xA900, None)
    assert door.stored() == []


@pytest.mark.parametrize("cut", [1, 3, 90, 97, 200])
def test_a_truncated_dataset_is_not_understood(door: Door, cut: int) -> None:
    assert status_of(door, encoded()[:-cut]) == 0xC000
    assert door.stored() == []
    assert sum(reasons(door).values()) == 1


def test_an_object_over_the_limit_is_refused(tmp_path: Path) -> None:
    with open_door(tmp_path, max_object_bytes=500) as door:
        assert status_of(door, encoded()) == 0xA700
        assert reasons(door) == {"object over max_object_bytes": 1}
        assert door.stored() == []


def test_a_deflated_object_that_grows_over_the_limit_is_not_understood(tmp_path: Path) -> None:
    image = make_image(PixelData=bytes(2_000_000))
    with open_door(tmp_path, max_object_bytes=100_000) as door:
        association = connect(door.port, (CTImageStorage, DeflatedExplicitVRLittleEndian))
        assert store(association, dataset_bytes(part10(image, DeflatedExplicitVRLittleEndian))) == 0xC000
        association.release()
        assert door.stored() == []


@pytest.mark.parametrize(
    ("sop_class", "modality", "reason"),
    [(SR, "SR", UID(SR).name), (SC, "CT", UID(SC).name), (CTImageStorage, "PT", "Modality PT")],
)
def test_what_is_not_ct_is_answered_success_counted_and_not_stored(
    door: Door, sop_class: str, modality: str, reason: str
) -> None:
    association = connect(door.port, (sop_class, ExplicitVRLittleEndian))
    data = encoded(SOPClassUID=sop_class, Modality=modality)
    assert [store(association, data, sop_class=sop_class) for _ in range(2)] == [0, 0]
    association.release()
    eventually(lambda: reasons(door) == {f"not CT: {reason}": 2}, 10)
    assert (door.stored(), rows(door.sessions, Series)) == ([], [])


def test_a_full_disk_is_told_to_the_sender_and_the_next_try_succeeds(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "f_bavail f_frsize")
    association = connect(door.port)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fstatvfs", lambda _descriptor: usage(0, 1))
        assert send_images(association, 1, 2) == [0xA700, 0xA700]
    assert door.stored() == []
    assert send_images(association, 1, 2) == [0, 0]
    association.release()
    assert len(door.rows(Instance, 2)) == 2
    assert reasons(door) == {"disk full": 2}


def test_a_fault_of_the_disk_is_no_success_and_does_not_close_the_door(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    association = connect(door.port)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fstatvfs", _broken)
        assert send_images(association, 1) == [0xA700]
    assert send_images(association, 1) == [0]
    association.release()


def _broken(_descriptor: int) -> None:
    raise PermissionError("told so")


def test_an_object_sent_again_is_answered_success_and_stands_once(door: Door) -> None:
    for _ in range(3):
        association = connect(door.port)
        assert send_images(association, 1, 2) == [0, 0]
        association.release()
    door.rows(Instance, 2)
    eventually(lambda: len(door.stored()) == 2, 10, "dropping what came twice")
    assert len(rows(door.sessions, Instance)) == 2


def test_other_pixels_under_a_known_uid_are_kept_aside_and_answered_success(door: Door) -> None:
    association = connect(door.port)
    assert send_images(association, 1) == [0]
    assert send_images(association, 1, PixelData=bytes(96)) == [0]
    association.release()
    eventually(lambda: (found := rows(door.sessions, Series)) and found[0].source_changed, 10, "the mark")
    eventually(lambda: door.spool.aside.exists() and len(list(door.spool.aside.iterdir())) == 1, 10)
    assert dcmread(door.stored()[0]).PixelData != bytes(96)


def test_the_same_image_in_another_transfer_syntax_stands_once(door: Door) -> None:
    association = connect(door.port)
    send_images(association, 1)
    association.release()
    other = connect(door.port, (CTImageStorage, ExplicitVRBigEndian))
    assert store(other, encoded(ExplicitVRBigEndian, **numbered(1)), sop_instance="1.2.3.1") == 0
    moved = encoded(ExplicitVRBigEndian, **numbered(1, ImagePositionPatient=[0, 0, 99]))
    door.rows(Instance, 1)
    eventually(lambda: len(door.stored()) == 1, 10)
    assert not rows(door.sessions, Series)[0].source_changed
    assert store(other, moved, sop_instance="1.2.3.1") == 0
    other.release()
    eventually(lambda: rows(door.sessions, Series)[0].source_changed, 10, "the mark of another geometry")


@pytest.mark.filterwarnings("ignore")
def test_an_object_whose_values_cannot_be_read_goes_aside_and_the_door_stays_open(door: Door) -> None:
    association = connect(door.port)
    assert send_images(association, 1, ImageOrientationPatient=[1, 0]) == [0]
    assert send_images(association, 2, PatientID="A\\B") == [0]
    association.release()
    assert [row.sop_instance_uid for row in door.rows(Instance, 1)] == ["1.2.3.2"]
    assert len(list(door.spool.aside.iterdir())) == 1
