"""Results as files: encoded once, durable before their rows, never half there."""

import hashlib
import shutil
from pathlib import Path

from db.results import Stored
from dicom_node import basis
from dicom_node.durable import sync_folder, write_durably
from dicom_node.folders import result_folder
from dicom_node.job import Choice, Measured


def store(data: Path, key: str, outcome: Measured, attempt: int | None = None) -> tuple[Stored, ...]:
    """Write the objects of a result below `data`/results; they are on disk when this returns.

    Where other hosts may hold this one for gone and try again, each `attempt` has a folder of its own: a host that
    wakes up late writes over nothing.
    """
    folder = _made(data, key, attempt)
    stored = []
    for encoded in outcome.objects:
        path = folder / f"{encoded.kind}.dcm"
        write_durably(path, encoded.data)
        stored.append(
            Stored(
                kind=encoded.kind,
                sop_class_uid=encoded.sop_class_uid,
                sop_instance_uid=encoded.sop_instance_uid,
                series_instance_uid=encoded.series_instance_uid,
                path=str(path.relative_to(data)),
                sha256=hashlib.sha256(encoded.data).hexdigest(),
                size_bytes=len(encoded.data),
            )
        )
    write_durably(folder / "image.nii.gz", outcome.image_nii)
    write_durably(folder / "label.nii.gz", outcome.label_nii)
    _keep(folder, outcome)
    _sync(folder, attempt)
    return tuple(stored)


def store_choice(data: Path, key: str, choice: Choice, attempt: int | None = None) -> None:
    """The same for a series of which nothing was measured: what a person chooses a slice from."""
    folder = _made(data, key, attempt)
    _keep(folder, choice)
    _sync(folder, attempt)


def _made(data: Path, key: str, attempt: int | None) -> Path:
    folder = result_folder(data, key) / (str(attempt) if attempt else "")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep(folder: Path, outcome: Measured | Choice) -> None:
    write_durably(folder / basis.NAME, outcome.basis_npz)
    for name, picture in (("evidence.png", outcome.evidence_png), ("around.webp", outcome.around_webp)):
        if picture:
            write_durably(folder / name, picture)


def _sync(folder: Path, attempt: int | None) -> None:
    for above in (folder, *folder.parents[: 3 if attempt else 2]):
        sync_folder(above)


def forget_other_attempts(data: Path, key: str, attempt: int) -> None:
    """Delete what earlier attempts at a result left, now that one has been recorded."""
    for folder in result_folder(data, key).glob("*"):
        if folder.name.isdigit() and folder.name != str(attempt):
            shutil.rmtree(folder, ignore_errors=True)


def forget_attempt(data: Path, key: str, attempt: int) -> None:
    """Delete what an attempt wrote whose result came too late to be recorded."""
    shutil.rmtree(result_folder(data, key) / str(attempt), ignore_errors=True)
