"""What comes over the wire means the same in any pieces; what means nothing is `Unreadable` and nothing else."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynetdicom.dsutils import decode
from pynetdicom.pdu import P_DATA_TF

from dicom_node.receive.pdu import (
    C_STORE_RQ,
    COMMAND,
    LAST,
    LONGEST_OTHER,
    Command,
    Pdu,
    Piece,
    Reader,
    Unreadable,
    data_pdus,
    read_command,
    store_response,
)
from tests.factories import SCALE
from tests.wire.raw import GOODBYE, P_DATA, RELEASE, association_request, command_set, pdu, pdv, store_command

ROUNDS = settings(max_examples=300 * SCALE, deadline=None)
UIDS = st.from_regex(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,4})){0,9}", fullmatch=True)

fragments = st.builds(pdv, st.integers(0, 255), st.integers(0, 3), st.binary(max_size=40))
data_pdu = st.lists(fragments, min_size=1, max_size=4).map(lambda parts: pdu(*parts))
any_pdu = st.one_of(data_pdu, st.sampled_from([RELEASE, GOODBYE, association_request()]))
good = st.lists(any_pdu, max_size=6).map(b"".join)
noisy = st.tuples(good, st.binary(max_size=30), good).map(b"".join)
cuts = st.lists(st.integers(1, 40), min_size=1, max_size=30)


def read(data: bytes, sizes: list[int]) -> tuple[list[tuple[object, ...]], bool]:
    """What a reader makes of `data` in pieces of these sizes, a fragment's joined; whether all was readable."""
    seen: list[tuple[object, ...]] = []
    reader, start, turn = Reader(), 0, 0
    with suppress(Unreadable):
        while start < len(data):
            size = sizes[turn % len(sizes)]
            for part in reader.read(memoryview(data)[start : start + size]):
                seen.append(plain(part))
            start, turn = start + size, turn + 1
        return joined(seen), True
    return joined(seen), False


def plain(part: Pdu | Piece) -> tuple[object, ...]:
    if isinstance(part, Pdu):
        return ("pdu", part.data)
    return ("piece", part.context_id, part.command, bytes(part.view), part.last)


def joined(seen: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Neighbouring pieces that are not the last of their message are one: only the bytes count."""
    told: list[tuple[object, ...]] = []
    for one in seen:
        before = told[-1] if told else None
        if before and one[0] == before[0] == "piece" and one[1:3] == before[1:3] and not before[4]:
            told[-1] = (*before[:3], before[3] + one[3], one[4])  # type: ignore[operator]
        else:
            told.append(one)
    return told


@given(noisy, cuts)
@ROUNDS
def test_any_chunking_of_the_same_bytes_yields_the_same_messages(data: bytes, sizes: list[int]) -> None:
    whole, chunked = read(data, [max(len(data), 1)]), read(data, sizes)
    if whole[1]:
        assert chunked == whole
    else:
        assert not chunked[1]


@given(st.lists(any_pdu, max_size=6))
@ROUNDS
def test_good_pdus_are_all_read_and_nothing_is_left_over(pdus: list[bytes]) -> None:
    seen, readable = read(b"".join(pdus), [7])
    assert readable
    assert [one[1] for one in seen if one[0] == "pdu"] == [one for one in pdus if one[0] != P_DATA]


@given(st.binary(max_size=300), cuts)
@ROUNDS
def test_random_bytes_are_parts_or_unreadable(data: bytes, sizes: list[int]) -> None:
    read(data, sizes)


@given(st.binary(max_size=300))
@ROUNDS
def test_random_bytes_are_a_command_or_unreadable(data: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(read_command(data), Command)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
@ROUNDS
def test_a_mutated_command_set_is_a_command_or_unreadable(where: int, new: bytes) -> None:
    data = bytearray(store_command("1.2.3"))
    start = where % len(data)
    data[start : start + len(new)] = new
    with suppress(Unreadable):
        assert isinstance(read_command(bytes(data)), Command)


@given(UIDS, UIDS, st.integers(0, 0xFFFF), st.booleans())
@ROUNDS
def test_a_command_is_read_as_pynetdicom_reads_it(one: str, other: str, message_id: int, data_set: bool) -> None:
    raw = command_set(C_STORE_RQ, sop_class=one, sop_instance=other, data_set=data_set, message_id=message_id)
    known, mine = decode(BytesIO(raw), True, True), read_command(raw)
    assert (mine.field, mine.message_id, mine.has_data_set) == (known.CommandField, known.MessageID, data_set)
    assert (mine.sop_class_uid, mine.sop_instance_uid) == (known.AffectedSOPClassUID, known.AffectedSOPInstanceUID)


@given(
    UIDS,
    UIDS,
    st.integers(0, 0xFFFF),
    st.sampled_from([0x0000, 0xA700, 0xA900, 0xC000]),
    st.text("abc xyz,.", max_size=90),
    st.sampled_from([0, 7, 8, 20, 128, 1 << 16]),
)
@ROUNDS
def test_a_store_response_is_what_pynetdicom_decodes(
    sop_class: str, sop_instance: str, message_id: int, status: int, comment: str, longest: int
) -> None:
    request = Command(field=C_STORE_RQ, message_id=message_id, sop_class_uid=sop_class, sop_instance_uid=sop_instance)
    command, controls = b"", []
    for one in split(store_response(1, request, status, comment, longest)):
        assert longest == 0 or len(one) - 6 <= longest or longest == 7
        decoded = P_DATA_TF()
        decoded.decode(one)
        for value in decoded.presentation_data_value_items:
            controls.append(value.presentation_data_value[0])
            command += value.presentation_data_value[1:]
    answer = decode(BytesIO(command), True, True)
    assert controls == [COMMAND] * (len(controls) - 1) + [COMMAND | LAST]
    assert (answer.CommandField, answer.Status, answer.MessageIDBeingRespondedTo) == (0x8001, status, message_id)
    assert (answer.AffectedSOPClassUID, answer.AffectedSOPInstanceUID) == (sop_class, sop_instance)
    assert answer.CommandGroupLength == len(command) - 12
    assert str(answer.get("ErrorComment", "")).strip() == comment[:64].strip()


def split(data: bytes) -> list[bytes]:
    """Single PDUs."""
    found = []
    while data:
        end = 6 + int.from_bytes(data[2:6], "big")
        found.append(data[:end])
        data = data[end:]
    return found


@pytest.mark.parametrize("length", [0, 5, (1 << 26) + 1, 1 << 31, (1 << 32) - 1])
def test_a_length_that_no_peer_needs_is_unreadable_before_anything_is_kept(length: int) -> None:
    with pytest.raises(Unreadable):
        list(Reader().read(memoryview(b"\x04\0" + length.to_bytes(4, "big"))))


@pytest.mark.parametrize("kind", [0, 8, 0x47, 0xFF])
def test_an_unknown_pdu_is_unreadable(kind: int) -> None:
    with pytest.raises(Unreadable):
        list(Reader().read(memoryview(bytes([kind, 0, 0, 0, 0, 4]) + bytes(4))))


def test_another_pdu_than_data_is_never_long() -> None:
    with pytest.raises(Unreadable):
        list(Reader().read(memoryview(b"\x01\0" + (LONGEST_OTHER + 1).to_bytes(4, "big"))))


def test_a_fragment_is_handed_on_as_it_comes_and_never_held() -> None:
    reader = Reader()
    whole = data_pdus(1, bytes(1000), LAST)
    parts = [
        part for start in range(0, len(whole), 100) for part in reader.read(memoryview(whole)[start : start + 100])
    ]
    assert len(parts) >= 10
    assert [part.last for part in parts if isinstance(part, Piece)][-1]
    assert not reader._held
