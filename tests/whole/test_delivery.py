"""Destinations that are away, slow, choosy or broken: each its own circuit, nothing lost, no storm."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SegmentationStorage
from pynetdicom import AE, evt

from db import circuit as circuits
from db.circuit import MOST_AT_ONCE
from db.schema import Destination
from dicom_node.work.engine import Work
from tests.factories import destination, eventually, rows
from tests.peers import free_port
from tests.whole.delivery import Office, office
from tests.wire.peers import pacs


class Counted:
    """A port at which associations are counted; it refuses them all until `open` is set."""

    def __init__(self) -> None:
        self.port = free_port()
        self.open = False
        self.received: list[str] = []
        self.sizes: list[int] = []

    @contextmanager
    def listening(self) -> Iterator["Counted"]:
        ae = AE("PACS")
        ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)

        def requested(event: Any) -> None:
            self.sizes.append(0)
            if not self.open:
                event.assoc.acse.send_reject(0x02, 0x03, 0x02)
                event.assoc.kill()

        def keep(event: Any) -> int:
            self.received.append(str(event.request.AffectedSOPInstanceUID))
            self.sizes[-1] += 1
            return 0x0000

        server = ae.start_server(
            ("127.0.0.1", self.port),
            block=False,
            evt_handlers=[(evt.EVT_REQUESTED, requested), (evt.EVT_C_STORE, keep)],
        )
        try:
            yield self
        finally:
            server.shutdown()


def circuit(desk: Office, name: str = "PACS") -> Destination:
    (found,) = rows(desk.sessions, Destination, name=name)
    return found


def test_results_due_together_go_over_one_association_urgent_ones_first(tmp_path: Path) -> None:
    peer = Counted()
    peer.open = True
    with peer.listening(), office(tmp_path, destination("PACS", peer.port)) as desk:
        for number in (1, 2, 3):
            desk.result(number, "PACS", priority=10 * (number == 3))
        desk.tick()
        assert desk.states("PACS") == ["sent"] * 9
    assert peer.sizes == [9]
    assert peer.received[:3] == ["1.2.3.31", "1.2.3.32", "1.2.3.33"]


def test_a_pacs_that_is_down_for_a_day_is_asked_now_and_then_and_gets_no_storm_afterwards(
    tmp_path: Path,
) -> None:
    peer = Counted()
    peer.open = True
    with office(tmp_path, destination("PACS", peer.port)) as desk:
        for number in range(1, 31):
            desk.result(number, "PACS", priority=10 * (number == 30))
        before, ends = threading.active_count(), desk.now + timedelta(days=1)
        while desk.now < ends:
            desk.tick(300)
        assert threading.active_count() <= before
        assert set(desk.states("PACS")) == {"pending"}
        assert {parcel.attempt for parcel in desk.parcels("PACS")} == {0}
        assert circuit(desk).state == "open"
        assert 70 < circuit(desk).failures < 105  # every 15 minutes and a little more
        desk.now = circuit(desk).due_at
        with peer.listening():
            while "pending" in desk.states("PACS"):
                desk.tick(1)
    assert peer.sizes == [1, 2, 4, 8, 16, 32, 27]
    assert peer.received[:3] == ["1.2.3.301", "1.2.3.302", "1.2.3.303"]  # priority is kept
    assert len(set(peer.received)) == len(peer.received) == 90
    moves = [(event.from_state, event.to_state) for event in desk.events("destination")]
    assert [move for move in moves if move[0] != move[1]] == [
        (None, "closed"),
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "closed"),
    ]


def test_a_start_while_a_pacs_is_down_knows_it_is(tmp_path: Path) -> None:
    peer = Counted()
    with peer.listening():
        with office(tmp_path, destination("PACS", peer.port)) as desk:
            desk.result(1, "PACS")
            for _ in range(8):
                desk.tick(900 * 1.2)
            then = desk.now
        tried = len(peer.sizes)
        with office(tmp_path, destination("PACS", peer.port)) as again:
            again.now = then
            for _ in range(100):
                again.tick(1)
            assert circuit(again).failures == tried == 8
    assert len(peer.sizes) == tried


def test_a_fault_of_the_node_in_sending_opens_the_circuit_and_isolates_the_parcel(tmp_path: Path) -> None:
    with office(tmp_path, destination("PACS", free_port())) as desk:
        desk.result(1, "PACS")
        with desk.sessions.begin() as session:
            work = Work("send", circuits.of(session, "PACS", desk.now).id)
        desk.steps.give_up(work, ValueError("P-1"))
        assert circuit(desk).state == "open"
        assert {parcel.reason for parcel in desk.parcels("PACS")} == {"fault of the node: ValueError"}


def test_an_object_that_makes_the_pacs_abort_does_not_hold_up_the_others(tmp_path: Path) -> None:
    received: list[str] = []

    def keep(event: Any) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        if uid == "1.2.3.11":
            event.assoc.abort()
            return 0xC000
        received.append(uid)
        return 0x0000

    ae = AE("PACS")
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    try:
        with office(tmp_path, destination("PACS", server.socket.getsockname()[1])) as desk:
            desk.result(1, "PACS")
            desk.result(2, "PACS")
            for _ in range(40):
                desk.tick(2)
            poison, *others = desk.parcels("PACS")
            assert {parcel.state for parcel in others} == {"sent"}
            assert (poison.state, poison.reason) == ("pending", "no answer")
            for _ in range(15):
                desk.tick(12 * 3600)
            assert desk.states("PACS")[0] == "dead"
    finally:
        server.shutdown()
    assert len(received) == 5


def test_a_pacs_that_does_not_take_an_sop_class_gets_the_others_and_the_parcel_says_why(tmp_path: Path) -> None:
    with pacs() as here, office(tmp_path, destination("PACS", here.port)) as desk:
        desk.result(1, "PACS", seg=SegmentationStorage)
        desk.tick()
        assert desk.states("PACS") == ["pending", "sent", "sent"]
        assert desk.parcels("PACS")[0].reason == "SOP class not accepted"
        assert circuit(desk).state == "closed"
        for _ in range(8):
            desk.tick(24 * 3600)
        assert desk.states("PACS")[0] == "dead"


def test_a_slow_pacs_holds_up_no_other(tmp_path: Path) -> None:
    """With a thread for each destination, as the node has them."""
    go_on = threading.Event()

    def slow(_event: Any) -> int:
        go_on.wait(20)
        return 0x0000

    ae = AE("SLOW")
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, slow)])
    port = server.socket.getsockname()[1]
    with (
        pacs() as here,
        office(tmp_path, destination("SLOW", port, timeout=25), destination("PACS", here.port)) as desk,
    ):
        desk.result(1, "SLOW", "PACS")
        desk.rounds.sweep()
        threads = [threading.Thread(target=desk.steps.send, args=(work,)) for work in desk.handed]
        try:
            for thread in threads:
                thread.start()
            eventually(lambda: desk.states("PACS") == ["sent"] * 3, what="delivery to the quick PACS")
            assert desk.states("SLOW") == ["pending"] * 3
        finally:
            go_on.set()
            for thread in threads:
                thread.join()
            server.shutdown()
        assert desk.states("SLOW") == ["sent"] * 3


def test_a_destination_that_left_the_settings_gets_nothing_and_its_parcels_say_so(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.result(1, "GONE")
        desk.tick()
        (why,) = {parcel.reason for parcel in desk.parcels("GONE")}
        assert (set(desk.states("GONE")), why) == ({"dead"}, "this destination is no longer in the settings")


def test_a_pacs_that_is_full_is_waited_for_and_its_parcels_are_not_to_blame(tmp_path: Path) -> None:
    with pacs(0xA700) as here, office(tmp_path, destination("PACS", here.port)) as desk:
        desk.result(1, "PACS")
        for _ in range(20):
            desk.tick(24 * 3600)
        assert desk.states("PACS") == ["pending"] * 3
        assert {parcel.attempt for parcel in desk.parcels("PACS")} == {0}
        assert circuit(desk).reason == "status 0xA700: out of resources"


def test_one_association_carries_no_more_than_an_urgent_result_can_wait_for(tmp_path: Path) -> None:
    peer = Counted()
    peer.open = True
    with peer.listening(), office(tmp_path, destination("PACS", peer.port)) as desk:
        for number in range(1, 23):
            desk.result(number, "PACS")
        desk.tick()
        desk.tick()
    assert peer.sizes == [MOST_AT_ONCE, 66 - MOST_AT_ONCE]
