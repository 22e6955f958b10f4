"""The site's secret: 32 random bytes in the data folder, made once, mode 0600.

With it an identifier becomes a keyed hash: the same one for the same value here, and no way back without the file.
It never leaves the data folder.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

NAME = "site_secret"
BYTES = 32


class SecretUnusable(Exception):
    """The file is there and can't be used; a new one would break every hash that was made with it."""


def site_secret(data: Path) -> bytes:
    """The secret of a data folder; made durable before it is used for the first time.  Raises `SecretUnusable`."""
    path = data / NAME
    if not path.exists():
        _make(path)
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise SecretUnusable(f"{path} holds {len(secret)} bytes, {BYTES} were written; restore it from a backup")
    return secret


def keyed_hash(secret: bytes, *parts: str) -> str:
    """HMAC-SHA-256 (hex) over `parts`; the first says what kind of value it is, so that kinds never meet."""
    return hmac.new(secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _make(path: Path) -> None:
    """Write under another name and link: whole or not there, and who was first stays first."""
    part = path.with_name(f".{path.name}.{uuid4().hex}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
