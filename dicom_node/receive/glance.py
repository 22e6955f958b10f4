"""A look at an encoded dataset: the few attributes the door needs, and whether it ends exactly at its last byte.

Walks forward over elements (PS3.5 section 7); values of no interest are stepped over, never read.  Works on hostile
bytes: every length is checked against what is there, nesting and number of elements are bounded, nothing is allocated
on a sender's word.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
DEEPEST = 32
MOST_ELEMENTS = 2_000_000
"""An enhanced CT of 2000 frames has some 150,000; a hostile dataset would have one for each 8 bytes."""
LONGEST_VALUE = 1024
BLOCK = 1 << 16

WANTED = {
    0x00080016: "sop_class_uid",
    0x00080018: "sop_instance_uid",
    0x00080060: "modality",
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
    patient_id: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""


def glance(dataset: BinaryIO, size: int, transfer_syntax: UID, *, limit: int = 1 << 32) -> Glance:
    """Attributes of a whole dataset of `size` bytes without file meta, from where the stream stands.

    `limit` bounds what a deflated dataset may grow to, bytes.  Raises `Malformed`.
    """
    form = EXPLICIT
    source: _Source = _Plain(dataset, size)
    if transfer_syntax == DeflatedExplicitVRLittleEndian:
        source = _Inflated(source, limit)
    elif transfer_syntax == ImplicitVRLittleEndian:
        form = IMPLICIT
    elif transfer_syntax == ExplicitVRBigEndian:
        form = BIG_ENDIAN
    return Glance(**dict(_Walker(source).wanted(form)))


class _Form(NamedTuple):
    """How elements are encoded (PS3.5 section 7.1)."""

    explicit: bool
    short: struct.Struct
    long: struct.Struct


EXPLICIT = _Form(True, struct.Struct("<HH2sH"), struct.Struct("<L"))
BIG_ENDIAN = _Form(True, struct.Struct(">HH2sH"), struct.Struct(">L"))
IMPLICIT = _Form(False, struct.Struct("<HH2sH"), struct.Struct("<L"))


class _Source(Protocol):
    def read(self, size: int) -> bytes: ...

    def skip(self, size: int) -> None: ...


class _Plain:
    """A dataset as it stands in the stream."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    def skip(self, size: int) -> None:
        if size > self._left:
            raise Malformed("an element is longer than the dataset")
        self._left -= size
        self._stream.seek(size, 1)


class _Inflated:
    """A deflated dataset (PS3.5 A.5), inflated a block at a time."""

    def __init__(self, deflated: _Source, limit: int) -> None:
        self._deflated = deflated
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._block = b""
        self._left = limit

    def read(self, size: int) -> bytes:
        while len(self._block) < size and (more := self._more()):
            self._block += more
        data, self._block = self._block[:size], self._block[size:]
        return data

    def skip(self, size: int) -> None:
        while size:
            passed = len(self.read(min(size, BLOCK)))
            if passed == 0:
                raise Malformed("an element is longer than the dataset")
            size -= passed

    def _more(self) -> bytes:
        """The next bytes; none at the end of the deflated stream."""
        more = b""
        while not more and not self._inflate.eof:
            deflated = self._inflate.unconsumed_tail or self._deflated.read(BLOCK)
            try:
                more = self._inflate.decompress(deflated, BLOCK)
            except zlib.error as error:
                raise Malformed(f"deflated dataset: {error}") from None
            if not more and not deflated:
                raise Malformed("deflated dataset is truncated")
        self._left -= len(more)
        if self._left < 0:
            raise Malformed("deflated dataset is larger than the limit")
        return more


class _Walker:
    def __init__(self, source: _Source) -> None:
        self._source = source
        self._elements = MOST_ELEMENTS

    def wanted(self, form: _Form) -> Iterator[tuple[str, str]]:
        """The wanted top-level attributes, each with its keyword; walks to exactly the last byte."""
        while head := self._source.read(8):
            tag, length, nested = self._element(head, form)
            if tag in WANTED and length != UNDEFINED:
                value = self._source.read(min(length, LONGEST_VALUE))
                yield WANTED[tag], value.decode("latin-1").strip(" \0")
                length -= len(value)
            self._pass(tag, length, nested, 0)

    def _element(self, head: bytes, form: _Form) -> tuple[int, int, _Form | None]:
        """Tag, length, and in what form elements stand in a value of undefined length, None for fragments."""
        self._elements -= 1
        if self._elements < 0:
            raise Malformed("too many elements")
        if len(head) < 8:
            raise Malformed("the dataset ends inside an element")
        group, element, vr, length = form.short.unpack(head)
        tag = group << 16 | element
        if not form.explicit or group == 0xFFFE:
            return tag, form.long.unpack_from(head, 4)[0], form
        if vr in LONG_VRS:
            return tag, self._long(form), {b"SQ": form, b"UN": IMPLICIT}.get(vr)
        if not _is_vr(vr):
            raise Malformed(f"element {tag:08X} has no VR")
        return tag, length, None

    def _long(self, form: _Form) -> int:
        data = self._source.read(4)
        if len(data) < 4:
            raise Malformed("the dataset ends inside an element")
        return int(form.long.unpack(data)[0])

    def _pass(self, tag: int, length: int, nested: _Form | None, depth: int) -> None:
        """Step over a value.  UN of undefined length holds Implicit VR Little Endian (PS3.5 section 6.2.2)."""
        if length != UNDEFINED:
            self._source.skip(length)
        else:
            self._pass_items(None if tag == PIXEL_DATA else nested, depth)

    def _pass_items(self, nested: _Form | None, depth: int) -> None:
        """To the end of a sequence, or of fragments (PS3.5 A.4), past the delimiter."""
        if depth > DEEPEST:
            raise Malformed("sequences are nested too deeply")
        while True:
            tag, length, _ = self._element(self._source.read(8), nested or EXPLICIT)
            if tag == SEQUENCE_END:
                return
            if tag != ITEM or (length == UNDEFINED and nested is None):
                raise Malformed(f"{tag:08X} where an item should begin")
            if nested and length == UNDEFINED:
                self._pass_elements(nested, depth)
            else:
                self._source.skip(length)

    def _pass_elements(self, form: _Form, depth: int) -> None:
        """To the end of an item of undefined length; one without VRs is read as implicit, as pydicom does."""
        head = self._source.read(8)
        inside = IMPLICIT if form is EXPLICIT and not _is_vr(head[4:6]) else form
        while True:
            tag, length, nested = self._element(head, inside)
            if tag == ITEM_END:
                return
            self._pass(tag, length, nested, depth + 1)
            head = self._source.read(8)


def _is_vr(data: bytes) -> bool:
    return data.isalpha() and data.isupper()
