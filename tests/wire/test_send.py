"""Stored objects go out as the bytes that were stored, and every parcel has its fate."""

import hashlib
import socket
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SecondaryCaptureImageStorage
from pynetdicom.dimse import DIMSEServiceProvider

from config.settings import Destination
from dicom_node.calling import association
from dicom_node.deliver.fate import Fate, Receipt, Thing
from dicom_node.deliver.send import echo, send, send_files
from dicom_node.tls import no_certificate
from tests.unit.node.factories import dataset_bytes, make_image, part10
from tests.wire.peers import dcmtk, numbered, pacs


def make_thing(folder: Path, number: int = 1, **overrides: Any) -> Thing:
    """A stored object."""
    path = folder / f"{number}.dcm"
    path.write_bytes(part10(make_image(**numbered(number, **overrides))))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Thing(number, path, str(overrides.get("SOPClassUID", CTImageStorage)), sha256)


def nowhere() -> Destination:
    """A destination whose port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return Destination(ae_title="PACS", host="127.0.0.1", port=port, timeout=2)


def fates(receipts: Any) -> list[tuple[int, Fate]]:
    return [(receipt.key, receipt.fate) for receipt in receipts]


def test_what_arrives_is_what_was_stored_byte_for_byte_over_one_association(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, number) for number in (1, 2, 3)]
    with pacs() as here:
        assert list(send(things, here.destination(), "L3NODE")) == [Receipt(n, Fate.SENT) for n in (1, 2, 3)]
        assert here.received == {f"1.2.3.{one.key}": dataset_bytes(one.path.read_bytes()) for one in things}
        assert here.associations == 1


def test_sequences_and_private_elements_are_not_encoded_again(tmp_path: Path) -> None:
    image = make_image(**numbered(1))
    image.add_new(0x00091010, "UN", b"\x01\x02\x03\x04")
    image.OtherPatientIDsSequence = [make_image()]
    image["OtherPatientIDsSequence"].is_undefined_length = True
    path = tmp_path / "1.dcm"
    path.write_bytes(part10(image))
    thing = Thing(1, path, CTImageStorage, hashlib.sha256(path.read_bytes()).hexdigest())
    with pacs() as here:
        assert fates(send([thing], here.destination(), "L3NODE")) == [(1, Fate.SENT)]
        assert here.received["1.2.3.1"] == dataset_bytes(path.read_bytes())


def test_dcmtk_receives_what_was_stored_byte_for_byte(tmp_path: Path) -> None:
    to, received = nowhere(), tmp_path / "received"
    received.mkdir()
    command = [dcmtk("storescp"), "-aet", "PACS", "+B", "-od", str(received), str(to.port)]
    with subprocess.Popen(command) as server:
        try:
            for _ in range(50):
                if not echo(to, "L3NODE"):
                    break
                time.sleep(0.1)
            thing = make_thing(tmp_path)
            assert fates(send([thing], to, "L3NODE")) == [(1, Fate.SENT)]
        finally:
            server.terminate()
    (path,) = received.iterdir()
    assert path.read_bytes().endswith(dataset_bytes(thing.path.read_bytes()))


def test_a_missing_or_damaged_file_is_never_sent_and_the_others_are(tmp_path: Path) -> None:
    good, missing, damaged = (make_thing(tmp_path, number) for number in (1, 2, 3))
    missing.path.unlink()
    damaged.path.write_bytes(damaged.path.read_bytes()[:-1] + b"!")
    with pacs() as here:
        found = dict(fates(send([missing, good, damaged], here.destination(), "L3NODE")))
    assert found == {1: Fate.SENT, 2: Fate.NEVER, 3: Fate.NEVER}
    assert set(here.received) == {"1.2.3.1"}


def test_nothing_whole_to_send_opens_no_association(tmp_path: Path) -> None:
    missing = make_thing(tmp_path)
    missing.path.unlink()
    with pacs() as here:
        list(send([missing], here.destination(), "L3NODE"))
        assert here.associations == 0


def test_a_port_that_nobody_listens_on_is_later(tmp_path: Path) -> None:
    (receipt,) = send([make_thing(tmp_path)], nowhere(), "L3NODE")
    assert (receipt.fate, receipt.reason) == (Fate.LATER, "no connection or no answer")


def test_a_host_name_without_an_address_is_later(tmp_path: Path) -> None:
    to = Destination(ae_title="PACS", host="no-such-host.invalid", port=104, timeout=2)
    (receipt,) = send([make_thing(tmp_path)], to, "L3NODE")
    assert (receipt.fate, receipt.reason) == (Fate.LATER, "the host name has no address")
    assert echo(to, "L3NODE") == "the host name has no address"


def test_a_peer_that_listens_and_says_nothing_is_later_in_bounded_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        to = Destination(ae_title="PACS", host="127.0.0.1", port=listener.getsockname()[1], timeout=0.5)
        began = time.monotonic()
        assert fates(send([make_thing(tmp_path)], to, "L3NODE")) == [(1, Fate.LATER)]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (0x0000, Fate.SENT),
        (0xB000, Fate.SENT),
        (0xB006, Fate.SENT),
        (0xB007, Fate.SENT),
        (0xA700, Fate.LATER),
        (0x0124, Fate.LATER),
        (0x0111, Fate.SENT),
        (0xA900, Fate.NEVER),
        (0x0117, Fate.NEVER),
        (0xC000, Fate.AGAIN),
        (0x0110, Fate.AGAIN),
        (0x0122, Fate.AGAIN),
        (0xFFFF, Fate.AGAIN),
    ],
)
def test_the_status_of_the_destination_decides(tmp_path: Path, status: int, fate: Fate) -> None:
    with pacs(status) as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(), "L3NODE")
    assert receipt.fate is fate
    assert receipt.reason.startswith(f"status 0x{status:04X}: " if status else "")


def test_no_accepted_context_at_all_is_the_objects_fault_and_not_the_destinations(tmp_path: Path) -> None:
    with pacs(sop_classes=(SecondaryCaptureImageStorage,)) as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(), "L3NODE")
        assert receipt == Receipt(1, Fate.AGAIN, "SOP class not accepted")
        assert here.received == {}


def test_one_context_that_is_not_accepted_leaves_the_others(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, 1, SOPClassUID=SecondaryCaptureImageStorage), make_thing(tmp_path, 2)]
    with pacs() as here:
        assert fates(send(things, here.destination(), "L3NODE")) == [(1, Fate.AGAIN), (2, Fate.SENT)]


def test_a_rejected_association_is_later_and_says_so(tmp_path: Path) -> None:
    why = "association rejected: Calling AE title not recognised"
    with pacs(titles=("SOMEBODY",)) as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(), "L3NODE")
        assert (receipt.fate, receipt.reason) == (Fate.LATER, why)
        assert echo(here.destination(), "L3NODE") == why


def test_an_object_that_ends_the_association_is_lost_and_nothing_becomes_of_the_rest(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, number) for number in (1, 2, 3)]
    with pacs(patience=1) as here:
        found = fates(send(things, here.destination(timeout=1), "L3NODE"))
    assert found == [(1, Fate.SENT), (2, Fate.LOST)]


def test_no_algorithm_delays_small_messages(tmp_path: Path) -> None:
    with pacs() as here:
        to = here.destination()
        with association({(CTImageStorage, ExplicitVRLittleEndian)}, to, "PACS", "L3NODE", no_certificate) as one:
            assert one.dul.socket.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_answer_is_never_taken_by_the_background_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class SlowToPause(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            passed = super().wait(timeout)
            if threading.current_thread().name.startswith("Requestor"):
                time.sleep(0.05)
            return passed

    def send_msg(provider: DIMSEServiceProvider, *arguments: Any) -> None:
        send_at_once(provider, *arguments)
        time.sleep(0.1)

    send_at_once = DIMSEServiceProvider.send_msg
    monkeypatch.setattr(DIMSEServiceProvider, "send_msg", send_msg)
    slow = SimpleNamespace(**(vars(threading) | {"Event": SlowToPause}))
    monkeypatch.setattr("pynetdicom.association.threading", slow)
    things = [make_thing(tmp_path, number) for number in range(1, 4)]
    with pacs() as here:
        receipts = list(send(things, here.destination(timeout=1), "L3NODE"))
    assert {receipt.fate for receipt in receipts} == {Fate.SENT}


def test_an_echo_is_answered_or_told_why_not() -> None:
    with pacs() as here:
        assert echo(here.destination(), "L3NODE") == ""
    assert echo(nowhere(), "L3NODE") == "no connection or no answer"


def test_any_files_are_sent_in_their_own_transfer_syntax(tmp_path: Path) -> None:
    files = [make_thing(tmp_path, number).path for number in (1, 2)]
    with pacs() as here:
        assert list(send_files(files, here.destination(), "SCANNER")) == [(path, "") for path in files]
        assert here.received["1.2.3.2"] == dataset_bytes(files[1].read_bytes())
    assert [why for _, why in send_files(files, nowhere(), "SCANNER")] == ["no connection or no answer"] * 2
    assert dcmread(files[0]).SOPInstanceUID == "1.2.3.1"
