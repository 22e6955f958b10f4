"""The protocol as odd and hostile peers speak it, to both receivers; and what of pynetdicom the lane relies on."""

import inspect

import pynetdicom
import pytest
from pydicom.uid import CTImageStorage
from pynetdicom import AE, association, dul, fsm, transport
from pynetdicom.association import Association
from pynetdicom.dul import DULServiceProvider
from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

from db.schema import Instance, Series
from dicom_node.receive.pdu import COMMAND, LAST
from tests.factories import eventually, rows
from tests.unit.node.factories import dataset_bytes
from tests.wire.peers import RECEIVE, Door, encoded, numbered
from tests.wire.raw import (
    ABORT,
    C_FIND_RQ,
    CT,
    ECHO,
    GOODBYE,
    OTHER,
    RELEASE,
    RELEASE_RP,
    SC,
    UNKNOWN,
    RawPeer,
    as_command,
    as_data,
    association_request,
    command_set,
    echo,
    pdu,
    pdv,
    raw_peer,
    store_command,
)

both = pytest.mark.usefixtures("each_receiver")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """pynetdicom's own loop swallows some odd messages; then only silence ends the association."""
    monkeypatch.setitem(RECEIVE, "network_timeout", 5)


def uid(number: int) -> str:
    return f"1.2.3.{number}"


def image(number: int) -> bytes:
    return encoded(**numbered(number))


def object_pdus(number: int, *, longest: int = 0, message_id: int = 1) -> bytes:
    """One C-STORE-RQ with its dataset."""
    command = store_command(uid(number), message_id=message_id)
    return as_command(command, longest=longest) + as_data(image(number), longest=longest)


def stored_bytes(door: Door) -> list[bytes]:
    return sorted(dataset_bytes(path.read_bytes()) for path in door.stored())


def nothing_is_left(door: Door) -> bool:
    """Whether nobody is inside, no file is there and no series is busy."""
    return door.receiver._door.visits() == 0 and not door.stored() and not door.receiver.busy_series()


# ---------------------------------------------------------------- what the lane relies on


def test_the_lane_is_written_for_this_version_of_pynetdicom() -> None:
    assert pynetdicom.__version__ == "3.0.4"


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (DULServiceProvider, "run_reactor", ["self"]),
        (DULServiceProvider, "send_pdu", ["self", "primitive"]),
        (DULServiceProvider, "kill_dul", ["self"]),
        (DULServiceProvider, "idle_timer_expired", ["self"]),
        (DULServiceProvider, "_is_transport_event", ["self"]),
        (DULServiceProvider, "_process_recv_primitive", ["self"]),
        (DULServiceProvider, "_decode_pdu", ["self", "bytestream"]),
        (AssociationSocket, "send", ["self", "bytestream"]),
        (AssociationSocket, "recv", ["self", "nr_bytes"]),
        (RequestHandler, "_create_association", ["self"]),
        (ThreadedAssociationServer, "process_request_thread", ["self", "request", "client_address"]),
        (ThreadedAssociationServer, "get_request", ["self"]),
        (Association, "abort", ["self", "block"]),
        (Association, "kill", ["self"]),
        (Association, "set_socket", ["self", "socket"]),
        (fsm.StateMachine, "do_action", ["self", "event"]),
    ],
)
def test_a_method_that_we_replace_or_call_is_what_it_was(owner: type, name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


def test_an_association_has_the_private_names_that_the_lane_uses() -> None:
    one = Association(AE(), "acceptor")
    assert {"_accepted_cx", "_reactor_checkpoint", "_dul_ready", "_server", "_kill"} <= vars(one).keys()
    layer = {
        "_kill_thread",
        "_recv_pdu",
        "_idle_timer",
        "event_queue",
        "to_user_queue",
        "to_provider_queue",
        "socket",
    }
    assert layer | {"socket", "artim_timer", "state_machine"} <= vars(one.dul).keys()
    assert one.dul.state_machine.current_state == "Sta1"
    assert one._reactor_checkpoint.is_set()
    assert (AE()._servers, Association.is_acceptor.fget(one)) == ([], True)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (Association.run_reactor, ["self.dul.start()", "self._dul_ready.wait()", "self._server.shutdown_request("]),
        (Association._run_reactor, ["_reactor_checkpoint.wait()", "self.dul.is_alive()", "idle_timer_expired()"]),
        (Association.kill, ["_reactor_checkpoint.set()", "self.dul.stop_dul()"]),
        (DULServiceProvider.run_reactor, ["_is_transport_event()", "_process_recv_primitive()", "do_action(event)"]),
        (DULServiceProvider.__init__, ["make_target(self.run_reactor)"]),
        (RequestHandler._create_association, ["Association(self.ae, MODE_ACCEPTOR)", "assoc.set_socket(sock)"]),
        (RequestHandler.handle, ["self._create_association()", "EVT_CONN_OPEN", "assoc.start()"]),
        (ThreadedAssociationServer.shutdown, ["self.ae._servers.remove("]),
        (AssociationSocket.__init__, ['self.event_queue.put("Evt5")']),
    ],
)
def test_a_loop_that_the_lane_lives_in_does_what_it_did(function: object, words: list[str]) -> None:
    source = inspect.getsource(function)  # type: ignore[arg-type]
    assert [word for word in words if word not in source] == []


def test_the_state_machine_answers_the_lane_s_events_as_the_standard_says() -> None:
    table = fsm.TRANSITION_TABLE
    assert {table["Evt17", state] for state in ("Sta3", "Sta6", "Sta8")} == {"AA-4"}
    assert {table["Evt19", state] for state in ("Sta3", "Sta6", "Sta8")} == {"AA-8"}
    assert (table["Evt18", "Sta2"], table["Evt18", "Sta13"], table["Evt19", "Sta2"]) == ("AA-2", "AA-2", "AA-1")
    assert set(dul._PDU_TYPES) == {bytes([kind]) for kind in range(1, 8)}
    assert (association.MODE_ACCEPTOR, transport.ThreadedAssociationServer.__mro__[1].__name__) == (
        "acceptor",
        "ThreadingMixIn",
    )


# ---------------------------------------------------------------- messages in odd shapes


@both
def test_an_echo_between_two_objects_is_answered_in_its_turn(door: Door) -> None:
    with raw_peer(door.port) as peer:
        for number in (1, 2):
            peer.send(object_pdus(number))
            assert peer.answer().Status == 0x0000
            peer.send(echo(message_id=number + 7))
            answer = peer.answer()
            assert (answer.CommandField, answer.MessageIDBeingRespondedTo, answer.Status) == (0x8030, number + 7, 0)
        peer.release()
    assert stored_bytes(door) == sorted([image(1), image(2)])


@both
@pytest.mark.parametrize("longest", [7, 8, 13, 100])
def test_a_message_split_into_any_fragments_is_put_together(door: Door, longest: int) -> None:
    """With 7 bytes a PDU each fragment holds one byte."""
    with raw_peer(door.port) as peer:
        peer.send(object_pdus(1, longest=longest))
        assert peer.answer().Status == 0x0000
        peer.release()
    assert stored_bytes(door) == [image(1)]


@both
def test_an_empty_last_fragment_ends_a_message(door: Door) -> None:
    command = store_command(uid(1))
    with raw_peer(door.port) as peer:
        peer.send(pdu(pdv(CT, COMMAND, command)), pdu(pdv(CT, COMMAND | LAST, b"")))
        peer.send(pdu(pdv(CT, 0, image(1))), pdu(pdv(CT, LAST, b"")))
        assert peer.answer().Status == 0x0000
        peer.release()
    assert stored_bytes(door) == [image(1)]


@both
def test_command_and_dataset_may_come_in_one_pdu(door: Door) -> None:
    data = image(1)
    with raw_peer(door.port) as peer:
        peer.send(
            pdu(
                pdv(CT, COMMAND | LAST, store_command(uid(1))),
                pdv(CT, 0, data[:50]),
                pdv(CT, 0, b""),
                pdv(CT, LAST, data[50:]),
            )
        )
        assert peer.answer().Status == 0x0000
        peer.release()
    assert stored_bytes(door) == [data]


@both
def test_bytes_that_trickle_in_one_by_one_are_an_object(door: Door) -> None:
    with raw_peer(door.port) as peer:
        for byte in object_pdus(1):
            peer.send(bytes([byte]))
        assert peer.answer().Status == 0x0000
        peer.release()
    assert stored_bytes(door) == [image(1)]


@both
def test_a_release_glued_to_the_last_fragment_comes_after_the_answer(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(object_pdus(1), RELEASE)
        assert peer.answer().Status == 0x0000
        assert peer.next_pdu()[0] == RELEASE_RP
    assert stored_bytes(door) == [image(1)]
    eventually(lambda: (found := rows(door.sessions, Series)) and not found[0].interrupted, 10, "the release")


@both
def test_objects_sent_without_waiting_are_answered_in_order(door: Door) -> None:
    """The asynchronous window was not negotiated; a peer that does so all the same loses nothing."""
    with raw_peer(door.port) as peer:
        peer.send(*(object_pdus(number, message_id=100 + number) for number in range(1, 21)))
        answers = [peer.answer() for _ in range(20)]
        peer.release()
    assert [(one.MessageIDBeingRespondedTo, one.Status) for one in answers] == [(100 + n, 0) for n in range(1, 21)]
    assert stored_bytes(door) == sorted(image(number) for number in range(1, 21))


@both
def test_an_object_in_one_context_and_an_echo_in_another_are_two_messages(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(echo(), object_pdus(1), echo(message_id=9))
        answers = [peer.answer() for _ in range(3)]
        peer.release()
    assert sorted((one.CommandField, one.Status) for one in answers) == [(0x8001, 0), (0x8030, 0), (0x8030, 0)]
    assert stored_bytes(door) == [image(1)]


@both
@pytest.mark.parametrize("maximum", [13, 14, 20, 60])
def test_a_peer_that_takes_only_tiny_pdus_gets_its_answer_in_pieces(door: Door, maximum: int) -> None:
    with raw_peer(door.port, maximum=maximum) as peer:
        peer.send(object_pdus(1))
        _, first = peer.next_pdu()
        assert len(first) <= maximum
        length, context, control = first[3], first[4], first[5]
        assert (length, context, control) == (len(first) - 4, CT, COMMAND)
        peer.close()


def test_a_tiny_answer_is_put_together_to_a_whole_one(door: Door) -> None:
    with raw_peer(door.port, maximum=7) as peer:
        peer.send(object_pdus(1, message_id=4711))
        answer = peer.answer()
        assert (answer.Status, answer.MessageIDBeingRespondedTo, answer.AffectedSOPInstanceUID) == (0, 4711, uid(1))
        assert answer.AffectedSOPClassUID == CTImageStorage
        peer.release()


@both
def test_an_object_without_a_dataset_is_refused_and_the_next_one_is_taken(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command(uid(1), data_set=False)))
        assert peer.answer().Status != 0x0000
        peer.send(object_pdus(2))
        assert peer.answer().Status == 0x0000
        peer.release()
    assert stored_bytes(door) == [image(2)]


# ---------------------------------------------------------------- what ends an association


BROKEN = {
    "a dataset without a command": as_data(image(1)),
    "data in a context that was not accepted": as_command(store_command(uid(1)), UNKNOWN)
    + as_data(image(1), UNKNOWN),
    "a context that was never proposed": as_command(store_command(uid(1)), 99) + as_data(image(1), 99),
    "an even context": as_command(store_command(uid(1)), 2) + as_data(image(1), 2),
    "a P-DATA-TF without a fragment": pdu(),
    "a fragment without its header": b"\x04\0\0\0\0\x05" + b"\0\0\0\x01\x01",
    "a fragment longer than its PDU": b"\x04\0\0\0\0\x0a" + b"\0\0\x01\0\x01\x03" + bytes(4),
    "a fragment of no length": b"\x04\0\0\0\0\x0a" + b"\0\0\0\0\x01\x03" + bytes(4),
    "an unknown PDU type": b"\x09\0\0\0\0\x04" + bytes(4),
    "a second association request": association_request(),
    "an answer to a request of ours": b"\x02" + association_request()[1:],
    "a rejection": b"\x03\0\0\0\0\x04\0\x01\x01\x01",
    "an answer to a release of ours": b"\x06" + RELEASE[1:],
    "a command set of another group": as_command(b"\x08\0\x18\0\x04\0\0\x001.2\0"),
    "a command set that ends inside an element": as_command(store_command(uid(1))[:-3]),
}


@both
@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_message_ends_the_association_and_leaves_nothing(door: Door, sent: bytes) -> None:
    with raw_peer(door.port) as peer:
        peer.send(sent)
        assert set(peer.ends()) <= {ABORT}
    eventually(lambda: nothing_is_left(door), 20, "the end of the visit")
    assert_open(door)


INSIDE = {
    "a second command": object_pdus(2),
    "an echo": echo(),
    "data of another context": as_data(b"abcd", OTHER),
    "an association request": association_request(),
    "an unknown PDU": b"\xff" * 12,
}


@pytest.mark.parametrize("sent", INSIDE.values(), ids=INSIDE.keys())
def test_what_does_not_belong_into_an_object_ends_the_association(door: Door, sent: bytes) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command(uid(1))), pdu(pdv(CT, 0, image(1)[:100])), sent)
        assert set(peer.ends()) <= {ABORT}
    eventually(lambda: nothing_is_left(door), 20, "the end of the visit")
    assert_open(door)


@both
@pytest.mark.parametrize("goodbye", [GOODBYE, RELEASE, b""], ids=["abort", "release", "closed"])
def test_an_object_that_breaks_off_leaves_no_file(door: Door, goodbye: bytes) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command(uid(1))), pdu(pdv(CT, 0, image(1)[:-10])), goodbye)
    eventually(lambda: nothing_is_left(door), 20, "the end of the visit")
    assert list(door.spool.incoming.rglob("*.dcm")) == []


@both
def test_a_command_that_no_context_is_for_never_stores(door: Door) -> None:
    find = command_set(C_FIND_RQ, sop_class=CTImageStorage, data_set=True)
    with raw_peer(door.port) as peer:
        peer.send(as_command(find), as_data(image(1)), RELEASE)
        peer.ends()
    eventually(lambda: nothing_is_left(door), 20, "the end of the visit")
    assert_open(door)


@both
@pytest.mark.parametrize(
    "first",
    [echo(), object_pdus(1), RELEASE, GOODBYE, b"\xff" * 6, association_request()],
    ids=["echo", "object", "release", "abort", "garbage", "another request"],
)
def test_a_peer_that_does_not_wait_for_its_association_leaves_nothing(door: Door, first: bytes) -> None:
    for _ in range(5):
        peer = RawPeer(door.port)
        peer.send(association_request(), first)
        peer.ends() if first not in (echo(), object_pdus(1)) else peer.next_pdu()
        peer.close()
    eventually(lambda: door.receiver._door.visits() == 0, 20, "the end of the visits")
    assert_open(door)


@both
def test_garbage_right_behind_a_request_that_is_being_answered_leaves_nobody_inside(door: Door) -> None:
    """The answer comes when the state machine is past it; pynetdicom's thread must not die with the visit open."""
    for sent in (echo(), RELEASE):
        for _ in range(5):
            with raw_peer(door.port) as peer:
                peer.send(sent, b"\xff" * 6)
                peer.ends()
    eventually(lambda: door.receiver._door.visits() == 0, 20, "the end of the visits")
    assert_open(door)


def test_commands_without_end_and_without_waiting_are_not_kept(door: Door) -> None:
    with raw_peer(door.port) as peer:
        find = as_command(command_set(C_FIND_RQ, sop_class=CTImageStorage, data_set=True))
        peer.send(*[find, pdu(pdv(CT, 0, bytes(100)))] * 2)
        assert set(peer.ends()) <= {ABORT}
    assert_open(door)


@both
def test_an_object_of_another_class_in_the_ct_context_is_refused(door: Door) -> None:
    with raw_peer(door.port) as peer:
        peer.send(as_command(store_command(uid(1), sop_class=SC)), as_data(image(1)))
        assert peer.answer().Status != 0x0000
        peer.send(as_command(store_command(uid(1)), ECHO), as_data(image(1), ECHO))
        peer.send(RELEASE)
        peer.ends()
    assert door.stored() == []


def assert_open(door: Door) -> None:
    """The next peer is served."""
    with raw_peer(door.port) as peer:
        peer.send(object_pdus(50))
        assert peer.answer().Status == 0x0000
        peer.release()
    assert len(door.rows(Instance, 1)) == 1
