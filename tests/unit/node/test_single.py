"""A slice that somebody uploaded, as a worker reads it: DICOM, NIfTI, a reference, and whatever else comes."""

import gzip
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import dcmread

from config.settings import AnalysisSettings
from dicom_node import basis
from dicom_node.job import NotMeasured, Segmented, Single
from dicom_node.phantom_study import write_study
from dicom_node.single import segment_single
from dicom_node.worker import Opening, opened
from inference.labels import Tissue
from inference.phantom import draw
from inference.slice_files import nifti_bytes

RULES = AnalysisSettings()
ABOVE_PROMONTORY_MM = 85.0
"""About the middle of L3."""


@pytest.fixture(scope="module")
def at_l3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DICOM file near mid L3 of a drawn CT."""
    drawn = draw(1, slices=1, spacing_mm=(5.0, 1.56, 1.56), size=256, bottom_mm=ABOVE_PROMONTORY_MM)
    (file,) = write_study(drawn, tmp_path_factory.mktemp("ct"))
    return file


def given(folder: Path, image: bytes, reference: bytes | None = None, fold: int | None = None) -> Single:
    """Files without endings, as the pages leave them."""
    (folder / "image").write_bytes(image)
    if reference is not None:
        (folder / "reference").write_bytes(reference)
    return Single(
        image=folder / "image", reference=folder / "reference" if reference is not None else None, fold=fold
    )


def run(single: Single, cache: Path) -> Segmented | NotMeasured:
    return segment_single(single, opened(Opening(rules=RULES, cache=cache, device="cpu", threads=2)), RULES)


def values(data: bytes) -> np.ndarray:
    return np.asanyarray(nibabel.Nifti1Image.from_bytes(gzip.decompress(data)).dataobj)[:, :, 0].T


def test_a_dicom_slice_gives_the_pair_in_its_place_in_the_patient(
    at_l3: Path, tmp_path: Path, warm_cache: Path
) -> None:
    outcome = run(given(tmp_path, at_l3.read_bytes()), warm_cache)
    assert isinstance(outcome, Segmented)
    assert set(np.unique(values(outcome.label_nii))) == {0, *map(int, Tissue)}
    image, label = (
        nibabel.Nifti1Image.from_bytes(gzip.decompress(data)) for data in (outcome.image_nii, outcome.label_nii)
    )
    assert np.array_equal(image.affine, label.affine)
    z_mm = float(dcmread(at_l3, stop_before_pixels=True).ImagePositionPatient[2])
    assert image.affine[2, 3] == pytest.approx(z_mm)


def test_the_pair_given_again_as_nifti_gives_the_same_labels(at_l3: Path, tmp_path: Path, warm_cache: Path) -> None:
    first = run(given(tmp_path, at_l3.read_bytes()), warm_cache)
    assert isinstance(first, Segmented)
    for packed in (first.image_nii, gzip.decompress(first.image_nii)):
        again = run(given(tmp_path, packed, reference=first.label_nii), warm_cache)
        assert isinstance(again, Segmented)
        assert again.reference_nii is not None
        assert np.array_equal(values(again.label_nii), values(first.label_nii))
        assert np.array_equal(values(again.reference_nii), values(first.label_nii))


def test_one_fold_is_asked_alone(at_l3: Path, tmp_path: Path, warm_cache: Path) -> None:
    outcome = run(given(tmp_path, at_l3.read_bytes(), fold=2), warm_cache)
    assert isinstance(outcome, Segmented)
    (tmp_path / basis.NAME).write_bytes(outcome.basis_npz)
    kept = basis.read(tmp_path / basis.NAME)
    assert kept.model is not None
    assert (kept.model.folds, kept.agreement, kept.folds.size) == ((2,), None, 0)


def volume() -> bytes:
    return gzip.compress(nibabel.Nifti1Image(np.zeros((8, 8, 4), np.int16), np.eye(4)).to_bytes())


def promising(rows: int) -> bytes:
    """A header that promises more pixels than there are."""
    data = bytearray(nibabel.Nifti1Image(np.zeros((8, 8, 1), np.int16), np.eye(4)).to_bytes())
    data[42:44] = struct.pack("<h", rows)
    return bytes(data)


def flat(value: float, spacing_mm: float = 1.0) -> bytes:
    return nifti_bytes(np.full((64, 64), value, np.float32), (spacing_mm, spacing_mm), 5.0)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (b"", "not_a_single_slice"),
        (b"\x1f\x8b cut short", "not_a_single_slice"),
        (b"MZ" + bytes(400), "not_a_single_slice"),
        (bytes(128) + b"DICM" + bytes(99), "not_dicom"),
        (volume(), "not_a_single_slice"),
        (promising(30_000), "not_a_single_slice"),
        (promising(-5), "not_a_single_slice"),
        (flat(float("nan")), "not_a_single_slice"),
        (flat(0, spacing_mm=90.0), "not_a_single_slice"),
    ],
    ids=["empty", "cut", "program", "no dicom", "volume", "too large", "negative", "not a number", "pixels of 90 mm"],
)
def test_what_is_no_slice_is_refused_with_its_reason(
    image: bytes, reason: str, tmp_path: Path, warm_cache: Path
) -> None:
    outcome = run(given(tmp_path, image), warm_cache)
    assert isinstance(outcome, NotMeasured)
    assert outcome.reason == reason


@pytest.mark.parametrize(
    "reference",
    [b"", nifti_bytes(np.zeros((10, 10), np.uint8), (1.0, 1.0), 5.0), flat(9)],
    ids=["empty", "another grid", "strange labels"],
)
def test_a_reference_that_does_not_fit_is_refused(
    reference: bytes, at_l3: Path, tmp_path: Path, warm_cache: Path
) -> None:
    outcome = run(given(tmp_path, at_l3.read_bytes(), reference=reference), warm_cache)
    assert isinstance(outcome, NotMeasured)
    assert outcome.reason == "not_a_single_slice"


def test_a_fold_that_the_model_has_not_is_refused(at_l3: Path, tmp_path: Path, warm_cache: Path) -> None:
    outcome = run(given(tmp_path, at_l3.read_bytes(), fold=7), warm_cache)
    assert isinstance(outcome, NotMeasured)
    assert outcome.reason == "no_such_fold"


def test_a_localizer_is_no_slice_at_l3(at_l3: Path, tmp_path: Path, warm_cache: Path) -> None:
    dataset = dcmread(at_l3)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    dataset.save_as(tmp_path / "scout")
    outcome = run(given(tmp_path, (tmp_path / "scout").read_bytes()), warm_cache)
    assert isinstance(outcome, NotMeasured)
    assert outcome.reason == "localizer"


def test_nothing_is_left_behind_but_what_was_uploaded_under_a_name(
    at_l3: Path, tmp_path: Path, warm_cache: Path
) -> None:
    run(given(tmp_path, flat(0)), warm_cache)
    assert {path.name for path in tmp_path.iterdir()} == {"image", "image.nii.gz"}
