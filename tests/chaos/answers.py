"""C-STORE answers in what a server sends: PDUs (PS3.8 section 9.3) and their command sets (PS3.7 section 9.3.1.2).

Pure: bytes in, answers out.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ASSOCIATE_AC, P_DATA_TF = 0x02, 0x04
IS_COMMAND, IS_LAST = 0x01, 0x02
COMMAND_FIELD, STATUS, AFFECTED_SOP_INSTANCE_UID = 0x00000100, 0x00000900, 0x00001000
C_STORE_RSP = 0x8001


@dataclass(frozen=True, slots=True)
class Answered:
    """A C-STORE answer leaves; the UID is empty where the answer names none."""

    sop_instance_uid: str
    status: int


@dataclass(slots=True)
class _Stream:
    """What of one connection is not a whole PDU or command set yet."""

    data: bytes = b""
    command: bytes = b""


@dataclass(slots=True)
class Answers:
    """Reads many connections at once, each by its name."""

    _streams: dict[str, _Stream] = field(default_factory=dict)

    def feed(self, sent: tuple[str, bytes]) -> list[Answered]:
        """What is complete with these bytes of a connection; no bytes end it.

        A connection that does not begin with an A-ASSOCIATE-AC is none of ours.
        """
        name, data = sent
        if not data:
            self._streams.pop(name, None)
        elif data[0] == ASSOCIATE_AC:
            self._streams.setdefault(name, _Stream())
        stream = self._streams.get(name)
        return list(_answers(stream, data)) if stream else []


def _answers(stream: _Stream, data: bytes) -> Iterator[Answered]:
    stream.data += data
    while len(stream.data) >= 6 and len(stream.data) >= 6 + (length := _length(stream.data)):
        pdu, stream.data = stream.data[: 6 + length], stream.data[6 + length :]
        if pdu[0] == P_DATA_TF:
            yield from _commands(stream, pdu[6:])


def _commands(stream: _Stream, values: bytes) -> Iterator[Answered]:
    """Presentation data values of one PDU."""
    while values:
        length, header = struct.unpack_from(">LxB", values)
        if header & IS_COMMAND:
            stream.command += values[6 : 4 + length]
            if header & IS_LAST:
                command, stream.command = dict(_elements(stream.command)), b""
                if command[COMMAND_FIELD] == struct.pack("<H", C_STORE_RSP):
                    uid = command.get(AFFECTED_SOP_INSTANCE_UID, b"").rstrip(b"\0").decode()
                    yield Answered(uid, struct.unpack("<H", command[STATUS])[0])
        values = values[4 + length :]


def _elements(command: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of a command set: implicit VR little endian (PS3.7 section 6.3.1)."""
    while command:
        group, element, length = struct.unpack_from("<HHL", command)
        yield group << 16 | element, command[8 : 8 + length]
        command = command[8 + length :]


def _length(pdu: bytes) -> int:
    return int(struct.unpack_from(">L", pdu, 2)[0])
