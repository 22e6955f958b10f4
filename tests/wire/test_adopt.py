"""After a crash: files whose rows are gone have rows again, and what was never answered is removed."""

import random
from pathlib import Path

import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian
from sqlalchemy import text

from db.schema import Instance, Refusal, Series, Study
from tests.factories import rows
from tests.unit.node.factories import make_image, part10
from tests.wire.peers import connect, database, numbered, open_door, send_images

TABLES = ("instance", "series", "study", "event")


def lose_rows(data: Path, where: str = "1") -> None:
    with database(data) as engine, engine.begin() as connection:
        for table in TABLES if where == "1" else ("instance",):
            connection.execute(text(f"DELETE FROM {table} WHERE {where}"))


def receive(data: Path, *numbers: int) -> None:
    with open_door(data) as door:
        association = connect(door.port)
        assert set(send_images(association, *numbers)) == {0}
        association.release()
        door.rows(Instance, len(numbers))


def test_files_that_lost_all_their_rows_have_them_again(tmp_path: Path) -> None:
    receive(tmp_path, 1, 2, 3, 4)
    lose_rows(tmp_path)
    with open_door(tmp_path) as door:
        found = door.rows(Instance, 4)
        assert door.adopted == 4
        assert {door.data / row.path for row in found} == set(door.stored())
        assert len(rows(door.sessions, Study)) == 1


def test_files_that_were_answered_and_never_reached_the_registrar_are_adopted(tmp_path: Path) -> None:
    with open_door(tmp_path, registrar_runs=False) as door:
        association = connect(door.port)
        assert send_images(association, 1, 2) == [0, 0]
        association.release()
        assert rows(door.sessions, Instance) == []
    with open_door(tmp_path) as door:
        assert {row.sop_instance_uid for row in door.rows(Instance, 2)} == {"1.2.3.1", "1.2.3.2"}


def test_an_adopted_series_has_lost_its_release_and_counts_as_interrupted(tmp_path: Path) -> None:
    receive(tmp_path, 1, 2)
    lose_rows(tmp_path)
    with open_door(tmp_path) as door:
        door.rows(Instance, 2)
        assert rows(door.sessions, Series)[0].interrupted


def test_only_the_files_without_rows_are_adopted(tmp_path: Path) -> None:
    receive(tmp_path, 1, 2, 3)
    lose_rows(tmp_path, "sop_instance_uid = '1.2.3.2'")
    with open_door(tmp_path) as door:
        assert door.adopted == 1
        assert len(door.rows(Instance, 3)) == 3
    with open_door(tmp_path) as door:
        assert door.adopted == 0


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian], ids=lambda s: s.name)
def test_an_incomplete_file_is_removed_and_never_adopted(tmp_path: Path, syntax: str) -> None:
    whole = part10(make_image(**numbered(1)), syntax).rstrip(b"\0")
    folder = tmp_path / "spool" / "incoming" / "a"
    folder.mkdir(parents=True)
    cuts = {0, 1, 127, 128, 131, 132, 140, 144, 150, 200, len(whole) - 1}
    cuts |= {random.Random(4).randrange(132, len(whole) - 100) for _ in range(30)}
    for number, cut in enumerate(sorted(cuts)):
        (folder / f"{number:06d}.dcm").write_bytes(whole[:cut])
    with open_door(tmp_path) as door:
        assert door.stored() == []
    with open_door(tmp_path) as door:
        assert (rows(door.sessions, Instance), rows(door.sessions, Refusal)) == ([], [])


def test_a_complete_file_beside_an_incomplete_one_is_adopted(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "incoming" / "a"
    folder.mkdir(parents=True)
    (folder / "000001.dcm").write_bytes(part10(make_image(**numbered(1))))
    (folder / "000002.dcm").write_bytes(part10(make_image(**numbered(2)))[:-7])
    with open_door(tmp_path) as door:
        (row,) = door.rows(Instance, 1)
        assert row.sop_instance_uid == "1.2.3.1"
        assert [path.name for path in door.stored()] == ["000001.dcm"]


def test_a_file_that_cannot_be_read_just_now_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(tmp_path, 1)
    lose_rows(tmp_path)

    def broken(_path: Path) -> None:
        raise OSError("Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("dicom_node.receive.register.read_file_meta_info", broken)
        with pytest.raises(OSError, match="Input/output"), open_door(tmp_path):
            pass
    with open_door(tmp_path) as door:
        assert len(door.rows(Instance, 1)) == 1
