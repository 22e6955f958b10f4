"""A single slice as the paper's program took it: DICOM or NIfTI in; image, labels, folds and a reference out.

Runs in a worker: here, and nowhere else, is parsed what somebody uploaded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from config.settings import AnalysisSettings
from dicom_node import basis
from dicom_node.doubts import doubts
from dicom_node.job import NotMeasured, Segmented, Single
from dicom_node.nifti import to_nifti
from dicom_node.pipeline import Models
from dicom_node.study.admission import admit
from dicom_node.study.pixels import read_slice as read_dicom_slice
from dicom_node.study.series import UNREADABLE, Image, Series, read_images
from inference import slice_files
from inference.ct import CtSlice
from inference.ensemble import segment
from inference.errors import Reason, Unsuitable
from inference.l3.level import L3Level, LevelStatus
from inference.labels import LabelMap
from inference.slice_files import NotASlice, nifti_bytes

GZIP, DICOM, DICOM_AT = b"\x1f\x8b", b"DICM", 128
ANYBODY = "UPLOAD"
"""Stands for the sender: whoever uploads a slice vouches that it is at L3."""
SAME_GRID = 0.01
"""Part by which the pixel spacing of a reference may differ."""
GIVEN = L3Level(status=LevelStatus.GIVEN, index=0, z_mm=0.0, confidence=1.0, reason="a slice that a person gave")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The slice, and how an array on its grid becomes a file."""

    ct: CtSlice
    packed: Callable[[NDArray[Any]], bytes] = field(repr=False)


def segment_single(single: Single, models: Models, rules: AnalysisSettings) -> Segmented | NotMeasured:
    """Segment one slice; every refusal of the files comes back as `NotMeasured`."""
    try:
        return _segmented(single, models, rules)
    except Unsuitable as why:
        return NotMeasured(reason=why.reason, detail=why.detail, seconds={})
    except NotASlice as why:
        return NotMeasured(reason=Reason.NOT_A_SLICE, detail=str(why), seconds={})


def _segmented(single: Single, models: Models, rules: AnalysisSettings) -> Segmented:
    read = _read(single.image, rules)
    reference = _reference(single.reference, read.ct) if single.reference else None
    chosen = _chosen(models, single.fold)
    found = segment(read.ct, chosen.members, chosen.card.ensemble)
    kept = basis.Basis(
        labels=found.labels,
        folds=np.stack(found.folds) if len(found.folds) > 1 else basis.NO_FOLDS,
        level=GIVEN,
        agreement=found.agreement,
        model=chosen.card,
        doubts=doubts(GIVEN, read.ct, found.labels, found.agreement, rules, source_changed=False),
        positions_mm=(0.0,),
    )
    return Segmented(
        image_nii=read.packed(read.ct.hu),
        label_nii=read.packed(found.labels),
        basis_npz=basis.packed(kept),
        reference_nii=None if reference is None else read.packed(reference),
    )


def _chosen(models: Models, fold: int | None) -> Models:
    """All folds, or the one asked for; raises `Unsuitable` for one that the model has not."""
    if fold is None:
        return models
    numbers: Sequence[int] = models.card.folds
    if fold not in numbers:
        raise Unsuitable(Reason.NO_SUCH_FOLD, f"fold {fold}; the model has {', '.join(map(str, numbers))}")
    return Models(card=replace(models.card, folds=(fold,)), members=[models.members[numbers.index(fold)]])


def _read(path: Path, rules: AnalysisSettings) -> _Read:
    with path.open("rb") as file:
        begin = file.read(DICOM_AT + len(DICOM))
    return _read_dicom(path, rules) if begin[DICOM_AT:] == DICOM else _read_nifti(_named(path, begin))


def _read_dicom(path: Path, rules: AnalysisSettings) -> _Read:
    """By the rules that every series is judged by."""
    images = _bounded(path)
    images[0].header.file_meta.SourceApplicationEntityTitle = ANYBODY
    series = Series(series_instance_uid=str(images[0].header.SeriesInstanceUID), images=images)
    stack = admit(series, rules.model_copy(update={"single_slice_from": (ANYBODY,)}))
    if len(stack.images) > 1:
        raise Unsuitable(Reason.NOT_A_SLICE, f"{len(stack.images)} slices in one file; one is segmented here")
    return _Read(ct=read_dicom_slice(stack, 0), packed=lambda pixels: to_nifti(stack, 0, pixels))


def _bounded(path: Path) -> tuple[Image, ...]:
    """Headers of a file that can't grow while it is read; raises `Unsuitable`."""
    try:
        syntax = read_file_meta_info(path).get("TransferSyntaxUID")
    except UNREADABLE:
        raise Unsuitable(Reason.NOT_DICOM, "not a readable DICOM file") from None
    if syntax == DeflatedExplicitVRLittleEndian:
        raise Unsuitable(Reason.CANNOT_DECODE, "a deflated file; give it in another transfer syntax")
    images = read_images(path)
    header = images[0].header
    if int(header.get("Rows") or 0) * int(header.get("Columns") or 0) > slice_files.MOST_PIXELS:
        raise Unsuitable(Reason.NOT_A_SLICE, f"{header.Rows} x {header.Columns} pixels")
    return images


def _read_nifti(path: Path) -> _Read:
    ct = slice_files.read_slice(path)
    return _Read(ct=ct, packed=lambda pixels: nifti_bytes(pixels, ct.spacing_mm, ct.thickness_mm))


def _named(path: Path, begin: bytes) -> Path:
    """The same file under a name by which nibabel knows what it is."""
    named = path.with_name(f"{path.name}.nii.gz" if begin.startswith(GZIP) else f"{path.name}.nii")
    named.unlink(missing_ok=True)
    named.hardlink_to(path)
    return named


def _reference(path: Path, ct: CtSlice) -> LabelMap:
    """The labels of another reader, on the grid of the slice; raises `NotASlice`."""
    with path.open("rb") as file:
        named = _named(path, file.read(len(GZIP)))
    labels, spacing_mm = slice_files.read_labels(named), slice_files.pixel_mm(named)
    if labels.shape != ct.hu.shape or not np.allclose(spacing_mm, ct.spacing_mm, rtol=SAME_GRID, atol=0):
        told = f"{labels.shape} pixels of {spacing_mm} mm, the image {ct.hu.shape} of {ct.spacing_mm}"
        raise NotASlice(f"the reference is on another grid than the image: {told}")
    return labels
