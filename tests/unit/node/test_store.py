"""Results as files: whole, private, durable before their rows."""

import hashlib
import os
from pathlib import Path

import pytest

from dicom_node.durable import write_durably
from dicom_node.folders import kept_folder, result_folder
from dicom_node.job import Measured
from dicom_node.store import forget_attempt, forget_other_attempts, store
from reporting.finding import Encoded

KEY = "ab" * 32


def outcome(*kinds: str) -> Measured:
    return Measured(
        facts={},
        doubts=(),
        objects=tuple(
            Encoded(
                kind=kind,  # type: ignore[arg-type]
                sop_class_uid="1.2",
                sop_instance_uid=f"1.3.{number}",
                series_instance_uid="1.4",
                data=kind.encode() * 9,
            )
            for number, kind in enumerate(kinds)
        ),
        evidence_png=b"picture",
        basis_npz=b"basis",
        around_webp=None,
        image_nii=b"image",
        label_nii=b"label",
        seconds={},
    )


def test_stored_objects_are_on_disk_as_they_were_encoded(tmp_path: Path) -> None:
    stored = store(tmp_path, KEY, outcome("seg", "sr", "key"))
    assert [one.kind for one in stored] == ["seg", "sr", "key"]
    for one in stored:
        data = (tmp_path / one.path).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one.sha256, one.size_bytes)
    names = sorted(path.name for path in result_folder(tmp_path, KEY).iterdir())
    files = ("evidence.png", "finding.npz", "image.nii.gz", "key.dcm", "label.nii.gz", "seg.dcm", "sr.dcm")
    assert names == list(files)


def test_results_are_private(tmp_path: Path) -> None:
    store(tmp_path, KEY, outcome("seg"))
    folder = result_folder(tmp_path, KEY)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_files_and_every_folder_above_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    for name in ("fsync", "fdatasync"):
        true_sync = getattr(os, name)
        monkeypatch.setattr(
            os,
            name,
            lambda fd, true_sync=true_sync: (
                synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())),
                true_sync(fd),
            ),
        )
    store(tmp_path, KEY, outcome("seg"))
    folder = result_folder(tmp_path, KEY)
    assert [Path(path) for path in synced[-3:]] == [folder, folder.parent, folder.parent.parent]
    written = ("seg.dcm", "image.nii.gz", "label.nii.gz", "finding.npz", "evidence.png")
    names = {f".{name}.part" for name in written}
    assert {Path(path).name for path in synced[:-3]} == names


def test_a_file_is_never_half_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    write_durably(path, b"first")

    def fails(_descriptor: int) -> None:
        raise OSError("power")

    monkeypatch.setattr(os, "fdatasync", fails)
    with pytest.raises(OSError, match="power"):
        write_durably(path, b"second")
    assert path.read_bytes() == b"first"


def test_attempts_that_may_overlap_write_over_nothing_and_the_recorded_one_stays(tmp_path: Path) -> None:
    first, second = (store(tmp_path, KEY, outcome("seg", "sr"), attempt) for attempt in (1, 2))
    assert {one.path for one in first}.isdisjoint(one.path for one in second)
    late = store(tmp_path, KEY, outcome("seg"), 3)
    forget_attempt(tmp_path, KEY, 3)
    assert not any((tmp_path / one.path).exists() for one in late)
    forget_other_attempts(tmp_path, KEY, 2)
    assert all((tmp_path / one.path).is_file() for one in second)
    assert not any((tmp_path / one.path).exists() for one in first)
    assert kept_folder(tmp_path, KEY) == (tmp_path / second[0].path).parent


def test_on_one_host_a_result_lies_in_the_folder_of_its_key(tmp_path: Path) -> None:
    stored = store(tmp_path, KEY, outcome("seg"))
    assert kept_folder(tmp_path, KEY) == (tmp_path / stored[0].path).parent == result_folder(tmp_path, KEY)
