"""Delete received images that have done their work: after a time, or earlier when the disk fills; and uploads.

Never images of a study that has no result or reason, that waits for a review, or whose results have not arrived.
"""

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from config.settings import Settings
from db import purging, uploads
from db.session import Sessions
from db.uploads import FOLDER, INCOMING

LOG = structlog.get_logger(__name__)
TO_BE_ASKED_FOR = timedelta(hours=1)
"""Time after which an upload that nobody asked for is deleted."""
AT_ONCE = 10
"""Studies of one round."""
PRESSED = 3
"""Below this many times minimum_free_bytes images go before their time; associations are refused below 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """`free` gives bytes of disk that are left, `now` aware UTC."""

    settings: Settings
    sessions: Sessions
    free: Callable[[], int]
    now: Callable[[], datetime]

    def round(self) -> None:
        """What is over its time; then, while the disk is nearly full, what may go early, reviewed studies last."""
        days = self.settings.receive.keep_images
        if days:
            self._purge(self.now() - timedelta(days=days), f"{days} days without news")
        if self._is_pressed():
            self._purge(self.now(), "the disk is nearly full")
        self._delete_uploads()

    def _delete_uploads(self) -> None:
        """Slices that people gave, after their days; and files that no row speaks of."""
        data, days = self.settings.node.files, self.settings.web.keep_uploads
        before = self.now() - timedelta(days=days)
        with self.sessions.begin() as session:
            for row in uploads.ended_before(session, before, AT_ONCE):
                shutil.rmtree(data / row.folder, ignore_errors=True)
                uploads.delete(session, row, f"deleted after {days} days", self.now())
            known = uploads.folders(session)
        for path, oldest in _left(data / FOLDER, before, self.now() - TO_BE_ASKED_FOR):
            if str(path.relative_to(data)) not in known and _changed(path) < oldest.timestamp():
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _is_pressed(self) -> bool:
        return self.free() < PRESSED * self.settings.receive.minimum_free_bytes

    def _purge(self, before: datetime, why: str) -> None:
        verifying = [to.name for to in self.settings.destination if to.verify != "none"]
        with self.sessions() as session:
            studies = purging.done_with(session, before, verifying, AT_ONCE)
        for study_id in studies:
            with self.sessions.begin() as session:  # holds the lock: nobody asks for these images meanwhile
                if study_id not in purging.done_with(session, before, verifying, AT_ONCE):
                    continue
                gone = purging.images(session, study_id)
                for name in gone:
                    (self.settings.node.files / name).unlink(missing_ok=True)
                purging.purged(session, study_id, why, self.now())
            LOG.info("images.purged", study=study_id, images=len(gone), why=why)


def _left(uploaded: Path, before: datetime, just: datetime) -> Iterator[tuple[Path, datetime]]:
    """Folders of slices and files that came in, each with the time before which it may be left over."""
    yield from ((path, before) for path in uploaded.glob("*") if path.name != INCOMING)
    yield from ((path, just) for path in (uploaded / INCOMING).glob("*"))


def _changed(path: Path) -> float:
    """When it was changed last; never for one that was moved meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf
