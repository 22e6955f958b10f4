"""A sender that is never the bottleneck: one CT encoded once, its UIDs set in place, sent as plain bytes.

pynetdicom encodes the negotiation and the first C-STORE; what follows is `sendall` and the wait for the answer.
Its own process: `python -m tests.benchmarks.blast PORT --images 300 --associations 4` prints a line of JSON.
"""

import argparse
import json
import re
import socket
import struct
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from io import BytesIO

import numpy as np
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import build_context
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ, A_RELEASE_RQ, P_DATA_TF
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    A_RELEASE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)

from tests.unit.node.factories import dataset_bytes, make_image, part10

SIDE = 512
"""Rows and columns: 525 KB an image."""
LARGEST_PDU = 131_072
"""Bytes; what DCMTK and with it most senders offer at most."""
IMAGES_PER_SERIES = 300
CALLING, CALLED = "BENCH", "L3NODE"
ROOT, FIRST = "1.2.826.0.1.3680043.10.1337", 10**9
"""Numbers above FIRST keep every UID at one length."""
STATUS = struct.pack("<HHL", 0x0000, 0x0900, 2)
CONTEXT_ID = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Monotonic seconds from the first image to the last answer, and CPU seconds of the sender meanwhile."""

    began: float
    ended: float
    cpu: float


class Refused(Exception):
    """The receiver did not answer with success."""


class Stencil:
    """Encoded bytes in which the UIDs of image 0 are replaced by those of another, again and again."""

    def __init__(self, encoded: bytes) -> None:
        self._bytes = bytearray(encoded)
        self._places = [
            (found.start(), level)
            for level, uid in enumerate(uids(0))
            for found in re.finditer(re.escape(uid), encoded)
        ]

    def numbered(self, number: int) -> bytearray:
        """The bytes of image `number`; valid until the next call."""
        own = uids(number)
        for start, level in self._places:
            self._bytes[start : start + len(own[level])] = own[level]
        return self._bytes


class Sender:
    """One association that sends numbered images."""

    def __init__(self, port: int, dataset: bytes, called: str = CALLED, calling: str = CALLING) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(_request(called, calling))
            self._stencil = Stencil(_store(dataset, self._accepted()))
        except (Refused, OSError):
            self._socket.close()
            raise

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, number: int) -> None:
        """C-STORE one image; raises `Refused` unless it is answered 0x0000."""
        self._socket.sendall(self._stencil.numbered(number))
        _, answer = self._pdu()
        place = answer.find(STATUS)
        if place < 0 or answer[place + 8 : place + 10] != b"\0\0":
            raise Refused(answer.hex())

    def release(self) -> None:
        """End in order."""
        self._socket.sendall(A_RELEASE_RQ(A_RELEASE()).encode())
        self._pdu()

    def _accepted(self) -> int:
        """Longest PDU to send."""
        kind, body = self._pdu()
        if kind != 0x02:
            raise Refused(f"association answered by PDU type {kind:#04x}")
        answer = A_ASSOCIATE_AC()
        answer.decode(struct.pack(">BBL", kind, 0, len(body)) + body)
        accepted = answer.to_primitive()
        if accepted.presentation_context_definition_results_list[0].result:
            raise Refused("presentation context not accepted")
        return min(accepted.maximum_length_received or LARGEST_PDU, LARGEST_PDU)

    def _pdu(self) -> tuple[int, bytes]:
        kind, length = struct.unpack(">BxL", self._read(6))
        return kind, self._read(length)

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                raise Refused("the receiver closed the connection")
            data += more
        return data


def uids(number: int) -> tuple[bytes, bytes, bytes]:
    """Study, series and instance UID of image `number`, each of one length for all numbers."""
    series = FIRST + number // IMAGES_PER_SERIES
    return f"{ROOT}.7.{series}".encode(), f"{ROOT}.8.{series}".encode(), f"{ROOT}.9.{FIRST + number}".encode()


def ct(side: int = SIDE) -> bytes:
    """The dataset of image 0, `side` pixels square, explicit little endian; noise, which nothing can compress."""
    study, series, instance = (uid.decode() for uid in uids(0))
    pixels = np.random.default_rng(0).integers(-1024, 2000, (side, side), dtype="<i2")
    image = make_image(
        StudyInstanceUID=study,
        SeriesInstanceUID=series,
        SOPInstanceUID=instance,
        Rows=side,
        Columns=side,
        PixelData=pixels.tobytes(),
    )
    return dataset_bytes(part10(image))


def blast(
    port: int, images: int, *, associations: int = 1, first: int = 0, side: int = SIDE, calling: str = CALLING
) -> Told:
    """Send images `first` and following over associations at once; the clock runs when all are established."""
    shares = np.array_split(np.arange(first, first + images), associations)
    dataset, faults = ct(side), list[Exception]()
    with ExitStack() as stack:
        senders = [stack.enter_context(Sender(port, dataset, calling=calling)) for _ in shares]
        threads = [
            threading.Thread(target=_send_all, args=(sender, share.tolist(), faults))
            for sender, share in zip(senders, shares, strict=True)
        ]
        began, cpu = time.monotonic(), time.process_time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = Told(began, time.monotonic(), time.process_time() - cpu)
        for fault in faults:
            raise fault
        for sender in senders:
            sender.release()
    return told


def main() -> None:
    """Send as told on the command line and print what it took, a line of JSON a wave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--associations", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first image: numbers make the UIDs")
    parser.add_argument("--side", type=int, default=SIDE, help="rows and columns of an image")
    parser.add_argument("--waves", type=int, default=1, help="times to send as many images over new associations")
    told = parser.parse_args()
    for first in range(told.first, told.first + told.waves * told.images, told.images):
        wave = blast(told.port, told.images, associations=told.associations, first=first, side=told.side)
        print(json.dumps(asdict(wave)), flush=True)


def _send_all(sender: Sender, numbers: list[int], faults: list[Exception]) -> None:
    try:
        for number in numbers:
            sender.send(number)
    except (Refused, OSError) as fault:
        faults.append(fault)


def _request(called: str, calling: str) -> bytes:
    """An A-ASSOCIATE-RQ for CT in explicit little endian (PS3.8 section 9.3.2)."""
    longest, implementation = MaximumLengthNotification(), ImplementationClassUIDNotification()
    longest.maximum_length_received = LARGEST_PDU
    implementation.implementation_class_uid = f"{ROOT}.1"  # type: ignore[assignment]
    context = build_context(CTImageStorage, ExplicitVRLittleEndian)
    context.context_id = CONTEXT_ID
    request = A_ASSOCIATE()
    request.application_context_name = "1.2.840.10008.3.1.1.1"  # type: ignore[assignment]
    request.called_ae_title, request.calling_ae_title = called, calling
    request.presentation_context_definition_list = [context]
    request.user_information = [longest, implementation]
    return A_ASSOCIATE_RQ(request).encode()


def _store(dataset: bytes, longest_pdu: int) -> bytes:
    """Every P-DATA-TF of the C-STORE of image 0."""
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID = CTImageStorage
    request.AffectedSOPInstanceUID = uids(0)[2].decode()  # type: ignore[assignment]
    request.DataSet = BytesIO(dataset)
    message = C_STORE_RQ()
    message.primitive_to_message(request)
    return b"".join(P_DATA_TF(data).encode() for data in message.encode_msg(CONTEXT_ID, longest_pdu))


if __name__ == "__main__":
    main()
