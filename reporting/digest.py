"""SHA-256 of values: frozen dataclasses, arrays, mappings, plain values.  Same value, same digest, in any process."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import numpy as np


def digest_of(*values: object) -> str:
    """SHA-256 (hex) over `values`; type, order and length of every part count.  Raises TypeError on unknown types."""
    running = hashlib.sha256()
    for value in values:
        for part in _parts(value):
            running.update(len(part).to_bytes(8, "big"))
            running.update(part)
    return running.hexdigest()


def _parts(value: object) -> Iterator[bytes]:
    """Flatten `value`; every container opens with its kind and size, so that no two values flatten alike."""
    if isinstance(value, np.ndarray):
        yield f"array {value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key in sorted(value):
            yield from _parts(key)
            yield from _parts(value[key])
    elif isinstance(value, tuple | list):
        yield f"sequence {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"record {type(value).__name__}".encode()
        for field in fields(value):
            yield from _parts(field.name)
            yield from _parts(getattr(value, field.name))
    else:
        yield _plain(value)


def _plain(value: object) -> bytes:
    """One plain value: enumerations by their value, floats by their shortest exact form."""
    if isinstance(value, bool) or value is None:
        return repr(value).encode()
    if isinstance(value, str):
        return f"text {value!s}".encode("utf-8", "surrogateescape")
    if isinstance(value, int):
        return f"whole {int(value)}".encode()
    if isinstance(value, float):
        return f"real {float(value)!r}".encode()
    if isinstance(value, bytes):
        return b"bytes " + value
    raise TypeError(f"no digest for {type(value).__name__}")
