"""What crashes leave behind, put in order: a rule for each kind of file, and no result deleted that a row may miss.

A folder of results whose analysis ended without an object was left by an interrupted store and is deleted.  One
that no row knows is moved to `results/unknown` and stays there: the database may have been restored from a backup.
"""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import structlog

from db.kept import Claim, claims
from db.session import Sessions, looking

LOG = structlog.get_logger(__name__)
UNKNOWN = "unknown"
AT_ONCE = 500
"""Folders asked about in one query."""


def sweep(data: Path, sessions: Sessions) -> None:
    """Put the results in order, part by part; safe beside running analyses, whose rows come before their files."""
    found = _folders(data / "results")
    while batch := {folder.name: folder for folder in islice(found, AT_ONCE)}:
        with looking(sessions) as session:
            claimed = claims(session, batch.keys())
        for key, claim in claimed.items():
            if claim is Claim.LEFT:
                shutil.rmtree(batch[key])
                LOG.info("results.leftover_deleted", key=key)
            elif claim is Claim.UNKNOWN:
                _put_aside(data, batch[key])


def before_start(data: Path, mark: str = "") -> None:
    """Delete what was being written when the node stopped, and empty folders of the spool; nobody writes yet.

    `mark` is that of one receiver among many, whose own folders these are; the others go on writing.
    """
    for part in () if mark else (data / "results").glob("*/*/.*.part"):
        part.unlink()
    for folder in (data / "spool" / "incoming").glob(f"{mark}*"):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _folders(results: Path) -> Iterator[Path]:
    """The folder of each request key."""
    for above in sorted(results.glob("[0-9a-f][0-9a-f]")):
        yield from sorted(above.iterdir())


def _put_aside(data: Path, folder: Path) -> None:
    aside = data / "results" / UNKNOWN
    aside.mkdir(mode=0o700, exist_ok=True)
    target = aside / folder.name
    if target.exists():  # put aside before, and made anew since by a database that was restored again
        target = aside / f"{folder.name}-{len(list(aside.glob(f'{folder.name}*')))}"
    folder.rename(target)
    LOG.warning("results.unknown_put_aside", key=folder.name)
