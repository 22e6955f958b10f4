"""One attempt at a slice that somebody uploaded, and what becomes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import structlog

from db import uploads
from db.schema import Upload
from dicom_node import basis
from dicom_node.durable import sync_folder, write_durably
from dicom_node.job import NotMeasured, Segmented, Single
from dicom_node.steps.desk import Desk
from dicom_node.work.bench import Closed, JobFailed, WorkerLost
from dicom_node.work.engine import Work

LOG = structlog.get_logger(__name__)
IMAGE, REFERENCE = "image", "reference"
"""Names of what was uploaded, as it came."""
Segment: TypeAlias = Callable[[Single], Segmented | NotMeasured]


def segment(desk: Desk, ask: Segment, work: Work) -> None:
    """One attempt at one upload; `ask` has a worker do it."""
    with desk.sessions.begin() as session:
        row = uploads.take(session, work.id, desk.now())
    if row is None:
        return
    folder = desk.data / row.folder
    try:
        outcome = ask(_single(row, folder))
    except Closed:
        return  # the node is stopping; the row is tried again after the next start
    except (WorkerLost, JobFailed) as lost:
        _give_up(desk, row, str(lost) if isinstance(lost, JobFailed) else "it ended its worker")
    else:
        _finish(desk, row, folder, outcome)


def _single(row: Upload, folder: Path) -> Single:
    reference = folder / REFERENCE
    return Single(image=folder / IMAGE, reference=reference if reference.is_file() else None, fold=row.fold)


def _finish(desk: Desk, row: Upload, folder: Path, outcome: Segmented | NotMeasured) -> None:
    refusal = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, NotMeasured) else None
    if isinstance(outcome, Segmented):
        _store(folder, outcome)
    with desk.sessions.begin() as session:
        uploads.finish(session, row.id, row.attempt, desk.now(), refusal)
    LOG.info("upload.ended", id=row.id, refused=refusal is not None)


def _store(folder: Path, outcome: Segmented) -> None:
    files = {
        "image.nii.gz": outcome.image_nii,
        "label.nii.gz": outcome.label_nii,
        "reference.nii.gz": outcome.reference_nii,
        basis.NAME: outcome.basis_npz,
    }
    for name, data in files.items():
        if data is not None:
            write_durably(folder / name, data)
    sync_folder(folder)


def _give_up(desk: Desk, row: Upload, why: str) -> None:
    LOG.error("upload.failed", id=row.id, attempt=row.attempt)
    with desk.sessions.begin() as session:
        uploads.give_up(session, row.id, row.attempt, why.partition(":")[0], desk.now())
