"""Files that are whole or not there, whatever happens to the machine."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Write under another name, sync, rename: `path` is whole or not there."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fdatasync(file.fileno())
    part.rename(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
