"""A look at an encoded dataset: the few attributes the door needs, and whether it ends exactly at its last byte.

Walks top-level elements only (PS3.5 section 7); values of no interest are stepped over, never decoded.  Works on
hostile bytes: every length is checked against what is there, nesting is bounded, nothing is allocated on a sender's
word.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
DEEPEST = 32
LONGEST_VALUE = 1024

WANTED = {
    0x00080016: "sop_class_uid",
    0x00080018: "sop_instance_uid",
    0x00080060: "modality",
    0x00081090: "manufacturer_model_name",
    0x00100020: "patient_id",
    0x0020000D: "study_instance_uid",
    0x0020000E: "series_instance_uid",
}


class Malformed(ValueError):
    """The bytes are not a complete dataset in their transfer syntax; the message says where it breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What the door looks at; absent or empty attributes are empty strings."""

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    modality: str = ""
    manufacturer_model_name: str = ""
    patient_id: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""


def glance(data: bytes, transfer_syntax: UID, *, limit: int = 1 << 32) -> Glance:
    """Attributes of a whole dataset without file meta; raises `Malformed`.

    `limit` bounds what a deflated dataset may grow to, bytes.
    """
    if transfer_syntax == DeflatedExplicitVRLittleEndian:
        data = _inflate(data, limit)
    walker = _Walker(
        data=data,
        explicit=transfer_syntax != ImplicitVRLittleEndian,
        order=">" if transfer_syntax == ExplicitVRBigEndian else "<",
    )
    found = {WANTED[tag]: _text(data, start, length) for tag, start, length in walker.top() if tag in WANTED}
    return Glance(**found)


def _text(data: bytes, start: int, length: int) -> str:
    return data[start : start + min(length, LONGEST_VALUE)].decode("latin-1").strip(" \0")


def _inflate(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = stream.decompress(data, limit)
    except zlib.error as error:
        raise Malformed(f"deflated dataset: {error}") from None
    if not stream.eof:
        raise Malformed("deflated dataset is truncated or larger than the limit")
    return whole


@dataclass(frozen=True, slots=True)
class _Walker:
    data: bytes
    explicit: bool
    order: str

    def top(self) -> Iterator[tuple[int, int, int]]:
        """(tag, start of value, length of value) of each top-level element, to exactly the last byte."""
        offset = 0
        while offset < len(self.data):
            tag, start, length, nested = self._element(offset)
            end = self._end(start, length, tag, nested, 0)
            yield tag, start, end - start
            offset = end

    def _element(self, offset: int) -> tuple[int, int, int, bool]:
        """Tag, start of value, length, and whether an undefined length would hold elements."""
        group, element = self._unpack("HH", offset)
        tag = group << 16 | element
        if not self.explicit or group == 0xFFFE:
            return tag, offset + 8, self._unpack("L", offset + 4)[0], True
        vr = self.data[offset + 4 : offset + 6]
        if not vr.isalpha() or not vr.isupper():
            raise Malformed(f"element {tag:08X} has no VR")
        if vr in LONG_VRS:
            return tag, offset + 12, self._unpack("L", offset + 8)[0], vr in (b"SQ", b"UN")
        return tag, offset + 8, self._unpack("H", offset + 6)[0], False

    def _end(self, start: int, length: int, tag: int, nested: bool, depth: int) -> int:
        if length == UNDEFINED:
            holds_elements = nested and tag != 0x7FE00010
            return self._inside(start)._sequence_end(start, holds_elements, depth)
        if start + length > len(self.data):
            raise Malformed(f"element {tag:08X} is longer than the dataset")
        return start + length

    def _inside(self, start: int) -> "_Walker":
        """Who walks a value of undefined length: UN holds implicit VR little endian (PS3.5 section 6.2.2)."""
        unknown = self.explicit and self.data[start - 8 : start - 6] == b"UN"
        return _Walker(self.data, False, "<") if unknown else self

    def _sequence_end(self, offset: int, holds_elements: bool, depth: int) -> int:
        """Where the sequence or the fragments that begin at `offset` end, past the delimiter."""
        if depth > DEEPEST:
            raise Malformed("sequences are nested too deeply")
        while True:
            tag, start, length, _ = self._element(offset)
            if tag == SEQUENCE_END:
                return start
            if tag != ITEM or (length == UNDEFINED and not holds_elements):
                raise Malformed(f"{tag:08X} where an item should begin")
            offset = self._item_end(start, depth) if length == UNDEFINED else self._end(start, length, tag, False, 0)

    def _item_end(self, offset: int, depth: int) -> int:
        while True:
            tag, start, length, nested = self._element(offset)
            if tag == ITEM_END:
                return start
            offset = self._end(start, length, tag, nested, depth + 1)

    def _unpack(self, what: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self.order + what, self.data, offset)
        except struct.error:
            raise Malformed("the dataset ends inside an element") from None
