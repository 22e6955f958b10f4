"""After a crash: files whose rows are gone have rows again, and what was never answered is removed."""

from pathlib import Path

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


def test_what_was_never_wholly_received_is_removed_and_never_adopted(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "incoming" / "a"
    folder.mkdir(parents=True)
    (folder / "000001.dcm").write_bytes(part10(make_image(**numbered(1))))
    (folder / "000002.part").write_bytes(part10(make_image(**numbered(2))))
    (folder / "000003.part").touch()
    with open_door(tmp_path) as door:
        (row,) = door.rows(Instance, 1)
        assert row.sop_instance_uid == "1.2.3.1"
        assert [path.name for path in folder.iterdir()] == ["000001.dcm"]


def test_an_answered_file_that_the_disk_has_spoilt_is_put_aside_with_a_row(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "incoming" / "a"
    folder.mkdir(parents=True)
    (folder / "000001.dcm").write_bytes(part10(make_image(**numbered(1)))[:200])
    with open_door(tmp_path) as door:
        (refusal,) = door.rows(Refusal, 1)
        assert refusal.reason.startswith("answered, then put aside as unreadable")
        assert [path.name for path in door.spool.aside.iterdir()] == ["a-000001.dcm"]
        assert (door.stored(), rows(door.sessions, Instance)) == ([], [])
