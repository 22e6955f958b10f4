"""Labels that a person gave, kept by their digest: written by the pages, read when the request is taken."""

from io import BytesIO
from pathlib import Path

import numpy as np

from dicom_node.durable import sync_folder, write_durably
from inference.labels import LabelMap
from reporting.digest import digest_of

FOLDER = "labels"


def keep(data: Path, labels: LabelMap) -> str:
    """Write labels UInt8[row, column] durably; their digest (SHA-256, hex)."""
    digest, buffer = digest_of(labels), BytesIO()
    np.savez_compressed(buffer, labels=labels)
    path = _path(data, digest)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, buffer.getvalue())
    for above in (path.parent, path.parent.parent, data):
        sync_folder(above)
    return digest


def read(data: Path, digest: str) -> LabelMap:
    """The labels of a digest; raises ValueError when the file holds others."""
    with np.load(_path(data, digest), allow_pickle=False) as archive:
        labels: LabelMap = archive["labels"]
    if digest_of(labels) != digest:
        raise ValueError(f"the labels of {digest} are not those that were given")
    return labels


def forget(data: Path, digest: str) -> None:
    """Delete the labels of a digest, if they are there."""
    _path(data, digest).unlink(missing_ok=True)


def _path(data: Path, digest: str) -> Path:
    return data / FOLDER / digest[:2] / f"{digest}.npz"
