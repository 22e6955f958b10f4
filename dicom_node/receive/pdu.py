"""What a C-STORE sender's bytes mean: PDUs, fragments and the command set, without sockets (PS3.8 9.3, PS3.7 6.3, E).

Pure and hostile-proof: every length is checked before it is believed, nothing is kept that was not yet sent.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

P_DATA_TF = 0x04
PDU_TYPES = frozenset(range(1, 8))
HEADER = 6
"""Bytes of a PDU header, and of a PDV header: a length and two more."""
LONGEST_PDU = 1 << 26
"""A P-DATA-TF is taken in pieces and never held, but no peer needs 64 MiB in one."""
LONGEST_OTHER = 1 << 20
"""A-ASSOCIATE-RQ with every context and syntax is some 100 KB."""
LONGEST_COMMAND = 1 << 14
C_STORE_RQ, C_STORE_RSP, NO_DATA_SET = 0x0001, 0x8001, 0x0101
LAST, COMMAND = 0x02, 0x01
LONGEST_COMMENT = 64


class Unreadable(ValueError):
    """The peer does not speak the upper layer protocol; the association is aborted."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """Any PDU but P-DATA-TF, whole with its header."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: what has come of a fragment.  `view` is valid until the next piece is asked for."""

    context_id: int
    command: bool
    view: memoryview
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a C-STORE-RQ says (PS3.7 table 9.3-1); of other commands only the field is of interest."""

    field: int
    message_id: int = 0
    has_data_set: bool = False
    sop_class_uid: str = ""
    sop_instance_uid: str = ""


@dataclass(slots=True)
class Reader:
    """Turns bytes as they come into `Pdu` and `Piece`; keeps at most one unfinished header or small PDU."""

    _held: bytearray = field(default_factory=bytearray)
    _wanted: int = HEADER
    _pdu_left: int = 0
    _fragment_left: int = 0
    _context_id: int = 0
    _control: int = 0
    _in_fragment: bool = False

    def read(self, data: memoryview) -> Iterator[Pdu | Piece]:
        """All that `data` completes or continues, in order; raises `Unreadable`."""
        while data:
            if self._in_fragment:
                size = min(self._fragment_left, len(data))
                yield self._piece(data[:size])
                data = data[size:]
                continue
            data = self._hold(data)
            if len(self._held) == self._wanted and (whole := self._held_is_complete()):
                yield whole

    def _hold(self, data: memoryview) -> memoryview:
        take = self._wanted - len(self._held)
        self._held += data[:take]
        return data[take:]

    def _held_is_complete(self) -> Pdu | Piece | None:
        """Acts on a header; a PDU that is no P-DATA-TF, or an empty fragment, is given back."""
        if self._pdu_left:
            return self._fragment_begins()
        if self._wanted > HEADER:
            return self._other_pdu()
        kind, _, length = struct.unpack(">BBL", self._held)
        if kind == P_DATA_TF:
            if not HEADER <= length <= LONGEST_PDU:
                raise Unreadable(f"a P-DATA-TF of {length} bytes")
            self._pdu_left = length
            self._held.clear()
            return None
        if kind not in PDU_TYPES or length > LONGEST_OTHER:
            raise Unreadable(f"PDU type {kind:02X} of {length} bytes")
        self._wanted = HEADER + length
        return self._other_pdu() if length == 0 else None

    def _other_pdu(self) -> Pdu:
        whole = Pdu(bytes(self._held))
        self._held.clear()
        self._wanted = HEADER
        return whole

    def _fragment_begins(self) -> Piece | None:
        length, self._context_id, self._control = struct.unpack(">LBB", self._held)
        self._held.clear()
        if length < 2 or length + 4 > self._pdu_left or 0 < self._pdu_left - length - 4 < HEADER:
            raise Unreadable("a fragment does not fit its PDU")
        self._pdu_left -= length + 4
        self._fragment_left = length - 2
        self._in_fragment = True
        return self._piece(memoryview(b"")) if self._fragment_left == 0 else None

    def _piece(self, view: memoryview) -> Piece:
        self._fragment_left -= len(view)
        self._in_fragment = self._fragment_left > 0
        last = bool(self._control & LAST) and not self._in_fragment
        return Piece(self._context_id, bool(self._control & COMMAND), view, last)


def read_command(data: bytes) -> Command:
    """A whole command set, Implicit VR Little Endian (PS3.7 section 6.3.1); raises `Unreadable`."""
    values: dict[int, bytes] = {}
    offset = 0
    while offset < len(data):
        if offset + 8 > len(data):
            raise Unreadable("the command set ends inside an element")
        group, element, length = struct.unpack_from("<HHL", data, offset)
        offset += 8 + length
        if group != 0 or offset > len(data):
            raise Unreadable("the command set is not one")
        values[element] = data[offset - length : offset]
    return Command(
        field=_number(values, 0x0100),
        message_id=_number(values, 0x0110),
        has_data_set=_number(values, 0x0800) != NO_DATA_SET,
        sop_class_uid=_uid(values, 0x0002),
        sop_instance_uid=_uid(values, 0x1000),
    )


def _number(values: dict[int, bytes], element: int) -> int:
    value = values.get(element, b"")
    return int.from_bytes(value, "little") if len(value) == 2 else 0


def _uid(values: dict[int, bytes], element: int) -> str:
    return values.get(element, b"").decode("latin-1").strip(" \0")


def store_response(context_id: int, request: Command, status: int, comment: str, longest: int) -> bytes:
    """C-STORE-RSP (PS3.7 table 9.3-2) as P-DATA-TF PDUs of at most `longest` bytes each, 0 for no limit."""
    elements = [
        (0x0002, _even(request.sop_class_uid, b"\0")),
        (0x0100, C_STORE_RSP.to_bytes(2, "little")),
        (0x0120, request.message_id.to_bytes(2, "little")),
        (0x0800, NO_DATA_SET.to_bytes(2, "little")),
        (0x0900, status.to_bytes(2, "little")),
        *([(0x0902, _even(comment[:LONGEST_COMMENT], b" "))] if comment else []),
        (0x1000, _even(request.sop_instance_uid, b"\0")),
    ]
    body = b"".join(struct.pack("<HHL", 0, element, len(value)) + value for element, value in elements)
    return data_pdus(context_id, struct.pack("<HHLL", 0, 0, 4, len(body)) + body, COMMAND | LAST, longest)


def data_pdus(context_id: int, data: bytes, control: int, longest: int = 0) -> bytes:
    """A message part as P-DATA-TF PDUs; all but the last piece go without the LAST bit."""
    room = max(longest - HEADER, 1) if longest else max(len(data), 1)
    pieces = [data[start : start + room] for start in range(0, max(len(data), 1), room)]
    controls = [control & ~LAST] * (len(pieces) - 1) + [control]
    return b"".join(
        struct.pack(">BBLLBB", P_DATA_TF, 0, len(piece) + HEADER, len(piece) + 2, context_id, how) + piece
        for piece, how in zip(pieces, controls, strict=True)
    )


def _even(text: str, pad: bytes) -> bytes:
    value = text.encode("ascii", "replace")
    return value + pad * (len(value) % 2)
