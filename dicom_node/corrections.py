"""Corrected cases as a folder that `l3node train` takes: the pairs, and a word on where they come from."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from sqlalchemy.orm import Session

from db.corrected import corrected
from db.schema import Analysis
from inference.slice_files import IMAGE, LABEL
from inference.training.card import SOURCE

WORDS = """Slices at mid L3, {count} cases of {when:%d %B %Y}; reviewers of this node corrected or painted them.
They show patients: the site's own rules and consent decide what may be done with them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One pair; `folder` holds image.nii.gz and label.nii.gz."""

    name: str
    folder: Path

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """(name in the training folder, where it lies now)."""
        return ((self.name + IMAGE, self.folder / "image.nii.gz"), (self.name + LABEL, self.folder / "label.nii.gz"))


def cases(session: Session, data: Path) -> list[Case]:
    """The corrected results whose files are there."""
    found = [_case(row, data) for row in corrected(session) if row.artifacts]
    return [case for case in found if all(path.is_file() for _, path in case.files)]


def _case(row: Analysis, data: Path) -> Case:
    return Case(name=f"case{row.id:06d}", folder=(data / row.artifacts[0].path).parent)


def written(found: Sequence[Case], out: Path, now: datetime) -> Iterator[Case]:
    """Write them into a folder, each told when it is there."""
    out.mkdir(parents=True, exist_ok=True)
    (out / SOURCE).write_text(_words(found, now))
    for case in found:
        for name, path in case.files:
            (out / name).write_bytes(path.read_bytes())
        yield case


def zipped(found: Sequence[Case], now: datetime) -> Iterator[bytes]:
    """They as one ZIP file, part by part: what is packed already is not packed again."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(SOURCE, _words(found, now))
        for name, path in (pair for case in found for pair in case.files):
            if path.is_file():  # forgotten while it was being downloaded
                packed.write(path, name)
            yield pipe.taken()
    yield pipe.taken()


def _words(found: Sequence[Case], now: datetime) -> str:
    return WORDS.format(count=len(found), when=now)


class _Pipe:
    """What `zipfile` writes, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing to do."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
