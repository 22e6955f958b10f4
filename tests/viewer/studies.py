"""CT studies with the node's results, as an archive holds them: drawn, and placed as scanners place patients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nibabel
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread

from config.settings import AnalysisSettings
from dicom_node.job import Job, Measured, Request
from dicom_node.phantom_study import uid, write_series
from dicom_node.pipeline import Models, analyse
from dicom_node.process import process
from dicom_node.worker import Opening
from inference.ct import CtVolume
from inference.labels import LabelMap, Tissue
from inference.segmentation import Member
from tests.factories import phantom, study_files
from tests.members import prediction
from tests.unit.reporting.factories import make_model
from tests.viewer.overlay import Expected

SLICES = 17
"""As many as cover enough to be measured, at 5 mm; L3 is the middle one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewedStudy:
    """What is put into the archive, and what must be seen; `ct` are the files of its CT series, caudal first."""

    ct: tuple[Path, ...]
    seg: Path
    key: Path
    expected: Expected


def processed_study(folder: Path, cache: Path) -> ViewedStudy:
    """A phantom head first supine, and what `l3node process` makes of it with the bundled model."""
    files = study_files(folder / "ct")[::-1]
    opening = Opening(rules=AnalysisSettings(), cache=cache, device="cpu", threads=2)
    outcome = process(files, folder, opening, ZoneInfo("UTC")).outcome
    assert isinstance(outcome, Measured), outcome
    (stored,) = folder.glob("*-label.nii.gz")
    labels = np.asarray(nibabel.load(stored).dataobj)[:, :, 0].T.astype(np.uint8)
    return ViewedStudy(
        ct=tuple(files),
        seg=folder / "seg.dcm",
        key=folder / "key.dcm",
        expected=Expected(shown=dcmread(files[int(str(outcome.facts["l3_index"]))]), labels=labels),
    )


def drawn_study(folder: Path, *, slices: int = SLICES, absent: Sequence[Tissue] = (), **placed: Any) -> ViewedStudy:
    """A phantom `placed` by attributes of its images, measured by an ensemble that knows the answer."""
    volume, labels = section_of_phantom(slices)
    labels = np.where(np.isin(labels, absent), 0, labels).astype(np.uint8)
    own = {"StudyInstanceUID": uid("viewer", str(folder)), "PatientID": folder.name}
    files = write_series(volume, folder / "ct", **own, **placed)[::-1]
    cosines = placed.get("ImageOrientationPatient", [1, 0, 0, 0, 1, 0])
    for file in files:
        turn(file, cosines)
    for one in measured(files, slices // 2, labels).objects:
        (folder / f"{one.kind}.dcm").write_bytes(one.data)
    return ViewedStudy(
        ct=tuple(files),
        seg=folder / "seg.dcm",
        key=folder / "key.dcm",
        expected=Expected(shown=dcmread(files[slices // 2]), labels=turned(labels, cosines)),
    )


def single(study: ViewedStudy) -> ViewedStudy:
    """The same in an archive that holds nothing of the CT but the image that was measured."""
    return replace(study, ct=(study.ct[len(study.ct) // 2],))


def section_of_phantom(slices: int) -> tuple[CtVolume, LabelMap]:
    """The phantom around L3 on a small matrix, and labels that no mirror leaves as they are: one psoas is missing.

    More than `SLICES` repeat its images, 1 mm apart.
    """
    drawn = phantom()
    middle = round(drawn.l3_z_mm / drawn.volume.spacing_mm[0])
    begin = middle - SLICES // 2
    hu, labels = (whole[begin : begin + SLICES, ::2, ::2] for whole in (drawn.volume.hu, drawn.labels))
    one = labels[SLICES // 2].copy()
    left = one[:, one.shape[1] // 2 :]
    left[left == Tissue.PSOAS] = 0
    apart, down, right = drawn.volume.spacing_mm
    spacing = (apart if slices == SLICES else 1.0, 2 * down, 2 * right)
    return CtVolume(hu=hu[np.arange(slices) * SLICES // slices], spacing_mm=spacing), one


def turn(file: Path, cosines: Sequence[int]) -> None:
    """Write an image anew with rows and columns along `cosines`; the patient stays where he is."""
    image = dcmread(file)
    pixels = image.pixel_array
    row, column = divmod(int(turned(np.arange(pixels.size).reshape(pixels.shape), cosines)[0, 0]), image.Columns)
    x, y, z = map(float, image.ImagePositionPatient)
    down, right = map(float, image.PixelSpacing)
    image.ImagePositionPatient = [x + column * right, y + row * down, z]
    image.ImageOrientationPatient = list(cosines)
    image.PixelData = turned(pixels, cosines).tobytes()
    image.save_as(file)


def turned(pixels: NDArray[Any], cosines: Sequence[int]) -> NDArray[Any]:
    """Canonical [row, column] along direction cosines that are 1 or -1, without asking the code that is tested."""
    return pixels[:: cosines[4], :: cosines[0]]


def measured(files: Sequence[Path], index: int, labels: LabelMap) -> Measured:
    """The node's own way with a given slice; both folds find `labels`."""
    request = Request(content_digest="", identity_digest="", model_digest="", analysis_digest="", slice=index)
    job = Job(
        id=0,
        attempt=1,
        request=request,
        key=request.key,
        files=tuple(files),
        asked_at=datetime(2026, 3, 1, tzinfo=UTC),
        time_zone=ZoneInfo("UTC"),
    )
    outcome = analyse(job, Models(card=make_model(), members=[sure_of(labels)] * 2), AnalysisSettings())
    assert isinstance(outcome, Measured), outcome
    return outcome


def sure_of(labels: LabelMap) -> Member:
    """A fold that finds `labels` in every slice."""
    maps: NDArray[np.float32] = np.stack([labels == label for label in (0, *Tissue)]).astype(np.float32)

    return lambda _ct: prediction(maps)
