"""Rows as a file in parts, for who downloads them: CSV or Parquet, a page of rows at a time.

Between two pages no transaction is open: who downloads slowly keeps nobody from writing.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Any, Literal

from db.questions import Filter, following, looking
from dicom_node.cohort.export import WRITERS, Written, arrow, schema_of
from dicom_node.cohort.privacy import Privacy
from dicom_node.cohort.rows import Asked, Snapshot

Form = Literal["csv", "parquet"]
PAGE = 10_000


def stream(url: str, of: Filter, privacy: Privacy, form: Form, seconds: float) -> Generator[bytes, None, Written]:
    """The file, and at its end what was in it."""
    asked, snapshot, rows, parts = Asked(privacy), Snapshot(), 0, _Parts()
    with WRITERS[form](parts, schema_of(asked)) as writer:  # type: ignore[arg-type]
        for page in _pages(url, of, asked, seconds):
            snapshot.add(asked.keys(page))
            writer.write(arrow(asked, page))
            rows += len(page)
            yield parts.taken()
    yield parts.taken()
    return Written(rows=rows, snapshot=snapshot.id)


def _pages(url: str, of: Filter, asked: Asked, seconds: float) -> Iterator[list[Sequence[Any]]]:
    after, identified = 0, asked.privacy.identified
    while True:
        with looking(url, seconds, identified=identified) as connection:
            rows = connection.execute(following(of, asked.names, after, PAGE, identified=identified)).all()
        if not rows:
            return
        yield [row[1:] for row in rows]
        after = rows[-1][0]


class _Parts:
    """A file that is written to here and taken away there."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._length += len(data)
        return len(data)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        """What was written since this was called last."""
        data, self._parts = b"".join(self._parts), []
        return data
