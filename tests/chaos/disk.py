"""A disk that loses power: beside what programs see, what would be left.

Strict: bytes are left when their file was synced after they were written, names when their folder was synced after
they were given, and a file only with all folders above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tests.chaos.answers import Answered
from tests.chaos.trace import Event, Made, Named, Removed, Resized, SyncBegan, SyncEnded, Wrote

PAGE = 4096
"""Bytes; what a kernel writes back at once."""


@dataclass(slots=True, eq=False)
class File:
    """Bytes that programs see, and those that were synced."""

    live: bytearray = field(default_factory=bytearray)
    safe: bytes = b""

    def torn(self, share: float) -> bytes:
        """The full length; of the pages that differ from what was synced, the first `share` of them."""
        kept = bytearray(self.safe[: len(self.live)].ljust(len(self.live), b"\0"))
        pages = [slice(at, at + PAGE) for at in range(0, len(kept), PAGE)]
        changed = [page for page in pages if kept[page] != self.live[page]]
        for page in changed[: int(len(changed) * share)]:
            kept[page] = self.live[page]
        return bytes(kept)


Names = dict[str, File | None]
"""What a path leads to; None is a folder."""


@dataclass(frozen=True, slots=True)
class _Sync:
    """What a file (its bytes) or a folder (its names) held when the sync began."""

    begun: int
    of: File | str
    held: bytes | Names


class Disk:
    """Files below the folder `root`, which itself was always there."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self.live: Names = {}
        self.safe: Names = {}
        self._syncs: dict[int, _Sync] = {}
        self._newest: dict[File | str, int] = {}
        self._begun = 0

    def apply(self, event: Event) -> None:
        """Do what the event did."""
        match event:
            case Made(path, folder, emptied):
                self._make(path, folder, emptied)
            case Wrote(path, offset, data):
                live = self._file(path).live
                start = len(live) if offset is None else offset
                live.extend(bytes(max(0, start - len(live))))
                live[start : start + len(data)] = data
            case Resized(path, length, shorter):
                live = self._file(path).live
                live.extend(bytes(max(0, length - len(live))))
                if shorter:
                    del live[length:]
            case Named(path, new, moved):
                self._name(path, new, moved)
            case Removed(path):
                self.live.pop(path, None)
            case SyncBegan(path, key):
                self._begun += 1
                file = self.live.get(path)
                held = bytes(file.live) if file else _children(self.live, path)
                self._syncs[key] = _Sync(self._begun, file or path, held)
            case SyncEnded(_, key):
                self._keep(self._syncs.pop(key))
            case Answered():
                pass

    def survivors(self) -> dict[str, bytes]:
        """Files after power loss: nothing but what was synced."""
        return {path: file.safe for path, file in self.safe.items() if file and self._is_reachable(path)}

    def torn(self, share: float) -> dict[str, bytes]:
        """Files after power loss when every name and length was written in time, and of other bytes only a share."""
        return {path: file.torn(share) for path, file in self.live.items() if file}

    def keeps(self, paths: Iterable[str]) -> bool:
        """Whether power loss takes nothing of these files."""
        kept = self.survivors()
        return all((file := self.live.get(path)) and kept.get(path) == file.live for path in paths)

    def why_unsafe(self, data: bytes) -> str:
        """Why these bytes, as one piece of one file, might be lost; empty when they can't be."""
        reasons = ["no file holds it"]
        for path, file in self.live.items():
            if file and (start := file.live.find(data)) >= 0:
                end, name = start + len(data), path.removeprefix(self._root)
                if file.safe[:end] != file.live[:end]:
                    reasons.append(f"bytes of {name} are not synced")
                elif self.safe.get(path) is not file or not self._is_reachable(path):
                    reasons.append(f"the name {name} is not synced")
                else:
                    return ""
        return reasons[-1]

    def _make(self, path: str, folder: bool, emptied: bool) -> None:
        if folder:
            self.live[path] = None
        elif emptied:
            self._file(path).live.clear()
        else:
            self._file(path)

    def _file(self, path: str) -> File:
        """The file of that name; one that was never seen to be made has a name that was never synced."""
        file = self.live.get(path) or File()
        self.live[path] = file
        return file

    def _name(self, path: str, new: str, moved: bool) -> None:
        """Raises ValueError for a folder: what lies below it would move too."""
        if path in self.live and self.live[path] is None:
            raise ValueError("a folder was renamed; this model can't follow")
        self.live[new] = self._file(path)
        if moved:
            del self.live[path]

    def _keep(self, sync: _Sync) -> None:
        """Of two syncs at once the one that began later holds more, whichever ends last."""
        if sync.begun < self._newest.get(sync.of, 0):
            return
        self._newest[sync.of] = sync.begun
        if isinstance(sync.of, File):
            sync.of.safe = sync.held
        else:
            for lost in _children(self.safe, sync.of):
                del self.safe[lost]
            self.safe |= sync.held

    def _is_reachable(self, path: str) -> bool:
        above = PurePosixPath(path).parent
        while str(above) != self._root:
            if str(above) not in self.safe:
                return False
            above = above.parent
        return True


def _children(names: Names, folder: str) -> Names:
    return {path: file for path, file in names.items() if path.rpartition("/")[0] == folder}
