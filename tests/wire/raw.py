"""A peer made of bytes: it can say whatever a hostile or a merely odd peer says, PDU by PDU."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.dsutils import decode
from pynetdicom.sop_class import Verification

from dicom_node.receive.pdu import C_STORE_RQ, COMMAND, LAST, NO_DATA_SET, data_pdus

CT, ECHO, OTHER, UNKNOWN = 1, 3, 5, 7
"""Presentation contexts: CT, Verification, Secondary Capture, and one that nobody accepts."""
SC = "1.2.840.10008.5.1.4.1.1.7"
CONTEXTS = {
    CT: (CTImageStorage, ExplicitVRLittleEndian),
    ECHO: (Verification, ImplicitVRLittleEndian),
    OTHER: (SC, ExplicitVRLittleEndian),
    UNKNOWN: ("1.2.3.4.5.6", ExplicitVRLittleEndian),
}
ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = 2, 3, 4, 5, 6, 7
C_ECHO_RQ, C_FIND_RQ = 0x0030, 0x0020
PATIENCE = 20.0
RELEASE = struct.pack(">BBLL", RELEASE_RQ, 0, 4, 0)
GOODBYE = struct.pack(">BBLL", ABORT, 0, 4, 0)


def item(kind: int, body: bytes) -> bytes:
    """An item of an A-ASSOCIATE PDU (PS3.8 section 9.3.2)."""
    return struct.pack(">BBH", kind, 0, len(body)) + body


def association_request(
    *,
    calling: str = "SCANNER",
    called: str = "L3NODE",
    maximum: int = 1 << 16,
    contexts: dict[int, tuple[str, str]] = CONTEXTS,
    application: bytes = b"1.2.840.10008.3.1.1.1",
) -> bytes:
    """A-ASSOCIATE-RQ; `maximum` is the longest PDU that this peer wants to be sent."""
    wanted = b"".join(
        item(0x20, struct.pack(">BBBB", number, 0, 0, 0) + item(0x30, one.encode()) + item(0x40, other.encode()))
        for number, (one, other) in contexts.items()
    )
    user = item(0x51, struct.pack(">L", maximum)) + item(0x52, b"1.2.3.4")
    titles = called.encode("latin-1").ljust(16)[:16] + calling.encode("latin-1").ljust(16)[:16]
    body = struct.pack(">HH", 1, 0) + titles + bytes(32) + item(0x10, application) + wanted + item(0x50, user)
    return struct.pack(">BBL", 1, 0, len(body)) + body


def command_set(field: int, *, sop_class: str, data_set: bool, message_id: int = 1, sop_instance: str = "") -> bytes:
    """An encoded command set (PS3.7 section 6.3.1)."""
    elements = [
        (0x0002, even(sop_class)),
        (0x0100, field.to_bytes(2, "little")),
        (0x0110, message_id.to_bytes(2, "little")),
        (0x0700, b"\0\0"),
        (0x0800, (0 if data_set else NO_DATA_SET).to_bytes(2, "little")),
        *([(0x1000, even(sop_instance))] if sop_instance else []),
    ]
    body = b"".join(struct.pack("<HHL", 0, number, len(value)) + value for number, value in elements)
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def even(text: str) -> bytes:
    return text.encode("latin-1") + b"\0" * (len(text) % 2)


def store_command(sop_instance: str, *, sop_class: str = CTImageStorage, **more: int) -> bytes:
    fields = {"data_set": True} | more
    return command_set(C_STORE_RQ, sop_class=sop_class, sop_instance=sop_instance, **fields)  # type: ignore[arg-type]


def as_command(command: bytes, context: int = CT, longest: int = 0) -> bytes:
    """P-DATA-TF PDUs that carry a command set."""
    return data_pdus(context, command, COMMAND | LAST, longest)


def as_data(dataset: bytes, context: int = CT, longest: int = 0) -> bytes:
    """P-DATA-TF PDUs that carry a dataset."""
    return data_pdus(context, dataset, LAST, longest)


def echo(message_id: int = 1, context: int = ECHO) -> bytes:
    return as_command(command_set(C_ECHO_RQ, sop_class=Verification, data_set=False, message_id=message_id), context)


def pdv(context: int, control: int, data: bytes) -> bytes:
    """One fragment, to be joined with others in a PDU."""
    return struct.pack(">LBB", len(data) + 2, context, control) + data


def pdu(*fragments: bytes) -> bytes:
    """One P-DATA-TF of several fragments."""
    body = b"".join(fragments)
    return struct.pack(">BBL", P_DATA, 0, len(body)) + body


class RawPeer:
    """One connection."""

    def __init__(self, port: int, bind: str = "127.0.0.1") -> None:
        self.link = socket.create_connection(("127.0.0.1", port), PATIENCE, (bind, 0))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *parts: bytes) -> None:
        """All parts at once."""
        self.link.sendall(b"".join(parts))

    def ask(self, **request: object) -> int:
        """Ask for an association; the type of the answer."""
        self.send(association_request(**request))  # type: ignore[arg-type]
        return self.next_pdu()[0]

    def next_pdu(self) -> tuple[int, bytes]:
        """Type and content of the next PDU; 0 when the connection was closed instead."""
        header = self._exactly(6)
        if len(header) < 6:
            return 0, b""
        kind, _, length = struct.unpack(">BBL", header)
        return kind, self._exactly(length)

    def answer(self) -> Dataset:
        """The next response's command set, joined from its fragments."""
        joined = b""
        while True:
            kind, body = self.next_pdu()
            assert kind == P_DATA, f"PDU {kind} instead of a response"
            while body:
                length, _, control = struct.unpack_from(">LBB", body)
                joined, body = joined + body[6 : 4 + length], body[4 + length :]
                if control & LAST:
                    return decode(BytesIO(joined), True, True)

    def ends(self) -> list[int]:
        """Types of the PDUs that still come until an A-ABORT or A-RELEASE-RP, or the connection is closed."""
        kinds: list[int] = []
        while not {ABORT, RELEASE_RP} & set(kinds) and (kind := self._next_kind()):
            kinds.append(kind)
        return kinds

    def release(self) -> None:
        """Release in order."""
        self.send(RELEASE)
        assert self.next_pdu()[0] == RELEASE_RP
        self.close()

    def close(self) -> None:
        self.link.close()

    def _next_kind(self) -> int:
        try:
            return self.next_pdu()[0]
        except ConnectionError:
            return 0

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := self.link.recv(size - len(data))):
            data += more
        return data


@contextmanager
def raw_peer(port: int, **request: object) -> Iterator[RawPeer]:
    """A peer with an association; its connection is closed at the end, whatever became of it."""
    peer = RawPeer(port)
    try:
        assert peer.ask(**request) == ASSOCIATE_AC
        yield peer
    finally:
        peer.close()
