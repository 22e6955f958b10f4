"""The spool: whole, private and durable files, or none."""

import errno
import os
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian

from dicom_node.receive.spool import DiskFull, Spool, file_meta
from tests.unit.node.factories import dataset_bytes, make_image, part10

EVERYTHING = 1 << 60


def make_spool(tmp_path: Path, *, keep_free: int = 0) -> Spool:
    (tmp_path / "spool").mkdir(mode=0o700)
    return Spool(tmp_path / "spool", keep_free)


def write(spool: Spool, folder: Path, number: int, meta: bytes, dataset: bytes) -> Path:
    incoming = spool.begin(folder, number, meta)
    try:
        incoming.write([memoryview(dataset)])
        incoming.commit()
    except OSError:
        incoming.discard()
        raise
    return incoming.path


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_written_is_meta_then_dataset_under_its_final_name(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    path = write(spool, spool.open_folder("a"), 7, b"meta", b"dataset")
    assert path == spool.incoming / "a" / "000007.dcm"
    assert path.read_bytes() == b"metadataset"
    assert list(spool.files()) == [path]


def test_folders_and_files_are_private(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    path = write(spool, spool.open_folder("a"), 1, b"m", b"d")
    aside = spool.put_aside(write(spool, spool.open_folder("a"), 2, b"m", b"d"))
    assert {path.stat().st_mode & 0o777, aside.stat().st_mode & 0o777} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, spool.aside)} == {0o700}


def test_a_file_that_is_there_is_neither_written_over_nor_removed(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    folder = spool.open_folder("a")
    path = write(spool, folder, 1, b"m", b"first")
    with pytest.raises(FileExistsError):
        write(spool, folder, 1, b"m", b"second")
    assert path.read_bytes() == b"mfirst"


def test_less_free_disk_than_is_kept_free_is_disk_full_and_leaves_nothing(tmp_path: Path) -> None:
    spool = make_spool(tmp_path, keep_free=EVERYTHING)
    folder = spool.open_folder("a")
    with pytest.raises(DiskFull):
        write(spool, folder, 1, b"m", b"d")
    assert below(spool.root) == []


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_in_mid_file_is_disk_full_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    spool = make_spool(tmp_path)
    folder = spool.open_folder("a")
    with monkeypatch.context() as patched:
        patched.setattr(os, "writev", _filling_disk(fault))
        with pytest.raises(DiskFull):
            write(spool, folder, 1, b"meta", b"dataset")
    assert below(spool.root) == []
    assert write(spool, folder, 1, b"meta", b"dataset").is_file()


def test_another_fault_of_the_disk_is_no_disk_full_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = make_spool(tmp_path)
    folder = spool.open_folder("a")
    with monkeypatch.context() as patched:
        patched.setattr(os, "writev", _filling_disk(errno.EIO))
        with pytest.raises(OSError, match="told so") as told:
            write(spool, folder, 1, b"meta", b"dataset")
    assert not isinstance(told.value, DiskFull)
    assert below(spool.root) == []


def _filling_disk(fault: int):  # type: ignore[no-untyped-def]
    """Takes two bytes, then fails."""
    calls = iter(range(10))

    def writev(descriptor: int, pieces: list[memoryview]) -> int:
        if next(calls) == 0:
            return os.write(descriptor, pieces[0])
        raise OSError(fault, "told so")

    return writev


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true_write = os.write
    spool = make_spool(tmp_path)
    folder = spool.open_folder("a")
    with monkeypatch.context() as patched:
        patched.setattr(os, "writev", lambda descriptor, pieces: true_write(descriptor, pieces[0][:3]))
        patched.setattr(os, "write", lambda descriptor, data: true_write(descriptor, data[:3]))
        path = write(spool, folder, 1, b"meta!", b"dataset")
    assert path.read_bytes() == b"meta!dataset"


def test_data_and_folder_entry_are_synced_before_a_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = make_spool(tmp_path)
    synced: list[str] = []
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, _noting(synced, getattr(os, name)))
    folder = spool.open_folder("a")
    assert set(synced) == {str(tmp_path), str(spool.root), str(spool.incoming)}
    synced.clear()
    path = write(spool, folder, 1, b"m", b"d")
    assert synced == [str(path.with_suffix(".part")), str(folder)]


def _noting(synced: list[str], true_sync):  # type: ignore[no-untyped-def]
    def sync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        true_sync(descriptor)

    return sync


def test_file_meta_makes_a_readable_part_10_file(tmp_path: Path) -> None:
    data = dataset_bytes(part10(make_image(), DeflatedExplicitVRLittleEndian))
    meta = file_meta(CTImageStorage, "1.2.3", DeflatedExplicitVRLittleEndian, "SCANNER")
    read = dcmread(BytesIO(meta + data))
    assert read.PatientName == "Doe^Jane"
    assert read.file_meta.MediaStorageSOPInstanceUID == "1.2.3"
    assert read.file_meta.SourceApplicationEntityTitle == "SCANNER"
    assert len(meta) == 132 + 12 + read.file_meta.FileMetaInformationGroupLength


@pytest.mark.parametrize("uid", ["1.2.3", "1.2.34", "1." + "2" * 62])
def test_file_meta_has_an_even_length_whatever_the_uid(uid: str) -> None:
    assert len(file_meta(CTImageStorage, uid, DeflatedExplicitVRLittleEndian, "ODD")) % 2 == 0
