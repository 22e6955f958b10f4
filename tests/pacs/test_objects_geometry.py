"""The SEG overlies the right pixels however the CT was acquired: three readers against the drawing in millimetres.

The body is drawn in the patient's space; the node sees only the images of it.  dcmqi and SimpleITK say where in space
each voxel of the SEG lies, highdicom on which pixel of the source.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import highdicom
import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.pixels import pack_bits
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage

from config.settings import AnalysisSettings
from dicom_node.job import Job, Measured, Request
from dicom_node.pipeline import Models, analyse
from inference.labels import Tissue
from inference.model_card import ModelCard, ModelStatus
from tests.enhanced import write_enhanced
from tests.pacs.in_space import CENTRE, SCANS, SLICES, STEP_MM, Scan, sees_by_hu, tissue_at
from tests.unit.reporting.peers import dciodvfy_errors, says

GIVEN = 11
"""Canonical index of the slice that is measured, counted from the feet: not the middle one."""
HEIGHT_MM = CENTRE[2] + STEP_MM * (GIVEN - (SLICES - 1) / 2)


@dataclass(frozen=True)
class Made:
    """What the node made of one series, as files."""

    scan: Scan
    source: FileDataset
    frame: int | None
    """Number of the measured frame, of a multi-frame source."""
    index: int
    """Index of the measured image in the order of the scan."""
    seg: Path
    report: FileDataset
    key: FileDataset
    outcome: Measured


def in_one_object(files: list[Path], folder: Path) -> list[Path]:
    return [write_enhanced(files, folder / "enhanced" / "ct.dcm")]


def as_files(files: list[Path], _folder: Path) -> list[Path]:
    return files


MATRIX = [(name, as_files) for name in SCANS] + [
    (name, in_one_object) for name in ("head first supine", "from head to feet, prone", "tilted gantry")
]


@pytest.fixture(
    scope="module",
    params=MATRIX,
    ids=[f"{name}{', multi-frame' if how is in_one_object else ''}" for name, how in MATRIX],
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    name, how = request.param
    return analysed(SCANS[name], how, tmp_path_factory.mktemp("scan"))


def analysed(scan: Scan, how: Callable[[list[Path], Path], list[Path]], folder: Path) -> Made:
    """One slice through the whole pipeline, with a member that is always right."""
    files = how(scan.write(folder / "ct"), folder)
    card = ModelCard(
        name="by HU",
        version="1",
        digest="0" * 64,
        status=ModelStatus.RESEARCH,
        folds=(0,),
        ensemble="probability",
    )
    outcome = analyse(job(files), Models(card=card, members=[sees_by_hu]), AnalysisSettings())
    assert isinstance(outcome, Measured), outcome
    for one in outcome.objects:
        (folder / f"{one.kind}.dcm").write_bytes(one.data)
    index = GIVEN if scan.step[2] > 0 else SLICES - 1 - GIVEN
    multi_frame = len(files) == 1
    return Made(
        scan=scan,
        source=dcmread(files[0 if multi_frame else index]),
        frame=index + 1 if multi_frame else None,
        index=index,
        seg=folder / "seg.dcm",
        report=dcmread(folder / "sr.dcm"),
        key=dcmread(folder / "key.dcm"),
        outcome=outcome,
    )


def job(files: list[Path], **changes: Any) -> Job:
    digests = {name: name for name in ("content_digest", "identity_digest", "model_digest", "analysis_digest")}
    plain = Job(
        id=1,
        attempt=1,
        request=Request(**digests, slice=GIVEN),
        key="00" * 32,
        files=tuple(files),
        asked_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        time_zone=ZoneInfo("Europe/Berlin"),
    )
    return replace(plain, **changes)


def test_dcmqi_and_simpleitk_find_each_tissue_where_it_was_drawn(made: Made, tmp_path: Path) -> None:
    assert misplaced(made.seg, tmp_path) == [0, 0, 0]


@pytest.mark.parametrize("fault", ["mirrored", "moved by one slice", "two segments swapped"])
def test_a_wrong_segmentation_is_found_out(fault: str, made: Made, tmp_path: Path) -> None:
    """Negative controls: the readers above would see a fault of the node."""
    target = dcmread(made.seg)
    groups = (target.SharedFunctionalGroupsSequence[0], *target.PerFrameFunctionalGroupsSequence)
    if fault == "mirrored":
        planes = target.pixel_array[:, :, ::-1]
        target.PixelData = pack_bits(np.ascontiguousarray(planes).ravel())
    elif fault == "moved by one slice":
        for group in groups:
            for item in group.get("PlanePositionSequence", []):
                item.ImagePositionPatient[2] += STEP_MM
    else:
        target.PixelData = pack_bits(np.ascontiguousarray(target.pixel_array[[1, 0, 2]]).ravel())
    target.save_as(tmp_path / "wrong.dcm")
    assert min(misplaced(tmp_path / "wrong.dcm", tmp_path)[:2]) > 0


def misplaced(seg: Path, folder: Path) -> list[int]:
    """How many voxels of each tissue dcmqi and SimpleITK find elsewhere than they were drawn."""
    told = says(
        "segimage2itkimage", "--inputDICOM", seg, "--outputDirectory", folder, "--prefix", "out", "-t", "nrrd"
    )
    paths = sorted(folder.glob("out-*.nrrd"))
    assert len(paths) == len(Tissue), told
    return [differing(sitk.ReadImage(str(path)), tissue) for tissue, path in zip(Tissue, paths, strict=True)]


def differing(image: sitk.Image, tissue: Tissue) -> int:
    drawn = tissue_at(centres(image)) == tissue
    assert drawn.sum() > 100
    return int(np.sum((sitk.GetArrayFromImage(image) > 0) != drawn))


def centres(image: sitk.Image) -> NDArray[np.float64]:
    """Where the voxels lie, [slice, row, column, 3] in mm, as SimpleITK says.

    Rounded to 0.1 um: dcmqi prints fewer digits than DICOM holds.
    """
    columns, rows, slices = image.GetSize()
    points = [
        image.TransformIndexToPhysicalPoint((column, row, index))
        for index in range(slices)
        for row in range(rows)
        for column in range(columns)
    ]
    return np.array(points).reshape(slices, rows, columns, 3).round(4)


def test_highdicom_finds_each_tissue_on_the_pixels_of_the_source(made: Made) -> None:
    read = highdicom.seg.segread(made.seg)
    source = made.source.SOPInstanceUID
    if made.frame is None:
        planes = read.get_pixels_by_source_instance([source])
    else:
        planes = read.get_pixels_by_source_frame(source, [made.frame])
    drawn = tissue_at(made.scan.points(made.index))
    assert np.array_equal(planes[0], np.stack([drawn == tissue for tissue in Tissue], axis=-1))
    stored = made.source.pixel_array if made.frame is None else made.source.pixel_array[made.index]
    for tissue, hu in ((Tissue.PSOAS, 40), (Tissue.PARASPINAL, 60), (Tissue.ABDOMINAL_WALL, 80)):
        assert np.array_equal(planes[0, :, :, int(tissue) - 1].astype(bool), stored == hu)


def test_the_segmentation_has_the_orientation_origin_and_spacing_of_its_image(made: Made) -> None:
    target = dcmread(made.seg)
    shared = target.SharedFunctionalGroupsSequence[0]
    frames = target.PerFrameFunctionalGroupsSequence
    assert np.allclose(
        shared.PlaneOrientationSequence[0].ImageOrientationPatient, [*made.scan.row, *made.scan.column], atol=1e-9
    )
    assert np.allclose(shared.PixelMeasuresSequence[0].PixelSpacing, made.scan.spacing)
    for frame in frames:
        position = (frame.get("PlanePositionSequence") or shared.PlanePositionSequence)[0].ImagePositionPatient
        assert np.allclose(position, made.scan.origin(made.index), atol=1e-6)
    assert target.FrameOfReferenceUID == made.source.FrameOfReferenceUID


def test_every_object_names_the_image_and_the_frame(made: Made) -> None:
    source = (made.source.SOPClassUID, made.source.SOPInstanceUID, made.frame)
    derivation = dcmread(made.seg).PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0]
    named = [derivation.SourceImageSequence[0], made.key.SourceImageSequence[0], *images_of(made.report)]
    assert len(named) == 7  # library, source of three segments, source of the total
    for item in named:
        assert (
            item.ReferencedSOPClassUID,
            item.ReferencedSOPInstanceUID,
            item.get("ReferencedFrameNumber"),
        ) == source


def images_of(report: FileDataset) -> list[Any]:
    """References to CT images within the content of a report."""
    elements = (element for item in report.ContentSequence for element in item.iterall())
    items = (item for one in elements if one.keyword == "ReferencedSOPSequence" for item in one.value)
    return [item for item in items if item.ReferencedSOPClassUID in (CTImageStorage, EnhancedCTImageStorage)]


def test_areas_are_those_of_the_drawing(made: Made) -> None:
    drawn = tissue_at(made.scan.points(made.index))
    pixel_cm2 = made.scan.spacing[0] * made.scan.spacing[1] / 100
    for tissue in Tissue:
        said = made.outcome.facts[f"{tissue.name.lower()}_area_mask_cm2"]
        assert said == pytest.approx(np.sum(drawn == tissue) * pixel_cm2)


def test_dciodvfy_finds_no_error(made: Made, tmp_path: Path) -> None:
    for one in made.outcome.objects:
        assert dciodvfy_errors(one.data, tmp_path, one.kind) == [], one.kind
