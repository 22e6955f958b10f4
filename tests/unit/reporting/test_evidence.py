"""The evidence picture: the flat cut is where the canal is, the bones are where they lie, the line is at L3."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inference.ct import CtSlice, CtVolume
from inference.l3.level import L3Evidence, L3Level
from reporting.picture.evidence import HEIGHT, WIDTH, evidence_png
from reporting.picture.lettering import YELLOW
from reporting.picture.views import VIEW_MM, coronal_projection, plain_sagittal
from tests.unit.reporting.factories import make_level

SLICES, ROWS, COLUMNS = 90, 100, 120
SPACING = (5.0, 2.0, 2.0)
CANAL = 70
"""The column of the canal: not the middle, so that a cut elsewhere is seen."""
GRID_MM = 2.5


def body() -> NDArray[np.int16]:
    """Fat with a column of bone at `CANAL` and a single rib high on the patient's left."""
    noise = np.random.default_rng(1).normal(0, 15, (SLICES, ROWS, COLUMNS))
    hu = -80 + noise
    hu[:, 55:75, CANAL - 6 : CANAL + 7] = 300
    hu[:, 60:64, CANAL] = 20
    hu[80:83, 40:60, 100:110] = 500
    return hu.astype(np.int16)


def evidence(hu: NDArray[np.int16]) -> L3Evidence:
    """The cut along a straight canal, as the finder samples it."""
    heights = np.rint(np.arange(int((SLICES - 1) * 5 / GRID_MM) + 1) * GRID_MM / 5).astype(int)
    rows = np.rint(np.arange(int((ROWS - 1) * 2 / GRID_MM) + 1) * GRID_MM / 2).astype(int)
    given = make_level().evidence
    assert given
    return replace(given, sagittal=hu[heights][:, rows, CANAL], pixel_mm=GRID_MM)


def found() -> tuple[CtVolume, CtSlice, L3Level, L3Evidence]:
    hu = body()
    shown = evidence(hu)
    level = make_level(index=34, z_mm=170.0, evidence=shown)
    ct = CtSlice(hu=hu[34], spacing_mm=SPACING[1:], thickness_mm=5.0)
    return CtVolume(hu=hu, spacing_mm=SPACING), ct, level, shown


def test_the_flat_cut_goes_through_the_canal() -> None:
    volume, _, level, shown = found()
    flat = plain_sagittal(volume, level, shown)
    assert flat.shape == ((SLICES - 1) * 5 + 1, (ROWS - 1) * 2 + 1)
    assert np.array_equal(flat[::5, ::2], volume.hu[:, :, CANAL])


def test_the_projection_shows_bones_where_they_lie() -> None:
    volume, *_ = found()
    shown = coronal_projection(volume)
    assert shown.shape == ((SLICES - 1) * 5 + 1, (COLUMNS // 2 - 1) * 4 + 1)
    rib = shown[round(81 * 5 / VIEW_MM)]
    assert rib[210] > 100  # columns run to the patient's left, heights to the head
    assert rib[30] < 40
    assert shown[100, 210] < 40
    assert shown[100, 2 * CANAL] > 100


def test_a_volume_without_bone_is_drawn_black() -> None:
    empty = CtVolume(hu=np.full((20, 40, 40), -1000, np.int16), spacing_mm=SPACING)
    assert not coronal_projection(empty).any()


def test_the_sheet_is_the_same_for_the_same_input() -> None:
    one, other = evidence_png(*found()), evidence_png(*found())
    assert one == other
    picture = Image.open(BytesIO(one))
    assert (picture.size, picture.format, picture.info) == ((WIDTH, HEIGHT), "PNG", {})


@pytest.mark.parametrize("z_mm", [120.0, 170.0])
def test_each_view_of_the_level_has_the_line_of_the_slice(z_mm: float) -> None:
    volume, ct, level, shown = found()
    sheet = np.asarray(Image.open(BytesIO(evidence_png(volume, ct, replace(level, z_mm=z_mm), shown))))
    yellow = (sheet == YELLOW).all(axis=2)
    left, right = yellow[:, : WIDTH // 2].sum(axis=1), yellow[:, WIDTH // 2 :].sum(axis=1)
    lines = np.flatnonzero(left > 200)
    assert ((lines < HEIGHT // 2).sum(), (lines > HEIGHT // 2).sum()) == (2, 2)  # two cuts; a line is 2 pixels
    assert np.flatnonzero(right > 200) == pytest.approx(lines[lines < HEIGHT // 2], abs=3)  # pixels are not alike
