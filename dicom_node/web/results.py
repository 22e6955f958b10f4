"""The files of a result, as the routes want them: found by the analysis, checked against its slice."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from fastapi import HTTPException, Request
from sqlalchemy.orm import Session

from db import body
from db.schema import Analysis
from db.session import reading
from dicom_node import basis, folders
from dicom_node.web.pictures import Slice, read_labels, read_slice
from dicom_node.web.room import Room, room_of
from inference.ct import CtSlice
from inference.ensemble import mean_dice
from inference.labels import LabelMap, Tissue
from reporting.finding import Person, TissueNumbers
from reporting.measure import measure

IMAGE, LABELS, EVIDENCE, AROUND = "image.nii.gz", "label.nii.gz", "evidence.png", "around.webp"
REFERENCE = "reference.nii.gz"
"""The labels of another reader, beside an uploaded slice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of one result; `height_m` is the patient's, for the index."""

    folder: Path
    height_m: float | None = None

    def path(self, name: str) -> Path:
        """One of them; raises 404."""
        if not (found := self.folder / name).is_file():
            raise HTTPException(404, "this result has no such file")
        return found

    @property
    def slice(self) -> Slice:
        """The slice in HU."""
        return read_slice(self.path(IMAGE))

    @property
    def labels(self) -> LabelMap:
        """The labels of the result."""
        return read_labels(self.path(LABELS))

    @property
    def basis(self) -> basis.Basis | None:
        """What a revision rests on; None for a result of a time before it was kept."""
        path = self.folder / basis.NAME
        return basis.read(path) if path.is_file() else None

    @property
    def reference(self) -> LabelMap | None:
        """The labels of another reader, where there are some."""
        path = self.folder / REFERENCE
        return read_labels(path) if path.is_file() else None

    def painted(self, packed: bytes | None) -> LabelMap:
        """What was painted and saved, else the labels of the result."""
        return self.labels if packed is None else self.given(zlib.decompress(packed))

    def given(self, body: bytes) -> LabelMap:
        """Labels that a page sends: one byte a pixel, row by row, plain or as zlib packs them; raises 422."""
        shape = self.labels.shape
        pixels = shape[0] * shape[1]
        labels = np.frombuffer(body if len(body) == pixels else _inflated(body, pixels), np.uint8)
        if labels.size != shape[0] * shape[1] or labels.max(initial=0) > max(Tissue):
            raise HTTPException(422, f"{shape[0]} x {shape[1]} labels of 0 to {max(Tissue):d} are expected")
        return labels.reshape(shape).copy()


def _inflated(body: bytes, most: int) -> bytes:
    """What was packed, no more than `most` bytes and one; nothing where it was not packed."""
    try:
        return zlib.decompressobj().decompress(body, most + 1)
    except zlib.error:
        return b""


def folder_of(room: Room, analysis: Analysis | None) -> Path | None:
    """Where the files of a result lie; None where there are none."""
    return folders.folder_of(room.data, analysis) if analysis else None


def files_in(session: Session, room: Room, analysis_id: int) -> Files:
    """The files of one result; raises 404."""
    analysis = session.get(Analysis, analysis_id)
    folder = folder_of(room, analysis)
    if analysis is None or folder is None:
        raise HTTPException(404, "there is no such result")
    return Files(folder=folder, height_m=height_of(session, room, analysis))


def height_of(session: Session, room: Room, analysis: Analysis) -> float | None:
    """The height that a new revision would have: the one stated last, else that of the result."""
    stated = body.stated(session, room.key_of(analysis.study)).height_m
    return stated or (analysis.measurement.height_m if analysis.measurement else None)


def files_of(request: Request, analysis_id: int) -> Files:
    """The same, in a transaction of its own."""
    room = room_of(request)
    with reading(room.engine) as session:
        return files_in(session, room, analysis_id)


def numbers(files: Files, labels: LabelMap) -> dict[str, Any]:
    """Areas and HU of painted labels by the node's own `measure`, and their Dice against the labels of the result."""
    seen, automatic = files.slice, files.labels
    ct = CtSlice(hu=seen.hu, spacing_mm=seen.spacing_mm, thickness_mm=1.0)
    measured = measure(ct, labels, Person(height_m=files.height_m))
    per_tissue = {tissue.name.lower(): one for tissue, one in measured.tissues.items()} | {"total": measured.total}
    return {
        "tissues": {name: _plain(one) for name, one in per_tissue.items()},
        "smi_m29_150_cm2_m2": measured.smi_m29_150,
        "dice": {
            tissue.name.lower(): mean_dice(np.stack([(labels == tissue).ravel(), (automatic == tissue).ravel()]))
            for tissue in Tissue
        }
        | {"total": mean_dice(np.stack([(labels > 0).ravel(), (automatic > 0).ravel()]))},
        "reference": _against(files.reference, labels, seen.spacing_mm),
    }


def _against(reference: LabelMap | None, labels: LabelMap, spacing_mm: tuple[float, float]) -> dict[str, Any] | None:
    """Dice and HD95 (mm) for each tissue and all muscle; a sentence where one can't be computed."""
    if reference is None:
        return None
    from reporting.agreement import Number, dice, hd95  # brings scipy.stats, for this page only

    def plain(number: Number) -> float | str:
        return number if isinstance(number, float) else str(number)

    masks = {tissue.name.lower(): (labels == tissue, reference == tissue) for tissue in Tissue}
    masks["total"] = (labels > 0, reference > 0)
    return {
        name: {"dice": plain(dice(one, other)), "hd95": plain(hd95(one, other, spacing_mm))}
        for name, (one, other) in masks.items()
    }


def with_labels(like: Path, labels: LabelMap) -> bytes:
    """A file as `like`, in the same place of the patient, with other labels."""
    image: Any = nibabel.load(like)
    made = nibabel.Nifti1Image(np.ascontiguousarray(labels.T[:, :, np.newaxis]), image.affine, image.header)
    return gzip.compress(made.to_bytes(), compresslevel=6, mtime=0)


def _plain(one: TissueNumbers) -> dict[str, float | None]:
    return {name: getattr(one, name) for name in TissueNumbers.__slots__}
