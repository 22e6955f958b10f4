"""Who may come in, and how an association that ends badly is remembered."""

import json
import os
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from pynetdicom.sop_class import CTImageStorage, Verification
from structlog.testing import capture_logs

from config.settings import Source
from db.schema import Instance, Refusal, Series
from dicom_node.receive.spool import Incoming
from tests.factories import eventually, rows
from tests.wire.peers import SCANNER, Door, connect, dcmtk, encoded, open_door, send_images, store

pytestmark = pytest.mark.usefixtures("each_receiver")


def refusals(door: Door, count: int = 1) -> list[tuple[str, str, str, str, int]]:
    found = door.rows(Refusal, count)
    return [(row.kind, row.calling_ae, row.called_ae, row.reason, row.count) for row in found]


def test_an_echo_is_answered(door: Door) -> None:
    association = connect(door.port, (Verification, "1.2.840.10008.1.2"))
    assert association.send_c_echo().Status == 0x0000
    association.release()


def test_dcmtk_is_answered_too(door: Door) -> None:
    command = [dcmtk("echoscu"), "-aet", "SCANNER", "-aec", "L3NODE", "127.0.0.1", str(door.port)]
    assert subprocess.run(command, env=os.environ | {"TCP_NODELAY": "1"}, timeout=20, check=False).returncode == 0


@pytest.mark.parametrize(
    ("calling", "called", "reason", "diagnostic"),
    [
        ("SCANNER", "OTHER", "wrong called AE title", 7),
        ("STRANGER", "L3NODE", "calling AE title is no [[source]]", 3),
        ("scanner", "L3NODE", "calling AE title is no [[source]]", 3),
    ],
)
def test_an_association_of_a_stranger_or_to_another_title_is_rejected_and_counted(
    door: Door, calling: str, called: str, reason: str, diagnostic: int
) -> None:
    for _ in range(2):
        association = connect(door.port, calling=calling, called=called)
        assert association.is_rejected
        assert association.acceptor.primitive.diagnostic == diagnostic
    eventually(lambda: refusals(door)[0][-1] == 2, 10)
    assert refusals(door) == [("association", calling, called, reason, 2)]


def test_a_known_title_from_another_address_is_rejected_and_counted(tmp_path: Path) -> None:
    with open_door(tmp_path, sources=(Source(ae_title="SCANNER", host="127.0.0.1"),)) as door:
        assert connect(door.port, bind="127.0.0.2").is_rejected
        assert refusals(door) == [("association", "SCANNER", "L3NODE", "calling AE title from another address", 1)]
        assert [row.address for row in rows(door.sessions, Refusal)] == ["127.0.0.2"]
        association = connect(door.port)
        assert association.is_established
        association.release()


def test_titles_are_compared_without_their_padding(tmp_path: Path) -> None:
    with open_door(tmp_path, sources=(Source(ae_title=" SCANNER "),)) as door:
        association = connect(door.port)
        assert association.is_established
        association.release()


def test_one_association_too_many_is_rejected_as_transient_and_counted(tmp_path: Path) -> None:
    with open_door(tmp_path, max_associations=1) as door:
        first = connect(door.port)
        second = connect(door.port)
        assert second.is_rejected
        assert second.acceptor.primitive.result == 2
        assert refusals(door) == [("association", "SCANNER", "L3NODE", "more than max_associations at once", 1)]
        first.release()


def test_a_rejected_peer_leaves_nothing_behind(door: Door) -> None:
    connect(door.port, calling="STRANGER")
    assert (door.stored(), door.receiver.busy_series()) == ([], frozenset())


def test_a_series_is_busy_while_its_association_is_open_and_released_at_its_end(door: Door) -> None:
    association = connect(door.port)
    assert send_images(association, 1, 2) == [0, 0]
    assert len(door.receiver.busy_series()) == 1
    (series,) = door.rows(Series, 1)
    assert series.interrupted
    association.release()
    eventually(lambda: not door.receiver.busy_series(), 10)
    eventually(lambda: not rows(door.sessions, Series)[0].interrupted, 10, "the release in the row")


def test_an_abort_in_mid_series_marks_it_interrupted_and_a_later_release_clears_it(door: Door) -> None:
    first = connect(door.port)
    send_images(first, 1)
    first.release()
    eventually(lambda: (found := rows(door.sessions, Series)) and not found[0].interrupted, 10)
    second = connect(door.port)
    send_images(second, 2, 3)
    second.abort()
    eventually(lambda: not door.receiver.busy_series(), 10)
    door.rows(Instance, 3)
    eventually(lambda: rows(door.sessions, Series)[0].interrupted, 10, "the mark")
    third = connect(door.port)
    send_images(third, 1, 2, 3)
    third.release()
    eventually(lambda: not rows(door.sessions, Series)[0].interrupted, 10, "the mark's end")
    assert len(rows(door.sessions, Instance)) == 3


def test_a_connection_that_just_breaks_is_an_interruption(door: Door) -> None:
    association = connect(door.port)
    send_images(association, 1)
    association.dul.socket.close()
    eventually(lambda: not door.receiver.busy_series(), 10)
    assert door.rows(Series, 1)[0].interrupted
    association.kill()


def test_a_sender_that_leaves_while_its_object_is_written_keeps_no_series_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on, commit = threading.Event(), threading.Event(), Incoming.commit

    def slow(incoming: Incoming) -> None:
        writing.set()
        go_on.wait(10)
        commit(incoming)

    monkeypatch.setattr(Incoming, "commit", slow)
    with open_door(tmp_path) as door:
        association = connect(door.port)
        sender = threading.Thread(target=send_images, args=(association, 1))
        sender.start()
        writing.wait(10)
        association.dul.socket.close()
        threading.Timer(0.2, go_on.set).start()
        sender.join(20)
        assert door.rows(Series, 1)[0].interrupted
        eventually(lambda: not door.receiver.busy_series(), 10, "the end of the visit")
        association.kill()


def test_a_release_is_never_taken_for_an_interruption(door: Door) -> None:
    def send(number: int) -> None:
        association = connect(door.port)
        assert send_images(association, number, SeriesInstanceUID=f"1.2.9.{number}") == [0]
        association.release()

    with ThreadPoolExecutor(8) as senders:
        list(senders.map(send, range(1, 41)))
    eventually(lambda: not door.receiver.busy_series(), 10)
    found = eventually(
        lambda: (
            len(found := rows(door.sessions, Series)) == 40 and not any(one.interrupted for one in found) and found
        ),
        10,
        "forty releases",
    )
    assert len(found) == 40


def test_no_patient_data_are_logged_on_any_way_through_the_door(tmp_path: Path) -> None:
    with capture_logs() as logged, open_door(tmp_path, sources=(SCANNER,)) as door:
        connect(door.port, calling="STRANGER")
        association = connect(door.port)
        send_images(association, 1)
        store(association, encoded()[:-5])
        store(association, encoded(SOPInstanceUID="1.2.3.77"))
        store(association, encoded(Modality="OT"))
        association.abort()
        door.rows(Refusal, 4)
    assert {line["event"] for line in logged} == {"receive.turned_away", "receive.ended"}
    told = json.dumps(logged)
    assert not any(secret in told for secret in ("Doe", "Jane", "P-1", "A-1"))


@pytest.mark.parametrize("stays", [True, False], ids=["silent", "only looked whether the port is open"])
def test_a_connection_without_an_association_does_not_hold_up_the_end(stays: bool, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with ExitStack() as stack:
        door = stack.enter_context(open_door(tmp_path, network_timeout=60))
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", door.port)))
        eventually(lambda: len(set(threading.enumerate()) - before) > 2, what="the connection")
        if not stays:
            connection.close()
        stack.pop_all().close()
    eventually(lambda: set(threading.enumerate()) <= before, 10, "the end of every thread")


def test_a_fault_while_a_peer_is_looked_at_lets_nobody_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", _broken)
    association = connect(door.port, (CTImageStorage, "1.2.840.10008.1.2"))
    assert association.accepted_contexts == []
    association.abort()


def _broken(_path: Path) -> None:
    raise PermissionError("told so")
