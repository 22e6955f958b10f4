from io import BytesIO

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.l3.level import LevelStatus
from inference.labels import Tissue
from inference.model_card import ModelStatus
from reporting.finding import Finding
from reporting.key_image import SIZE, render
from reporting.objects import objects
from reporting.picture.frame import body_box
from reporting.picture.slice_pane import COLOURS
from tests.unit.reporting.factories import (
    make_ct,
    make_ct_header,
    make_finding,
    make_identity,
    make_labels,
    make_level,
    make_model,
    make_person,
    without,
)


def key(found: Finding | None = None, **header: object) -> Dataset:
    encoded = objects(make_ct_header(**header), found or make_finding(), make_identity())[2]
    return pydicom.dcmread(BytesIO(encoded.data))


def test_it_is_eight_bit_rgb_of_the_stated_size() -> None:
    target = key()
    assert (target.Rows, target.Columns, target.SamplesPerPixel, target.BitsAllocated) == (SIZE, SIZE, 3, 8)
    assert target.PhotometricInterpretation == "RGB"
    assert target.PlanarConfiguration == 0
    assert target.pixel_array.shape == (SIZE, SIZE, 3)
    assert target.pixel_array.dtype == np.uint8


def test_the_encoded_pixels_are_the_rendered_ones() -> None:
    header = make_ct_header()
    where = f"CT image {header.InstanceNumber} at {header.ImagePositionPatient[2]:.1f} mm"
    line = f"{where}: 120 kV, kernel Br40d/3, 5 mm, contrast Iopromide 370"
    assert np.array_equal(key().pixel_array, render(make_finding(), acquisition=line, vouched="not reviewed"))


def test_the_same_finding_is_drawn_alike() -> None:
    assert np.array_equal(render(make_finding()), render(make_finding()))


def test_no_patient_is_burnt_in() -> None:
    target = key()
    assert target.BurnedInAnnotation == "NO"
    other = key(PatientName="Someone^Else", PatientID="X", PatientBirthDate="19700101", AccessionNumber="Y")
    assert np.array_equal(target.pixel_array, other.pixel_array)


def test_the_restriction_is_burnt_in_as_a_banner() -> None:
    pictures = [render(make_finding(model=make_model(status=status))) for status in ModelStatus]
    amber = [int((picture == (255, 176, 0)).all(axis=2).sum()) for picture in pictures]
    demonstration, research, released = amber
    assert min(demonstration, research) > 0.02 * SIZE * SIZE
    assert released == 0
    assert not np.array_equal(pictures[0], pictures[1])


@pytest.mark.parametrize("tissue", list(Tissue))
def test_every_tissue_is_drawn_in_its_colour(tissue: Tissue) -> None:
    def outline(found: Finding) -> int:
        return int((render(found)[:500] == COLOURS[tissue]).all(axis=2).sum())

    assert outline(make_finding()) > 200
    assert outline(make_finding(without(make_labels(), [tissue]))) == 0


CHANGES = {
    "numbers": make_finding(without(make_labels(), [Tissue.PSOAS])),
    "height": make_finding(person=make_person(height_m=1.8)),
    "no height": make_finding(person=make_person(height_m=None)),
    "agreement": make_finding(agreement=None),
    "level": make_finding(level=make_level(z_mm=135.0)),
    "no evidence": make_finding(level=make_level(evidence=None)),
    "given": make_finding(level=make_level(status=LevelStatus.GIVEN)),
    "model version": make_finding(model=make_model(version="2.0.0")),
    "by hand": make_finding(model=None),
    "a doubt": make_finding(doubts=("level_confidence: low",)),
}


@pytest.mark.parametrize("found", CHANGES.values(), ids=CHANGES.keys())
def test_the_picture_shows_what_the_finding_says(found: Finding) -> None:
    assert not np.array_equal(render(found), render(make_finding()))


def test_many_doubts_do_not_run_out_of_the_picture() -> None:
    many = tuple(f"doubt_{number}: {'a long sentence of many words ' * 6}" for number in range(12))
    picture = render(make_finding(doubts=many))
    assert picture.shape == (SIZE, SIZE, 3)
    assert not (picture[-4:] == (255, 176, 0)).all(axis=2).any()


def test_many_doubts_do_not_drive_out_which_model_made_the_numbers() -> None:
    many = tuple(f"doubt_{number}: {'a long sentence of many words ' * 6}" for number in range(12))
    one, other = (render(make_finding(doubts=many, model=make_model(version=version))) for version in ("1", "2"))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("spacing", [(0.8, 0.8), (1.5, 0.75), (0.6, 1.2)], ids=str)
def test_the_scale_bar_is_five_centimetres_of_the_body_along_both_axes(spacing: tuple[float, float]) -> None:
    """A square of 100 mm of muscle is as high and as wide as two bars, however the pixels are shaped."""
    rows, columns = round(200 / spacing[0]), round(260 / spacing[1])
    hu = np.full((rows, columns), -1000, np.int16)
    body, square = (centred(hu.shape, spacing, *size) for size in ((180, 240), (100, 100)))
    hu[body] = 0
    ct = make_ct(hu=hu, spacing_mm=spacing)
    picture = render(make_finding(np.where(square, 1, 0).astype(np.uint8), ct=ct, level=make_level(evidence=None)))
    drawn = (picture[90:640] == COLOURS[Tissue.PSOAS]).all(axis=2)
    bar = (picture[300:700, :500] == 255).all(axis=2).sum(axis=1).max()
    assert [int(np.ptp(axis)) + 1 for axis in np.nonzero(drawn)] == pytest.approx([2 * bar] * 2, rel=0.03)


def centred(
    shape: tuple[int, ...], spacing: tuple[float, float], height_mm: float, width_mm: float
) -> NDArray[np.bool_]:
    y, x = (np.abs(np.arange(n) - (n - 1) / 2) * mm for n, mm in zip(shape, spacing, strict=True))
    return (y[:, None] < height_mm / 2) & (x[None] < width_mm / 2)


def test_what_is_on_the_patients_left_is_drawn_on_the_side_of_the_letter_l_and_the_front_on_top() -> None:
    left_only = make_labels()
    left_only[:, : left_only.shape[1] // 2] = 0  # canonical columns run from the right to the left of the patient
    _, column = painted(render(make_finding(left_only)), Tissue.PSOAS)
    assert column > (660 - 8) / 2
    wall, back = (painted(render(make_finding()), tissue)[0] for tissue in (Tissue.ABDOMINAL_WALL, Tissue.PARASPINAL))
    assert wall < back


def painted(picture: NDArray[np.uint8], tissue: Tissue) -> tuple[float, float]:
    """Row and column of the middle of what is outlined in the colour of a tissue in the pane of the slice."""
    rows, columns = np.nonzero((picture[:650, :652] == COLOURS[tissue]).all(axis=2))
    return rows.mean(), columns.mean()


def test_a_slice_of_air_and_pixels_that_are_not_square_can_be_drawn() -> None:
    ct = make_ct(hu=np.full((64, 40), -1000, np.int16), spacing_mm=(0.5, 2.0))
    picture = render(make_finding(np.zeros((64, 40), np.uint8), ct=ct))
    assert picture.shape == (SIZE, SIZE, 3)


def test_a_level_at_the_edge_of_the_evidence_can_be_drawn() -> None:
    for z_mm in (None, 0.0, 449.0, 5000.0):
        assert render(make_finding(level=make_level(z_mm=z_mm))).shape == (SIZE, SIZE, 3)


def test_lossy_compression_of_the_source_is_passed_on() -> None:
    target = key(
        LossyImageCompression="01", LossyImageCompressionRatio="8", LossyImageCompressionMethod="ISO_10918_1"
    )
    assert target.LossyImageCompression == "01"
    assert "LossyImageCompression" not in key()


def test_it_names_its_source_and_is_no_ct() -> None:
    target = key()
    assert target.Modality == "OT"
    assert target.SourceImageSequence[0].ReferencedSOPInstanceUID == make_ct_header().SOPInstanceUID


def test_the_couch_below_the_body_takes_no_room_of_the_picture() -> None:
    hu = make_ct().hu.copy()
    hu[240:244, 10:280] = 200
    assert body_box(hu) == body_box(make_ct().hu)
