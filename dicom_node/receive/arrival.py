"""A stored file read back: its header by pydicom, its pixels as a stream, so that no large object is whole in memory.

What a sender wrote can raise anything that pydicom raises on broken values; `register` puts such a file aside.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import structlog
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.multival import MultiValue
from pydicom.pixels.utils import iter_pixels
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pydicom.valuerep import BYTES_VR

from db.inbox import Arrival
from dicom_node.digests import FUNCTIONAL_GROUPS, GEOMETRY, geometry, pixels_digest, position_mm
from reporting.identity import COPIED, identity_digest

LOG = structlog.get_logger(__name__)

SMALL = 4 << 20
"""Bytes up to which a file is read at once: pydicom asks for its place at each element, which is free in memory."""
DEFERRED = 64 << 10
"""Bytes above which pydicom leaves a value in the file."""
CHUNK = 256 << 10
LARGEST_FRAME = 1 << 24
"""Pixels of a frame that is still decoded for a comparison: Rows and Columns are only what the sender claims."""
LONGEST_TEXT = 64
"""Characters of an LO (PS3.5 table 6.2-1)."""
UNDEFINED = 0xFFFFFFFF
ITEM, SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
PIXEL_DATA = Tag("PixelData")
WANTED = [
    Tag(keyword) for keyword in ("SOPClassUID", *COPIED, *GEOMETRY, *FUNCTIONAL_GROUPS, "BitsAllocated", "PixelData")
]


def read_arrival(path: Path, name: str) -> Arrival:
    """Everything the rows need, read back from the file; raises what pydicom raises on broken values."""
    stat = path.stat()
    with path.open("rb") as file:
        source: BinaryIO = BytesIO(file.read()) if stat.st_size <= SMALL else file
        header = _read_header(source)
        return Arrival(
            path=name,
            size_bytes=stat.st_size,
            identity_digest=identity_digest(header),
            pixels_digest=pixels_digest(header, _stored_pixels(header, source)),
            sop_class_uid=str(header.SOPClassUID),
            sop_instance_uid=str(header.SOPInstanceUID),
            transfer_syntax_uid=str(header.file_meta.TransferSyntaxUID),
            study_instance_uid=str(header.StudyInstanceUID),
            series_instance_uid=str(header.SeriesInstanceUID),
            patient_id=_text(header, "PatientID"),
            issuer_of_patient_id=_text(header, "IssuerOfPatientID"),
            accession_number=_text(header, "AccessionNumber"),
            source_ae=header.file_meta.get("SourceApplicationEntityTitle"),
            position_mm=position_mm(header),
            received_at=datetime.fromtimestamp(stat.st_mtime, UTC),
        )


def same_pixels(one: Path, other: Path) -> bool:
    """Whether two files hold the same geometry and, frame by frame after decoding, the same pixels.

    What cannot be decoded, for whatever reason, is not the same.
    """
    try:
        first, second = _read_header(one), _read_header(other)
        if geometry(first) != geometry(second) or first.Rows * first.Columns > LARGEST_FRAME:
            return False
        frames = zip(_frames(one, first), _frames(other, second), strict=True)
        return all(np.array_equal(here, there) for here, there in frames)
    except Exception as fault:  # noqa: BLE001 - whatever a sender wrote must not stop the registrar
        LOG.warning("registrar.pixels_not_compared", error=type(fault).__name__)
        return False


def _read_header(source: Path | BinaryIO) -> FileDataset:
    return dcmread(source, DEFERRED, specific_tags=WANTED)


def _frames(path: Path, header: FileDataset) -> Iterator[Any]:
    """Decoded frames, one at a time; a deflated object has to be whole for that."""
    deflated = header.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    return iter_pixels(dcmread(path) if deflated else path)


def _stored_pixels(header: FileDataset, source: BinaryIO) -> Iterator[bytes]:
    """The value of PixelData in chunks, as `header.PixelData` would give it: of fragments their items too."""
    element: Any = header.get_item(PIXEL_DATA, keep_deferred=True)
    if element is None or element.value is not None or not element.length:
        yield header.get("PixelData") or b""
    elif element.VR and element.VR not in BYTES_VR:
        raise ValueError(f"PixelData as {element.VR}")
    else:
        inflated: Any = header.buffer or source
        inflated.seek(element.value_tell)
        if element.length == UNDEFINED:
            yield from _fragments(inflated, "<" if element.is_little_endian else ">")
        else:
            yield from _chunks(inflated, element.length)


def _fragments(source: BinaryIO, order: str) -> Iterator[bytes]:
    """Items of an encapsulated value up to its delimiter (PS3.5 A.4)."""
    while len(item := source.read(8)) == 8:
        group, number, length = struct.unpack(f"{order}HHL", item)
        if (tag := group << 16 | number) == SEQUENCE_END:
            return
        if tag != ITEM:
            raise ValueError(f"{tag:08X} where a fragment should begin")
        yield item
        yield from _chunks(source, length)
    raise ValueError("PixelData has no end")


def _chunks(source: BinaryIO, length: int) -> Iterator[bytes]:
    while length:
        chunk = source.read(min(length, CHUNK))
        if not chunk:
            raise ValueError("PixelData is longer than its file")
        length -= len(chunk)
        yield chunk


def _text(dataset: Dataset, keyword: str) -> str | None:
    """One value as text; several (a backslash in an ID) as they were sent; at most what the column holds."""
    value = dataset.get(keyword)
    whole = "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value or "")
    return whole[:LONGEST_TEXT] or None
