"""Orientation: what is turned into canonical order comes back exactly."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.study.geometry import Orientation

HEAD_FIRST_SUPINE, FEET_FIRST_SUPINE = (1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, 1, 0)
HEAD_FIRST_PRONE, DECUBITUS_LEFT = (-1, 0, 0, 0, -1, 0), (0, 1, 0, -1, 0, 0)
AXES = [(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0)]
IN_PLANE = [(*row, *column) for row, column in permutations(AXES, 2) if np.dot(row, column) == 0]
TILTS = st.floats(-30, 30).map(np.radians)


def tilted(cosines: tuple[int, ...], about_x: float, about_z: float) -> list[float]:
    sin_x, cos_x, sin_z, cos_z = np.sin(about_x), np.cos(about_x), np.sin(about_z), np.cos(about_z)
    turn_x = np.array([[1, 0, 0], [0, cos_x, -sin_x], [0, sin_x, cos_x]])
    turn_z = np.array([[cos_z, -sin_z, 0], [sin_z, cos_z, 0], [0, 0, 1]])
    turn = turn_z @ turn_x
    return [*(turn @ cosines[:3]), *(turn @ cosines[3:])]


@given(st.sampled_from(IN_PLANE), TILTS, TILTS, st.integers(1, 5), st.integers(1, 5))
def test_to_source_undoes_to_canonical_exactly(
    cosines: tuple[int, ...], about_x: float, about_z: float, rows: int, columns: int
) -> None:
    turn = Orientation.of(tilted(cosines, about_x, about_z))
    stored = np.arange(rows * columns, dtype=np.int16).reshape(rows, columns)
    back = turn.to_source(turn.to_canonical(stored))
    assert back.flags.c_contiguous
    np.testing.assert_array_equal(back, stored)


@pytest.mark.parametrize("cosines", IN_PLANE)
def test_canonical_rows_run_to_the_back_and_columns_to_the_left(cosines: tuple[int, ...]) -> None:
    row_mm, column_mm = np.meshgrid(np.arange(3), np.arange(4), indexing="ij")
    place = row_mm[..., None] * np.asarray(cosines[3:]) + column_mm[..., None] * np.asarray(cosines[:3])
    turn = Orientation.of(cosines)
    x, y = turn.to_canonical(place[..., 0]), turn.to_canonical(place[..., 1])
    assert (np.diff(y, axis=0) > 0).all()
    assert (np.diff(x, axis=1) > 0).all()
    assert not np.diff(y, axis=1).any()
    assert not np.diff(x, axis=0).any()


@pytest.mark.parametrize("cosines", IN_PLANE)
def test_the_normal_of_every_axial_image_points_to_the_head(cosines: tuple[int, ...]) -> None:
    assert Orientation.of(cosines).normal.tolist() == [0, 0, 1]
    assert Orientation.of(cosines).is_axial


@pytest.mark.parametrize(
    ("cosines", "turned"),
    [
        (HEAD_FIRST_SUPINE, (False, False, False)),
        (FEET_FIRST_SUPINE, (False, False, True)),
        (HEAD_FIRST_PRONE, (False, True, True)),
        (DECUBITUS_LEFT, (True, False, True)),
    ],
)
def test_what_is_turned_for_each_patient_position(cosines: tuple[int, ...], turned: tuple[bool, ...]) -> None:
    turn = Orientation.of(cosines)
    assert (turn.transposed, turn.flip_rows, turn.flip_columns) == turned


def test_spacing_is_swapped_only_where_rows_and_columns_are() -> None:
    assert Orientation.of(HEAD_FIRST_SUPINE).canonical_spacing((0.8, 0.7)) == (0.8, 0.7)
    assert Orientation.of(DECUBITUS_LEFT).canonical_spacing((0.8, 0.7)) == (0.7, 0.8)


@pytest.mark.parametrize("cosines", [(1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1), (0, 0, 0, 0, 0, 0)])
def test_coronal_sagittal_and_senseless_images_are_not_axial(cosines: tuple[int, ...]) -> None:
    assert not Orientation.of(cosines).is_axial
