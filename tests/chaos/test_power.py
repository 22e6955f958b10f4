"""Power loss: no answer 0x0000 leaves before its object is safe, and recovery finds every answered object.

Shown on the system calls of a real run, and on copies of the data folder as each sync would have left it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from socketserver import BaseServer
from tempfile import TemporaryDirectory

import pytest

from db.schema import Instance
from tests.chaos.disk import Disk
from tests.chaos.power import WITHOUT_SYNC, Recording, answered, copy_database, cuts, record, replay, violations
from tests.factories import SCALE, rows
from tests.peers import LANES, SERVE
from tests.wire.peers import open_door

IMAGES = 8
CUTS = 20
"""Recoveries of a recording; with older rows where they fit, twice as many."""


@pytest.fixture(scope="module", params=LANES)
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warm_cache: Path) -> Recording:
    """The node as it is, under strace."""
    return a_run(tmp_path_factory.mktemp("power"), warm_cache, SERVE, request.param)


@pytest.fixture(scope="module", params=LANES)
def careless(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warm_cache: Path) -> Recording:
    """The same node with its syncs switched off."""
    return a_run(tmp_path_factory.mktemp("careless"), warm_cache, WITHOUT_SYNC, request.param)


@pytest.fixture(autouse=True)
def quick_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener looks every 0.5 s whether it should stop; a hundred recoveries would wait for that."""
    monkeypatch.setattr(BaseServer.serve_forever, "__defaults__", (0.02,))


def a_run(folder: Path, cache: Path, code: str, receive: str) -> Recording:
    data = folder / "node"
    data.mkdir(mode=0o700)
    shutil.copytree(cache, data / "cache")
    return record(folder, data, IMAGES * SCALE, code=code, receive=receive)


def test_every_answer_follows_the_syncs_of_its_file_and_of_its_folders(recorded: Recording) -> None:
    assert sorted(answered(recorded)) == sorted(recorded.sent)
    assert violations(recorded) == []


def test_the_recording_has_seen_every_byte_of_the_spool(recorded: Recording) -> None:
    *_, (_, disk, _) = replay(recorded)
    spool = recorded.root / "spool"
    seen = {path: bytes(file.live) for path, file in disk.live.items() if file and Path(path).is_relative_to(spool)}
    assert {str(path): path.read_bytes() for path in spool.rglob("*") if path.is_file()} == seen


def test_without_sync_every_answer_is_a_violation(careless: Recording) -> None:
    assert len(violations(careless)) == len(careless.sent)


@pytest.mark.parametrize(
    "kind",
    [
        "only what was synced",
        "full length, zeros",
        "full length, half of the pages",
    ],
)
def test_recovery_after_a_cut_finds_every_answered_object_and_no_half_one(kind: str, recorded: Recording) -> None:
    for number, (disk, done) in enumerate(cuts(recorded, CUTS * SCALE)):
        for database in databases(recorded, disk):
            found = recovered(recorded, left(disk, kind), database)
            assert done <= found.keys(), f"lost at cut {number}: {done - found.keys()}"
            assert not halves(recorded, found), f"half an object has a row after cut {number}"


def test_without_sync_recovery_after_a_cut_has_lost_answered_objects(careless: Recording) -> None:
    *_, (disk, done) = cuts(careless, 1)
    assert done - recovered(careless, left(disk, "only what was synced"), None).keys()


def left(disk: Disk, kind: str) -> Mapping[str, bytes]:
    """Files after the cut."""
    return disk.survivors() if kind == "only what was synced" else disk.torn(0.5 if "half" in kind else 0)


def databases(recorded: Recording, disk: Disk) -> list[Path | None]:
    """No database, and the older copy where it is older: each of its rows has a file that is safe."""
    return [None, recorded.database] if disk.keeps(recorded.named) else [None]


def recovered(recorded: Recording, files: Mapping[str, bytes], database: Path | None) -> dict[str, bytes]:
    """What has a row after the next start of the door, by SOPInstanceUID: the file of that row."""
    with TemporaryDirectory() as copy:
        data = Path(copy)
        for path, content in files.items():
            target = data / Path(path).relative_to(recorded.root)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.write_bytes(content)
        if database:
            copy_database(database, data / "l3node.sqlite")
        with open_door(data) as door:
            pass
        return {row.sop_instance_uid: (data / row.path).read_bytes() for row in rows(door.sessions, Instance)}


def halves(recorded: Recording, found: Mapping[str, bytes]) -> set[str]:
    """SOPInstanceUIDs whose row points to a file that does not hold the whole dataset."""
    return {uid for uid, content in found.items() if not content.endswith(recorded.sent[uid])}
