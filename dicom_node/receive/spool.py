"""The spool: plain DICOM Part 10 files that survive power loss.

`incoming/<mark><association>/<n>.dcm`.  No name here comes from the sender.  While it is written a file is
`<n>.part`; it has its final name only when its last byte is on disk, so that a torn file can't be taken for a whole.
"""

import errno
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom.uid import UID

IMPLEMENTATION_CLASS_UID = UID("2.25.265298374011847392156038472615093847215")
PREAMBLE = b"\0" * 128 + b"DICM"
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
MARK_ENDS = "."
"""Between a receiver's mark and the rest of a folder's name, which has none."""
MOST_AT_ONCE = 256
"""Pieces of one writev; the system takes 1024."""


class DiskFull(OSError):
    """No room; the sender is told 0xA700 and tries again later."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Files below `root`; `keep_free` bytes stay free for the database.

    Of many receivers each has its own `mark`, with which the names of its folders begin.
    """

    root: Path
    keep_free: int
    mark: str = ""

    @property
    def incoming(self) -> Path:
        """Where received objects are."""
        return self.root / "incoming"

    @property
    def aside(self) -> Path:
        """Where objects wait that contradict what was received before."""
        return self.root / "aside"

    def free(self) -> int:
        """Bytes of disk that are left."""
        disk = os.statvfs(self.root)
        return disk.f_bavail * disk.f_frsize

    def open_folder(self, association: str) -> Path:
        """The folder of one association, its entry durable."""
        folder = self.incoming / f"{self.mark}{association}"
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for above in (self.incoming, self.root, self.root.parent):
            _sync_folder(above)
        return folder

    def begin(self, folder: Path, number: int, meta: bytes) -> "Incoming":
        """A file for one object, which begins with its file meta; raises `DiskFull`."""
        incoming = Incoming(folder / f"{number:06d}.dcm", self.keep_free, len(meta))
        try:
            incoming.write([memoryview(meta)])
        except OSError:
            incoming.discard()
            raise
        return incoming

    def files(self, mark: str | None = None) -> Iterator[Path]:
        """All files of this receiver, or of the one with `mark`, oldest association first."""
        yield from sorted(self.incoming.glob(f"{self.mark if mark is None else mark}*/*.dcm"))

    def marks(self) -> frozenset[str]:
        """Those of other receivers that ever filled a folder here."""
        begun = (folder.name.rpartition(MARK_ENDS) for folder in self.incoming.iterdir())
        return frozenset(name + dot for name, dot, _ in begun if dot) - {self.mark}

    def remove_parts(self) -> int:
        """Delete what was never wholly received, and so never answered; the number of files."""
        parts = list(self.incoming.glob(f"{self.mark}*/*.part"))
        for part in parts:
            part.unlink()
        return len(parts)

    def put_aside(self, path: Path) -> Path:
        """Move a file out of the way, never over another."""
        self.aside.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        target = self.aside / f"{path.parent.name}-{path.name}"
        with suppress(FileNotFoundError):  # another receiver, who took this one for dead, was first
            path.rename(target)
        return target


class Incoming:
    """The file of an object that is being received: `write` it, then `commit` or `discard`."""

    def __init__(self, path: Path, keep_free: int, meta: int) -> None:
        self.path = path
        self._keep_free = keep_free
        self._meta = meta
        self._part = path.with_suffix(".part")
        if path.exists():  # it was answered: it stays
            raise FileExistsError(path)
        with _fullness_told():
            self._descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)

    def write(self, pieces: Sequence[memoryview]) -> None:
        """Append the pieces; raises `DiskFull`."""
        disk = os.fstatvfs(self._descriptor)
        if disk.f_bavail * disk.f_frsize < self._keep_free + sum(map(len, pieces)):
            raise DiskFull(errno.ENOSPC, "less free disk than [receive] minimum_free_bytes")
        with _fullness_told():
            _write_all(self._descriptor, pieces if len(pieces) <= MOST_AT_ONCE else [b"".join(pieces)])

    def dataset(self) -> BinaryIO:
        """What was written after the file meta, to be read."""
        stream = self._part.open("rb")
        stream.seek(self._meta)
        return stream

    def commit(self) -> None:
        """File data and folder entry are on disk when this returns; raises `DiskFull`."""
        with _fullness_told():
            os.fdatasync(self._descriptor)
            self._part.rename(self.path)
            _sync_folder(self.path.parent)
        os.close(self._descriptor)

    def discard(self) -> None:
        """Leave nothing behind."""
        os.close(self._descriptor)
        self._part.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


@contextmanager
def _fullness_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(error.errno, "disk full") from None
        raise


def _write_all(descriptor: int, pieces: Sequence[memoryview | bytes]) -> None:
    written = os.writev(descriptor, pieces)
    if written < sum(map(len, pieces)):  # the disk has become full, or a signal came
        left = memoryview(b"".join(pieces))[written:]
        while left:
            left = left[os.write(descriptor, left) :]


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax: UID, source_ae: str) -> bytes:
    """Preamble and file meta information (PS3.10 section 7.1) as bytes."""
    elements = b"".join(
        (
            struct.pack("<HH2sHL2s", 2, 0x0001, b"OB", 0, 2, b"\0\1"),
            _element(0x0002, b"UI", sop_class_uid),
            _element(0x0003, b"UI", sop_instance_uid),
            _element(0x0010, b"UI", transfer_syntax),
            _element(0x0012, b"UI", IMPLEMENTATION_CLASS_UID),
            _element(0x0013, b"SH", "L3NODE"),
            _element(0x0016, b"AE", source_ae),
        )
    )
    return PREAMBLE + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(elements)) + elements


def _element(number: int, vr: bytes, text: str) -> bytes:
    value = text.encode("ascii", "replace")
    value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", 2, number, vr, len(value)) + value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
