"""The spool: plain DICOM Part 10 files that survive power loss, written once under their final name.

`incoming/<association>/<n>.dcm`.  No name here comes from the sender.  A file is complete or it was never answered.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

IMPLEMENTATION_CLASS_UID = UID("2.25.265298374011847392156038472615093847215")
PREAMBLE = b"\0" * 128 + b"DICM"
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


class DiskFull(OSError):
    """No room; the sender is told 0xA700 and tries again later."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Files below `root`; `keep_free` bytes stay free for the database."""

    root: Path
    keep_free: int

    @property
    def incoming(self) -> Path:
        """Where received objects are."""
        return self.root / "incoming"

    @property
    def aside(self) -> Path:
        """Where objects wait that contradict what was received before."""
        return self.root / "aside"

    def open_folder(self, association: str) -> Path:
        """The folder of one association, its entry durable."""
        folder = self.incoming / association
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for above in (self.incoming, self.root, self.root.parent):
            _sync_folder(above)
        return folder

    def write(self, folder: Path, number: int, meta: bytes, dataset: bytes) -> Path:
        """Write one object durably: file data and folder entry are on disk when this returns.

        Raises `DiskFull` and leaves nothing behind when there is no room.
        """
        if shutil.disk_usage(self.root).free < self.keep_free + len(dataset):
            raise DiskFull(errno.ENOSPC, "less free disk than [receive] minimum_free_bytes")
        path = folder / f"{number:06d}.dcm"
        try:
            _write_durably(path, meta, dataset)
        except FileExistsError:
            raise  # the file that is there was answered: it stays
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(error.errno, "disk full") from None
            raise
        _sync_folder(folder)
        return path

    def files(self) -> Iterator[Path]:
        """All received files, oldest association first."""
        yield from sorted(self.incoming.glob("*/*.dcm"))

    def put_aside(self, path: Path) -> Path:
        """Move a file out of the way, never over another."""
        self.aside.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        target = self.aside / f"{path.parent.name}-{path.name}"
        path.rename(target)
        return target


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax: UID, source_ae: str) -> bytes:
    """Preamble and file meta information (PS3.10 section 7.1) as bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = transfer_syntax
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = "L3NODE"
    meta.SourceApplicationEntityTitle = source_ae
    buffer = DicomBytesIO()
    write_file_meta_info(buffer, meta, enforce_standard=True)
    return PREAMBLE + buffer.getvalue()


def _write_durably(path: Path, *parts: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[os.write(descriptor, view) :]
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
