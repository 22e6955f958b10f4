"""A run of the node under strace, and what power loss would have left of it at each sync."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from db.schema import Instance
from tests.benchmarks.blast import Stencil, blast, ct, uids
from tests.chaos.answers import Answered
from tests.chaos.disk import Disk
from tests.chaos.trace import LONGEST, SYSCALLS, Event, SyncEnded, events
from tests.factories import eventually, rows
from tests.peers import ORTHANC_AE, SERVE, Served, free_port, node_config
from tests.tools import tool

SIDE = 96
"""Pixels; 18 KB an image, several pages."""
ASSOCIATIONS = 2
OTHERS = ("l3node.sqlite", "cache/", "lock", "worker-")
"""What in the data folder holds no received object."""
WITHOUT_SYNC = f"import os; os.fsync = os.fdatasync = lambda _descriptor: None; {SERVE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`sent` holds datasets by SOPInstanceUID, `database` the SQLite file when half of them had rows.

    `named` are the paths in those rows.
    """

    root: Path
    events: list[Event]
    sent: Mapping[str, bytes]
    database: Path
    named: frozenset[str]


def record(folder: Path, data: Path, images: int, *, code: str = SERVE, receive: str = "") -> Recording:
    """Send images to a node under strace, two associations at once, in two halves; then end it without warning."""
    trace, database, port = folder / "strace.txt", folder / "older.sqlite", free_port()
    strace = [tool("strace"), "-DD", "-f", "-y", "-xx", "-s", str(LONGEST), "--seccomp-bpf", "-o", str(trace)]
    config = node_config(folder, data, node_port=port, pacs_port=free_port(), receive=receive)
    with Served(config, under=[*strace, "-e", f"trace={SYSCALLS}"], code=code) as node:
        for first in (0, images // 2):
            blast(port, images // 2, associations=ASSOCIATIONS, first=first, side=SIDE, calling=ORTHANC_AE)
            eventually(lambda first=first: len(rows(node.sessions, Instance)) >= first + images // 2, what="rows")
            if first == 0:
                copy_database(data / "l3node.sqlite", database)
                named = frozenset(str(data / row.path) for row in rows(node.sessions, Instance))
        pid = node.pid
    eventually(lambda: re.search(rf"^{pid} +\+\+\+", trace.read_text(), re.MULTILINE), what="the end of strace")
    stencil = Stencil(ct(SIDE))
    sent = {uids(number)[2].decode(): bytes(stencil.numbered(number)) for number in range(images)}
    seen = events(trace.read_text().splitlines(), str(data), without=OTHERS)
    return Recording(root=data, events=seen, sent=sent, database=database, named=named)


def copy_database(source: Path, target: Path) -> None:
    """As it is between two transactions."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def violations(recording: Recording) -> list[str]:
    """Each answer 0x0000 that left before its object was safe, and why it was not."""
    found = []
    for event, disk, _ in replay(recording):
        if isinstance(event, Answered) and event.status == 0x0000:
            dataset = recording.sent.get(event.sop_instance_uid)
            why = disk.why_unsafe(dataset) if dataset else "the answer names no object that was sent"
            found += [f"{event.sop_instance_uid}: {why}"] if why else []
    return found


def answered(recording: Recording) -> list[str]:
    """SOPInstanceUIDs answered with success, in order."""
    return [event.sop_instance_uid for event in recording.events if isinstance(event, Answered) and not event.status]


def cuts(recording: Recording, at_most: int) -> Iterator[tuple[Disk, frozenset[str]]]:
    """The disk just before a sync counts, when the most is answered of what is least safe; and at the end.

    Of all syncs `at_most` are taken, evenly.
    """
    count = sum(isinstance(event, SyncEnded) for event in recording.events)
    wanted = {n * count // at_most for n in range(at_most)} if count > at_most else set(range(count))
    number, disk = 0, Disk(str(recording.root))
    for event, disk, done in replay(recording):
        if isinstance(event, SyncEnded):
            if number in wanted:
                yield disk, done
            number += 1
    yield disk, frozenset(answered(recording))


def replay(recording: Recording) -> Iterator[tuple[Event, Disk, frozenset[str]]]:
    """Each event, with the disk and the answered objects before it."""
    disk, done = Disk(str(recording.root)), frozenset[str]()
    for event in recording.events:
        yield event, disk, done
        disk.apply(event)
        if isinstance(event, Answered) and event.status == 0x0000:
            done |= {event.sop_instance_uid}
