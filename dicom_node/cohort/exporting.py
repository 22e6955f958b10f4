"""An export with its progress: the rows to a file, the pairs to a folder."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection

from config.settings import Settings
from db.questions import Filter, count, looking
from dicom_node.cohort.export import Written, export
from dicom_node.cohort.pairs import pairs
from dicom_node.cohort.privacy import Privacy
from dicom_node.console import bar

LONGEST_SECONDS = 3600.0
"""For the rows of an export; the question itself has to be answered within the caller's time first."""


def run(settings: Settings, of: Filter, privacy: Privacy, to: Path, folder: Path | None, seconds: float) -> Written:
    """Write `to`, and the NIfTI pairs to `folder` where one is given; raises `Refused`, `ExportFault`, OSError."""
    url = settings.database_url
    with looking(url, seconds) as connection:
        total = count(connection, of)
    with bar(Console(stderr=True)) as progress:
        with looking(url, LONGEST_SECONDS, identified=privacy.identified) as connection:
            task = progress.add_task("rows", total=total)
            written = export(connection, of, privacy, to, lambda done: progress.advance(task, done))
        if folder:
            with looking(url, LONGEST_SECONDS) as connection:
                _pairs(connection, settings.node.files, of, privacy, folder, total, progress)
    return written


def _pairs(
    connection: Connection, data: Path, of: Filter, privacy: Privacy, folder: Path, total: int, progress: Progress
) -> None:
    task, gone = progress.add_task("NIfTI pairs", total=total), 0
    for copied in pairs(connection, of, privacy, data, folder):
        gone += not copied
        progress.advance(task)
    progress.console.print(f"{total - gone} NIfTI pairs in {folder}; {gone} results have no files any more")
