"""Peers that mean harm, or have lost their way: each is turned away with a row, and the others do not notice."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless

from db.schema import Instance, Refusal, Study
from dicom_node.receive.listener import STRANGERS
from tests.factories import REPOSITORY, eventually, rows
from tests.wire.peers import Door, connect, encoded, numbered, open_door, send_images
from tests.wire.raw import (
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    CT,
    RELEASE,
    SC,
    RawPeer,
    as_command,
    as_data,
    association_request,
    pdu,
    pdv,
    raw_peer,
    store_command,
)

both = pytest.mark.usefixtures("each_receiver")
TWO_GIB = b"\x04\0\x80\0\0\0"


def refusals(door: Door) -> dict[tuple[str, str, str, str], int]:
    found = rows(door.sessions, Refusal)
    return {(one.calling_ae, one.called_ae, one.address, one.reason): one.count for one in found}


def image(number: int) -> bytes:
    return encoded(**numbered(number))


def object_pdus(number: int, data: bytes = b"") -> bytes:
    return as_command(store_command(f"1.2.3.{number}")) + as_data(data or image(number))


def good_sender_is_served(door: Door, number: int = 77) -> None:
    association = connect(door.port)
    assert send_images(association, number) == [0]
    association.release()


def nobody_inside(door: Door) -> bool:
    return door.receiver._door.visits() == 0


# ---------------------------------------------------------------- what they say


@both
def test_every_refusal_says_who_from_where_and_why(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command("1.2.3.1", sop_class=SC)), as_data(image(1)))
        assert peer.answer().Status == 0xA900
        peer.send(object_pdus(2, image(2)[:-3]))
        assert peer.answer().Status == 0xC000
        peer.release()
    stranger = RawPeer(door.port, bind="127.0.0.3")
    assert stranger.ask(calling="EVIL", called="OTHER") == ASSOCIATE_RJ
    stranger.close()
    door.rows(Refusal, 3)
    told = refusals(door)
    assert told.pop(("EVIL", "OTHER", "127.0.0.3", "wrong called AE title")) == 1
    assert [key[:3] for key in told] == [("SCANNER", "L3NODE", "127.0.0.1")] * 2


@both
@pytest.mark.parametrize("uid", ["../../../../etc/passwd", "/etc/passwd", "1." + "2" * 298, "\0", "1.2.3\0../x"])
def test_no_uid_of_a_command_set_names_a_file(door: Door, uid: str) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command(uid)), as_data(image(1)), RELEASE)
        peer.ends()
    eventually(lambda: nobody_inside(door), 20, "the end of the visit")
    assert door.stored() == []
    assert {path.name for path in door.data.iterdir()} <= {"spool", "l3node.sqlite", "l3node.sqlite-journal"}
    good_sender_is_served(door)


@both
@pytest.mark.parametrize(
    "request_",
    [
        {"contexts": {1: ("../../etc/passwd", ExplicitVRLittleEndian)}},
        {"contexts": {1: ("1." + "2" * 298, ExplicitVRLittleEndian)}},
        {"contexts": {1: (CTImageStorage, "1." + "2" * 298)}},
        {"contexts": {1: (CTImageStorage, "../x")}},
        {"contexts": {}},
        {"contexts": dict.fromkeys(range(256), (CTImageStorage, ExplicitVRLittleEndian))},
        {"application": b"1." + b"2" * 298},
        {"application": b"../x"},
        {"calling": "../../etc", "called": "\0\1\2"},
        {"calling": "\u00fc" * 16},
        {"maximum": 1},
        {"maximum": 6},
    ],
    ids=str,
)
def test_no_association_request_opens_more_than_an_association(door: Door, request_: dict[str, object]) -> None:
    peer = RawPeer(door.port)
    peer.send(association_request(**request_), b"\xff" * 20)  # type: ignore[arg-type]
    peer.ends()
    peer.close()
    eventually(lambda: nobody_inside(door), 20, "the end of the visit")
    assert door.stored() == []
    good_sender_is_served(door)


@both
def test_an_object_without_a_patient_id_is_stored_and_its_study_says_so(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(object_pdus(1, encoded(**numbered(1, PatientID=None))))
        assert peer.answer().Status == 0x0000
        peer.release()
    door.rows(Instance, 1)
    assert [study.patient_id for study in rows(door.sessions, Study)] == [None]


# ---------------------------------------------------------------- what they do not say


@both
def test_who_connects_and_says_nothing_is_left_and_counted(tmp_path: Path) -> None:
    with open_door(tmp_path, network_timeout=0.5) as door:
        peer = RawPeer(door.port)
        assert set(peer.ends()) <= {7}
        eventually(lambda: refusals(door) == {("", "", "127.0.0.1", "asked for no association"): 1}, 20, "the row")
        peer.close()


@both
@pytest.mark.parametrize("sent", [TWO_GIB, b"\x01\0\x80\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0\x01"])
def test_who_speaks_another_language_is_left_and_counted(door: Door, sent: bytes) -> None:
    peer = RawPeer(door.port)
    peer.send(sent)
    peer.ends()
    peer.close()
    eventually(lambda: refusals(door) == {("", "", "127.0.0.1", "asked for no association"): 1}, 20, "the row")
    good_sender_is_served(door)


@both
def test_a_pdu_of_two_gib_is_not_waited_for(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(TWO_GIB)
        assert set(peer.ends()) <= {7}
    eventually(lambda: nobody_inside(door), 20, "the end of the visit")


@both
@pytest.mark.parametrize("inside", [b"\x04\0", b"\x04\0\0\0\x10\0" + b"\0\0\0\x40\x01"], ids=["header", "fragment"])
def test_a_stall_inside_a_pdu_ends_by_the_network_timeout(tmp_path: Path, inside: bytes) -> None:
    with open_door(tmp_path, network_timeout=1) as door, raw_peer(door.port) as peer:
        peer.send(as_command(store_command("1.2.3.1")), pdu(pdv(CT, 0, image(1)[:100])), inside)
        peer.ends()
        eventually(lambda: nobody_inside(door), 20, "the end of the visit")
        eventually(lambda: not list(door.spool.incoming.rglob("*.dcm")), 20, "the end of the file")


@both
def test_peers_that_stall_everywhere_do_not_hold_up_the_end(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with ExitStack() as stack:
        door = stack.enter_context(open_door(tmp_path, network_timeout=600))
        peers = [RawPeer(door.port) for _ in range(6)]
        for peer in peers:
            stack.callback(peer.close)
        for peer in peers[2:]:
            assert peer.ask() == ASSOCIATE_AC
        peers[1].send(association_request()[:50])
        peers[3].send(b"\x04\0")
        peers[4].send(as_command(store_command("1.2.3.1")), pdu(pdv(CT, 0, image(1)[:100])))
        peers[5].send(as_command(store_command("1.2.3.2")), b"\x04\0\0\0\x10\0", b"\0\0\0\x40\x01")
        eventually(lambda: door.receiver._door.visits() == 4, 20, "four visits")
        stack.pop_all().close()
        assert list(door.spool.incoming.rglob("*.dcm")) == []
    eventually(lambda: set(threading.enumerate()) <= before, 20, "the end of every thread")


# ---------------------------------------------------------------- how many they are


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@both
def test_five_hundred_garbage_connections_do_not_touch_a_good_sender(door: Door) -> None:
    good = connect(door.port)
    assert send_images(good, 1) == [0]
    threads, before = threading.active_count(), descriptors()

    def garbage(number: int) -> None:
        peer = RawPeer(door.port)
        sent = (b"\xff" * 100, b"", TWO_GIB, association_request(calling="EVIL"), association_request()[:60])
        try:
            peer.send(sent[number % len(sent)])
            peer.link.settimeout(0.2)
            peer.ends()
        except OSError:
            pass
        finally:
            peer.close()

    with ThreadPoolExecutor(25) as flood:
        done = [flood.submit(garbage, number) for number in range(500)]
        assert send_images(good, *range(2, 42)) == [0] * 40
        for one in done:
            one.result()
    good.release()
    eventually(lambda: threading.active_count() <= threads, 30, "the end of their threads")
    eventually(lambda: descriptors() <= before, 30, "the end of their sockets")
    eventually(lambda: len(rows(door.sessions, Instance)) == 41, 20, "the good sender's rows")
    eventually(lambda: sum(refusals(door).values()) >= 500, 20, "their rows")
    assert len(refusals(door)) <= 4


@both
def test_of_many_silent_strangers_the_oldest_go_first(door: Door) -> None:
    with ExitStack() as stack:
        peers = []
        for _ in range(STRANGERS + 10):
            peers.append(RawPeer(door.port))
            stack.callback(peers[-1].close)
        for peer in peers[:10]:
            peer.ends()
        assert peers[-1].ask() == ASSOCIATE_AC
        reason = ("", "", "127.0.0.1", "too many connections that ask for nothing")
        eventually(lambda: refusals(door).get(reason) == 10, 20, "their row")


@both
@pytest.mark.parametrize("same", [False, True], ids=["each its own UID", "all the same UID"])
def test_fifty_associations_at_once_are_all_served(tmp_path: Path, same: bool) -> None:
    with open_door(tmp_path, max_associations=64, network_timeout=60) as door:
        all_in = threading.Barrier(50)

        def send(number: int) -> int:
            with raw_peer(door.port) as peer:
                all_in.wait(60)
                peer.send(object_pdus(1 if same else number))
                status = int(peer.answer().Status)
                peer.release()
                return status

        with ThreadPoolExecutor(50) as senders:
            assert set(senders.map(send, range(1, 51))) == {0}
        expected = 1 if same else 50
        eventually(lambda: len(rows(door.sessions, Instance)) == expected == len(door.stored()), 30, "the rows")
        assert not rows(door.sessions, Refusal)


@both
def test_of_fifty_associations_at_once_the_surplus_is_rejected_as_transient_and_counted(tmp_path: Path) -> None:
    with open_door(tmp_path, max_associations=32, network_timeout=60) as door, ExitStack() as stack:

        def ask(_number: int) -> tuple[int, bytes]:
            peer = RawPeer(door.port)
            stack.callback(peer.close)
            peer.send(association_request())
            return peer.next_pdu()

        with ThreadPoolExecutor(50) as senders:
            answers = list(senders.map(ask, range(50)))
        assert Counter(kind for kind, _ in answers) == {ASSOCIATE_AC: 32, ASSOCIATE_RJ: 18}
        assert {body for kind, body in answers if kind == ASSOCIATE_RJ} == {b"\0\x02\x03\x02"}
        key = ("SCANNER", "L3NODE", "127.0.0.1", "more than max_associations at once")
        eventually(lambda: refusals(door) == {key: 18}, 20, "the row")


# ---------------------------------------------------------------- what they fill


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of this size; skips where nobody may mount one."""
    folder.mkdir(mode=0o700, parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (it takes root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@both
@pytest.mark.parametrize("keep_free", [0, 1 << 20], ids=["to the last byte", "with a reserve"])
def test_a_full_disk_is_told_and_heals_by_itself(tmp_path: Path, keep_free: int) -> None:
    with small_disk(tmp_path / "spool", 6) as disk, open_door(tmp_path, minimum_free_bytes=keep_free) as door:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(3 << 20))
        with raw_peer(door.port) as peer:
            statuses = []
            while 0xA700 not in statuses:
                number = len(statuses) + 1
                peer.send(object_pdus(number, encoded(**numbered(number, PixelData=bytes(400_000)))))
                statuses.append(int(peer.answer().Status))
            taken = len(statuses) - 1
            assert (set(statuses[:-1]), taken > 0) == ({0}, True)
            eventually(lambda: len(door.stored()) == taken, 20, "no more files than were answered with success")
            if keep_free:
                refused = RawPeer(door.port)
                refused.send(association_request())
                assert refused.next_pdu() == (ASSOCIATE_RJ, b"\0\x02\x03\x01")
                refused.close()
            ballast.unlink()
            peer.send(object_pdus(99))
            assert peer.answer().Status == 0x0000
            peer.release()
        good_sender_is_served(door)
        door.rows(Instance, taken + 2)
        told = {reason: count for (*_, reason), count in refusals(door).items()}
        assert told == {"disk full": 1} | ({"disk nearly full": 1} if keep_free else {})


DOOR = """
import sys
from pathlib import Path
from tests.wire.peers import open_door
with open_door(Path(sys.argv[1]), registrar_runs=False, network_timeout=300) as door:
    print(door.port, flush=True)
    sys.stdin.read()
"""
PIECE = 1 << 16
PIXELS = 500 << 20


def pixels(encapsulated: bool) -> Iterator[bytes]:
    """The PixelData element of 500 MiB, in parts."""
    if not encapsulated:
        yield b"\xe0\x7f\x10\0OW\0\0" + PIXELS.to_bytes(4, "little")
    else:
        yield b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0"
    part = bytes(PIECE)
    for _ in range(PIXELS // PIECE):
        yield b"\xfe\xff\0\xe0" + PIECE.to_bytes(4, "little") + part if encapsulated else part
    if encapsulated:
        yield b"\xfe\xff\xdd\xe0\0\0\0\0"


@pytest.mark.parametrize("encapsulated", [False, True], ids=["explicit VR", "fragments"])
def test_half_a_gigabyte_passes_through_little_memory(tmp_path: Path, encapsulated: bool) -> None:
    syntax = JPEG2000Lossless if encapsulated else ExplicitVRLittleEndian
    head = encoded(SOPClassUID=EnhancedCTImageStorage, NumberOfFrames=1000, SOPInstanceUID="1.2.3.1", PixelData=None)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        [sys.executable, "-c", DOOR, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment,
    ) as process:
        assert process.stdout
        assert process.stdin
        port = int(process.stdout.readline())
        with raw_peer(port, contexts={CT: (EnhancedCTImageStorage, syntax)}) as peer:
            peer.link.settimeout(240)
            before = peak_megabytes(process.pid)
            peer.send(as_command(store_command("1.2.3.1", sop_class=EnhancedCTImageStorage)), pdu(pdv(CT, 0, head)))
            for part in pixels(encapsulated):
                peer.send(pdu(pdv(CT, 0, part)))
            peer.send(pdu(pdv(CT, 2, b"")))
            assert peer.answer().Status == 0x0000
            peer.release()
        peak = peak_megabytes(process.pid)
        process.stdin.close()
        assert process.wait(60) == 0
    (path,) = (tmp_path / "spool" / "incoming").rglob("*.dcm")
    assert path.stat().st_size > PIXELS
    path.unlink()
    assert (peak < 200, peak - before < 50) == (True, True)


def peak_megabytes(process: int) -> int:
    """The most memory that a process ever held."""
    (line,) = (one for one in Path(f"/proc/{process}/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
