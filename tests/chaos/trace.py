"""What `strace -f -y -xx` wrote, as events on files and C-STORE answers, in the order that counts for power loss.

A write counts when it has returned, an answer when its call begins.  A sync keeps what had been written when it
began, and keeps it only from when it has returned.  Pure: lines in, events out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from tests.chaos.answers import Answered, Answers

SYSCALLS = (
    "openat,open,creat,mkdir,mkdirat,rmdir,write,writev,pwrite64,pwritev,pwritev2,fallocate,ftruncate,lseek,"
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,fdatasync,close,sendto,sendmsg"
)
LONGEST = 4 * 2**20
"""Bytes of one string that strace is told to print; more in one call is an error here."""
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
WHOLE = re.compile(r"(\w+)\((.*)\)\s+= (\d+)(.*)")
HEX = r"((?:\\x[0-9a-f]{2})*)"
TEXT = re.compile(rf'"{HEX}"(\.\.\.)?')
PATH = re.compile(rf"<{HEX}>(\(deleted\))?")
SOCKET = "socket:"


@dataclass(frozen=True, slots=True)
class Made:
    """A file or folder has a name; a file that had it stays, cut to nothing where `emptied`."""

    path: str
    folder: bool = False
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes of a file; `offset` None is its end."""

    path: str
    offset: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """A file's new length; `shorter` false only lets it grow, with zeros."""

    path: str
    length: int
    shorter: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """A file has a second name, or with `moved` another one."""

    path: str
    new: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A name is gone."""

    path: str


@dataclass(frozen=True, slots=True)
class SyncBegan:
    """fsync or fdatasync of a file or folder is called; `key` finds its end."""

    path: str
    key: int


@dataclass(frozen=True, slots=True)
class SyncEnded:
    """It has returned without an error."""

    path: str
    key: int


Event = Made | Wrote | Resized | Named | Removed | SyncBegan | SyncEnded | Answered


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that did not fail: arguments as printed, and the lines on which it began and ended."""

    name: str
    arguments: str
    result: int
    returned: str
    began: int
    ended: int

    @property
    def words(self) -> list[str]:
        """Arguments; those of a structure or an array come apart, which none of ours is read by."""
        return self.arguments.split(", ")

    @property
    def texts(self) -> list[bytes]:
        """Every string; raises ValueError when strace has cut one short."""
        found = TEXT.findall(self.arguments)
        if any(cut for _, cut in found):
            raise ValueError(f"{self.name}: strace printed only part of a string")
        return [_bytes(text) for text, _ in found]

    @property
    def paths(self) -> list[str]:
        """Where the descriptors point, in order; empty for a file that has no name any more."""
        return [
            "" if deleted else _bytes(path).decode(errors="replace") for path, deleted in PATH.findall(self.arguments)
        ]

    @property
    def data(self) -> bytes:
        """The bytes that were taken."""
        return b"".join(self.texts)[: self.result]


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Calls that returned without an error, in the order of their return."""
    open_calls: dict[str, tuple[str, int]] = {}
    for moment, line in enumerate(lines):
        process, _, said = line.strip().partition(" ")
        said, began = said.lstrip(), moment
        if said.endswith(UNFINISHED):
            open_calls[process] = said.removesuffix(UNFINISHED), moment
            continue
        if (resumed := RESUMED.match(said)) and process in open_calls:
            start, began = open_calls.pop(process)
            said = start + said[resumed.end() :]
        if whole := WHOLE.fullmatch(said):
            name, arguments, result, returned = whole.groups()
            yield Call(name, arguments, int(result), returned, began, moment)


def events(lines: Iterable[str], root: str, without: tuple[str, ...] = ()) -> list[Event]:
    """Events on what lies below the folder `root` and every C-STORE answer, in the order that counts.

    Names in `root` that begin as `without` says are left out.
    """
    reader = _Reader(root.rstrip("/") + "/", without)
    found = [entry for call in calls(lines) for entry in reader.read(call)]
    answers = Answers()
    return [
        event
        for _, entry in sorted(found, key=lambda entry: entry[0])
        for event in (answers.feed(entry) if isinstance(entry, tuple) else [entry])
    ]


Entry = tuple[int, Event | tuple[str, bytes]]
"""A line number with an event, or with a socket and what goes into it."""


class _Reader:
    """Follows the position of each open file, which strace does not print."""

    def __init__(self, root: str, without: tuple[str, ...]) -> None:
        self._root, self._without = root, tuple(root + name for name in without)
        self._positions: dict[tuple[str, str], int | None] = {}

    def read(self, call: Call) -> Iterator[Entry]:
        read = READERS.get(call.name)
        if read:
            yield from read(self, call)

    def opened(self, call: Call) -> Iterator[Entry]:
        (path,) = [_bytes(path).decode() for path, _ in PATH.findall(call.returned)] or [""]
        if not self._ours(path) or "O_DIRECTORY" in call.arguments:
            return
        self._positions[str(call.result), path] = None if "O_APPEND" in call.arguments else 0
        if "O_CREAT" in call.arguments or call.name == "creat":
            yield call.ended, Made(path, emptied="O_TRUNC" in call.arguments or call.name == "creat")

    def wrote(self, call: Call) -> Iterator[Entry]:
        """write and writev: to a file at its position, to a socket as they come."""
        (path, *_), descriptor = call.paths or [""], call.words[0].partition("<")[0]
        if path.startswith(SOCKET):
            yield from self.sent(call)
        elif self._ours(path):
            at = self._positions.get((descriptor, path), 0)
            yield call.ended, Wrote(path, at, call.data)
            self._positions[descriptor, path] = None if at is None else at + call.result

    def wrote_at(self, call: Call, word: int) -> Iterator[Entry]:
        """pwrite64 and its kin; the offset is argument `word`."""
        if self._ours(path := call.paths[0]):
            yield call.ended, Wrote(path, int(call.words[word]), call.data)

    def sought(self, call: Call) -> Iterator[Entry]:
        descriptor, path = call.words[0].partition("<")[0], call.paths[0]
        if self._positions.get((descriptor, path)) is not None:
            self._positions[descriptor, path] = call.result
        yield from ()

    def truncated(self, call: Call) -> Iterator[Entry]:
        if self._ours(path := call.paths[0]):
            yield call.ended, Resized(path, int(call.words[1]))

    def allocated(self, call: Call) -> Iterator[Entry]:
        """Raises ValueError on a mode that changes bytes."""
        if self._ours(path := call.paths[0]):
            _, mode, offset, length = call.words
            if mode not in ("0", "FALLOC_FL_KEEP_SIZE"):
                raise ValueError(f"fallocate {mode} is not known here")
            if mode == "0":
                yield call.ended, Resized(path, int(offset) + int(length), shorter=False)

    def made_folder(self, call: Call) -> Iterator[Entry]:
        if self._ours(path := _named(call)[0]):
            yield call.ended, Made(path, folder=True)

    def removed(self, call: Call) -> Iterator[Entry]:
        if self._ours(path := _named(call)[0]):
            yield call.ended, Removed(path)

    def named(self, call: Call, *, moved: bool) -> Iterator[Entry]:
        old, new = _named(call)
        if self._ours(old) or self._ours(new):
            yield call.ended, Named(old, new, moved)

    def synced(self, call: Call) -> Iterator[Entry]:
        path = call.paths[0]
        if self._ours(path) or path + "/" == self._root:
            yield call.began, SyncBegan(path, call.ended)
            yield call.ended, SyncEnded(path, call.ended)

    def sent(self, call: Call) -> Iterator[Entry]:
        if call.paths and call.paths[0].startswith(SOCKET):
            yield call.began, (call.paths[0], call.data)

    def closed(self, call: Call) -> Iterator[Entry]:
        if call.paths and call.paths[0].startswith(SOCKET):
            yield call.ended, (call.paths[0], b"")

    def _ours(self, path: str) -> bool:
        return path.startswith(self._root) and not path.startswith(self._without)


READERS: dict[str, Callable[[_Reader, Call], Iterator[Entry]]] = {
    **dict.fromkeys(("openat", "open", "creat"), _Reader.opened),
    **dict.fromkeys(("write", "writev"), _Reader.wrote),
    **dict.fromkeys(("pwrite64", "pwritev"), partial(_Reader.wrote_at, word=-1)),
    "pwritev2": partial(_Reader.wrote_at, word=-2),
    "lseek": _Reader.sought,
    "ftruncate": _Reader.truncated,
    "fallocate": _Reader.allocated,
    **dict.fromkeys(("mkdir", "mkdirat"), _Reader.made_folder),
    **dict.fromkeys(("rmdir", "unlink", "unlinkat"), _Reader.removed),
    **dict.fromkeys(("rename", "renameat", "renameat2"), partial(_Reader.named, moved=True)),
    **dict.fromkeys(("link", "linkat"), partial(_Reader.named, moved=False)),
    **dict.fromkeys(("fsync", "fdatasync"), _Reader.synced),
    **dict.fromkeys(("sendto", "sendmsg"), _Reader.sent),
    "close": _Reader.closed,
}


def _bytes(printed: str) -> bytes:
    return bytes.fromhex(printed.replace("\\x", ""))


def _named(call: Call) -> list[str]:
    """Paths given as strings, each below the folder descriptor that stands before it where it is relative."""
    folder, found = "", list[str]()
    for word in call.words:
        if (text := TEXT.fullmatch(word)) is not None:
            found.append(str(PurePosixPath(folder) / _bytes(text[1]).decode()))
        elif (path := PATH.search(word)) is not None:
            folder = _bytes(path[1]).decode()
    return found
