"""The slices and label maps of a cohort as NIfTI pairs, under keyed names, without a word in their headers."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from db.questions import Filter, batches, question
from dicom_node.cohort.privacy import Privacy
from dicom_node.durable import write_durably
from dicom_node.folders import kept_folder

HEADER = 348
"""Bytes of a NIfTI-1 header."""
DESCRIPTIVE = ((4, 18), (148, 80), (228, 24), (328, 16))
"""Offset and length of data_type with db_name, descrip, aux_file and intent_name (nifti1.h)."""
NAMES = ("image.nii.gz", "label.nii.gz")
BATCH = 1000


class NotNifti(Exception):
    """A file of ours that is not what it was."""


def pairs(connection: Any, of: Filter, privacy: Privacy, data: Path, out: Path) -> Iterator[bool]:
    """Copy the pair of each row to `out`; False for a result whose files are gone."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for batch in batches(connection, question(of, ["request_key"]), BATCH):
        for (key,) in batch:
            yield _copied(kept_folder(data, key), out, key if privacy.identified else privacy.hashed(key))


def _copied(folder: Path, out: Path, name: str) -> bool:
    if not all((folder / part).is_file() for part in NAMES):
        return False
    for part in NAMES:
        write_durably(out / f"{name}-{part}", wordless((folder / part).read_bytes()))
    return True


def wordless(compressed: bytes) -> bytes:
    """The same image with every descriptive field of its header empty, and no name or time in the gzip."""
    raw = bytearray(gzip.decompress(compressed))
    if len(raw) < HEADER or struct.unpack_from("<i", raw)[0] != HEADER:
        raise NotNifti("not a NIfTI-1 file of this node")
    for offset, length in DESCRIPTIVE:
        raw[offset : offset + length] = bytes(length)
    return gzip.compress(bytes(raw), compresslevel=6, mtime=0)
