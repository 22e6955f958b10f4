"""The judge of the power-loss test: what counts as safe when an answer leaves, in lines as strace prints them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pynetdicom.dimse_messages import C_ECHO_RSP, C_STORE_RSP
from pynetdicom.dimse_primitives import C_ECHO, C_STORE
from pynetdicom.pdu import P_DATA_TF

from tests.chaos.answers import Answered, Answers
from tests.chaos.disk import PAGE, Disk
from tests.chaos.power import Recording, answered, violations
from tests.chaos.trace import Made, Named, SyncBegan, SyncEnded, Wrote, events

ROOT, FOLDER, FILE = "/data", "/data/spool", "/data/spool/1.dcm"
UID, DATA = "1.2.3.4", b"header UID 1.2.3.4 pixels"
SOCKET = "socket:[7]"


def shown(text: str | bytes) -> str:
    """As strace -xx prints it."""
    return "".join(f"\\x{byte:02x}" for byte in (text.encode() if isinstance(text, str) else text))


def at(path: str, descriptor: int = 3) -> str:
    """A descriptor as strace -y prints it."""
    return f"{descriptor}<{shown(path)}>"


def answer(status: int = 0, uid: str | None = UID) -> bytes:
    """A C-STORE-RSP as pynetdicom sends it."""
    return pdus(C_STORE(), C_STORE_RSP(), Status=status, AffectedSOPInstanceUID=uid, AffectedSOPClassUID="1.2")


def pdus(primitive: Any, message: Any, **attributes: Any) -> bytes:
    for name, value in (attributes | {"MessageIDBeingRespondedTo": 1}).items():
        setattr(primitive, name, value)
    message.primitive_to_message(primitive)
    return b"".join(P_DATA_TF(part).encode() for part in message.encode_msg(1, 16384))


def sent(data: bytes, process: int = 1) -> str:
    return f'{process} sendto({at(SOCKET, 9)}, "{shown(data)}", {len(data)}, 0, NULL, 0) = {len(data)}'


def wrote(data: bytes, process: int = 1) -> str:
    return f'{process} write({at(FILE)}, "{shown(data)}", {len(data)}) = {len(data)}'


def synced(path: str, process: int = 1) -> str:
    return f"{process} fsync({at(path)}) = 0"


ACCEPTED = sent(b"\x02\0\0\0\0\0")
FOLDER_MADE = f'1     mkdir("{shown(FOLDER)}", 0700) = 0'
ROOT_SYNCED, FOLDER_SYNCED, FILE_SYNCED = synced(ROOT), synced(FOLDER), f"1 fdatasync({at(FILE)}) = 0"
MADE = f'1 openat(AT_FDCWD<{shown("/")}>, "{shown(FILE)}", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = {at(FILE)}'
WRITTEN = wrote(DATA)
SENT = sent(answer())
BEFORE = [ACCEPTED, FOLDER_MADE, ROOT_SYNCED]


def recording(lines: Iterable[str], data: bytes = DATA) -> Recording:
    return Recording(
        root=Path(ROOT), events=events(lines, ROOT), sent={UID: data}, database=Path(), named=frozenset()
    )


def faults(*lines: str) -> list[str]:
    """What the judge says about a run that answers one object at its end."""
    run = recording([*BEFORE, *lines])
    assert answered(run) == [UID]
    return [fault.removeprefix(f"{UID}: ") for fault in violations(run)]


def split(line: str, *between: str) -> list[str]:
    """The call begins, others come between, then it returns; as `strace -f` prints it."""
    process, _, call = line.partition(" ")
    name = call.lstrip().partition("(")[0]
    start, _, end = call.rpartition(") = ")
    return [f"{process} {start} <unfinished ...>", *between, f"{process} <... {name} resumed>) = {end}"]


def test_a_file_and_its_name_synced_before_the_answer_are_safe() -> None:
    assert faults(MADE, WRITTEN, FILE_SYNCED, FOLDER_SYNCED, SENT) == []


def test_the_folder_may_be_synced_before_the_bytes_but_not_before_the_name() -> None:
    assert faults(MADE, FOLDER_SYNCED, WRITTEN, FILE_SYNCED, SENT) == []
    assert faults(FOLDER_SYNCED, MADE, WRITTEN, FILE_SYNCED, SENT) == ["the name /spool/1.dcm is not synced"]


@pytest.mark.parametrize(
    "lines",
    [
        [MADE, WRITTEN, FOLDER_SYNCED, SENT],
        [MADE, FILE_SYNCED, WRITTEN, FOLDER_SYNCED, SENT],
        [MADE, WRITTEN, FOLDER_SYNCED, SENT, FILE_SYNCED],
        [MADE, wrote(DATA[:9]), FILE_SYNCED, wrote(DATA[9:]), FOLDER_SYNCED, SENT],
        [MADE, WRITTEN, f"1 fdatasync({at(FILE)}) = -1 EIO (Input/output error)", FOLDER_SYNCED, SENT],
        [MADE, *split(WRITTEN, FILE_SYNCED.replace("1 ", "2 ", 1)), FOLDER_SYNCED, SENT],
        [MADE, WRITTEN, FOLDER_SYNCED, *split(FILE_SYNCED, SENT.replace("1 ", "2 ", 1))],
        [MADE, WRITTEN, FOLDER_SYNCED, *split(SENT, FILE_SYNCED.replace("1 ", "2 ", 1))],
    ],
    ids=[
        "never",
        "before the write",
        "after the answer",
        "between two writes",
        "failed",
        "while the write runs",
        "returns after the answer",
        "runs while the answer leaves",
    ],
)
def test_bytes_that_were_not_synced_when_the_answer_left_are_told(lines: list[str]) -> None:
    assert faults(*lines) == ["bytes of /spool/1.dcm are not synced"]


def test_a_folder_whose_own_name_was_not_synced_loses_its_files() -> None:
    run = recording([ACCEPTED, FOLDER_MADE, MADE, WRITTEN, FILE_SYNCED, FOLDER_SYNCED, SENT])
    assert violations(run) == [f"{UID}: the name /spool/1.dcm is not synced"]


def test_a_sync_that_began_earlier_takes_nothing_from_one_that_began_later() -> None:
    early = split(synced(FOLDER, 2), MADE, *split(synced(FOLDER, 3), WRITTEN))
    assert faults(*early, FILE_SYNCED, SENT) == []


def test_a_file_that_is_renamed_needs_its_new_name_synced() -> None:
    new = "/data/spool/2.dcm"
    rename = f'1 renameat({at(FOLDER)}, "{shown("1.dcm")}", {at(FOLDER)}, "{shown("2.dcm")}") = 0'
    before = [MADE, WRITTEN, FILE_SYNCED, FOLDER_SYNCED, rename]
    assert faults(*before, SENT) == [f"the name {new.removeprefix(ROOT)} is not synced"]
    assert faults(*before, FOLDER_SYNCED, SENT) == []


def test_bytes_may_come_in_pieces_and_into_a_file_that_was_allocated_before() -> None:
    allocated = f"1 fallocate({at(FILE)}, 0, 0, {len(DATA)}) = 0"
    tail = f'1 pwrite64({at(FILE)}, "{shown(DATA[9:])}", {len(DATA) - 9}, 9) = {len(DATA) - 9}'
    vector = f'[{{iov_base="{shown(DATA[:4])}", iov_len=4}}, {{iov_base="{shown(DATA[4:9])}", iov_len=5}}], 2'
    head = f"1 writev({at(FILE)}, {vector}) = 9"
    assert faults(MADE, allocated, FILE_SYNCED, tail, head, FILE_SYNCED, FOLDER_SYNCED, SENT) == []
    assert faults(MADE, allocated, FILE_SYNCED, tail, head, FOLDER_SYNCED, SENT) != []


def test_a_short_write_counts_for_what_it_took() -> None:
    short = f'1 write({at(FILE)}, "{shown(DATA)}", {len(DATA)}) = 5'
    assert faults(MADE, short, wrote(DATA[5:]), FILE_SYNCED, FOLDER_SYNCED, SENT) == []
    assert faults(MADE, short, FILE_SYNCED, FOLDER_SYNCED, SENT) == ["no file holds it"]


def test_an_answer_that_names_nothing_that_was_sent_is_told() -> None:
    run = recording([*BEFORE, sent(answer(uid="1.2.3.9"))])
    assert violations(run) == ["1.2.3.9: the answer names no object that was sent"]


def test_a_failure_needs_nothing_to_be_safe() -> None:
    assert violations(recording([*BEFORE, sent(answer(0xA700))])) == []


def test_a_string_that_strace_cut_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="only part"):
        recording([MADE, WRITTEN.replace('", ', '"..., ')])


def test_answers_are_read_across_the_edges_of_sends_and_among_other_messages() -> None:
    echo = pdus(C_ECHO(), C_ECHO_RSP(), Status=0, AffectedSOPClassUID="1.2")
    stream, answers = b"\x02\0\0\0\0\0" + echo + answer() + answer(0xA700), Answers()
    pieces = [stream[:100], stream[100:101], stream[101:]]
    found = [one for piece in pieces for one in answers.feed((SOCKET, piece))]
    assert found == [Answered(UID, 0), Answered(UID, 0xA700)]


def test_what_goes_into_other_sockets_is_no_answer() -> None:
    assert Answers().feed((SOCKET, answer())) == []


def disk(*applied: Any) -> Disk:
    made = Disk(ROOT)
    for event in applied:
        made.apply(event)
    return made


def test_power_loss_leaves_what_was_synced_and_at_worst_torn_pages_after_it() -> None:
    one, two, three = (bytes([n]) * PAGE for n in (1, 2, 3))
    cut = disk(
        Made(FILE),
        SyncBegan(ROOT, 1),
        SyncEnded(ROOT, 1),
        Wrote(FILE, 0, one),
        SyncBegan(FILE, 2),
        SyncEnded(FILE, 2),
        Wrote(FILE, None, two + three),
    )
    assert cut.survivors() == {}
    assert cut.torn(0) == {FILE: one + bytes(2 * PAGE)}
    assert cut.torn(0.5) == {FILE: one + two + bytes(PAGE)}
    for event in (Made(FOLDER, folder=True), SyncBegan(ROOT, 3), SyncEnded(ROOT, 3)):
        cut.apply(event)
    cut.apply(SyncBegan(FOLDER, 4))
    cut.apply(SyncEnded(FOLDER, 4))
    assert cut.survivors() == {FILE: one}


def test_a_renamed_folder_is_more_than_the_model_knows() -> None:
    with pytest.raises(ValueError, match="folder"):
        disk(Made(FOLDER, folder=True), Named(FOLDER, "/data/other", moved=True))
