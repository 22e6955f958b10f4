"""The data folder: private, on a local disk, owned by one node at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"})


class CannotStart(Exception):
    """The node can't run here; the message says what to change."""


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """Own the data folder: 0700, on a local disk, by one process at a time."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
    except OSError as fault:
        raise CannotStart(f"can't use {data} as data folder: {fault.strerror}") from None
    if (kind := file_system(data)) in NETWORK_FILE_SYSTEMS:
        raise CannotStart(f"the data folder is on {kind}; SQLite and locks need a local disk")
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("another node runs on this data folder") from None
        yield


def is_owned(data: Path) -> bool:
    """Whether a node runs on this data folder."""
    try:
        with (data / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def file_system(path: Path) -> str:
    """Type of the file system that holds `path`; empty when it can't be told."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    lines = (line.split() for line in mounts.read_text().splitlines())
    holding = [(where, kind) for _, where, kind, *_ in lines if path.resolve().is_relative_to(where)]
    return max(holding, key=lambda found: len(found[0]), default=("", ""))[1]
