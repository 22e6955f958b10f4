"""A label map of vertebrae is believed only where L3 is whole and its neighbours are where they belong."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.l3 import LevelStatus
from inference.l3.labelled import ORDER, level_by_labels
from tests.realct import canonical

MM = (2.0, 2.0, 2.0)
NAMES = dict(enumerate(ORDER, start=1))
NAMES_BY = {name: value for value, name in NAMES.items()}
STEP, BODY, FIRST = 17, 12, 6
"""Slices from a vertebra to the next, of its body, and below the lowest."""
REAL_MID_MM = 222.0


def drawn(order: tuple[str, ...] = ORDER, *, step: int = STEP, slices: int = 150) -> NDArray[np.uint8]:
    """Boxes with a process behind that hangs 10 mm lower, as a spinous process does; `order` caudal to cranial."""
    labels = np.zeros((slices, 60, 60), np.uint8)
    for place, name in enumerate(order):
        low = FIRST + step * place
        value = ORDER.index(name) + 1
        labels[low : low + BODY, 10:26, 20:40] = value
        labels[low - 5 : low + 4, 26:40, 28:32] = value
    return labels


def test_the_middle_of_the_body_counts_and_not_that_of_the_whole_vertebra() -> None:
    level = level_by_labels(drawn(), MM, NAMES)
    mid = (FIRST + 2 * STEP + (BODY - 1) / 2) * MM[0]
    assert (level.status, level.anchors) == (LevelStatus.FOUND, ("vertebra_model",))
    assert level.z_mm == pytest.approx(mid)
    assert level.index == round(mid / MM[0])


def test_a_label_map_alone_is_never_without_doubt() -> None:
    level = level_by_labels(drawn(), MM, NAMES)
    assert level.confidence < 0.9
    assert not level.without_doubt


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (("L5", "L4", "L2", "L1"), "labels no L3"),
        (("L5", "L4", "L3"), "both neighbours"),
        (("L3", "L2", "L1"), "both neighbours"),
        (("L5", "L3", "L4", "L2"), "out of order"),
        (("L2", "L3", "L4", "L5"), "out of order"),
        (("L4", "L3", "L2", "T12"), "leaves a vertebra out"),
        ((), "labels no L3"),
    ],
    ids=str,
)
def test_neighbours_that_are_missing_or_misplaced_are_an_objection(order: tuple[str, ...], why: str) -> None:
    level = level_by_labels(drawn(order), MM, NAMES)
    assert (level.status, level.z_mm, level.index) == (LevelStatus.UNCERTAIN, None, None)
    assert why in level.reason


@pytest.mark.parametrize("step", [13, 30], ids=["too near", "too far"])
def test_vertebrae_at_unusual_distances_are_an_objection(step: int) -> None:
    spacing = (1.4, 2.0, 2.0) if step < STEP else MM
    level = level_by_labels(drawn(ORDER[:4], step=step), spacing, NAMES)
    assert level.status is LevelStatus.UNCERTAIN
    assert "mm apart" in level.reason


def test_a_step_twice_as_long_as_another_hides_a_vertebra() -> None:
    labels = drawn(("L5", "L4", "L3", "L2"))
    top = labels == NAMES_BY["L2"]
    labels[top] = 0
    labels[np.roll(top, 9, axis=0)] = NAMES_BY["L2"]
    assert "mm apart" in level_by_labels(labels, MM, NAMES).reason


def test_an_l3_that_the_series_cuts_is_an_objection() -> None:
    labels = drawn()
    low = FIRST + 2 * STEP
    assert "cut by the series" in level_by_labels(labels[low:], MM, NAMES).reason


def test_an_l3_in_two_pieces_is_an_objection() -> None:
    labels = drawn()
    low = FIRST + 2 * STEP
    labels[120:132, 10:26, 20:40] = labels[low, 12, 30]
    assert "in pieces" in level_by_labels(labels, MM, NAMES).reason


def test_a_speck_with_the_name_of_l3_is_no_vertebra() -> None:
    labels = drawn(("L5", "L4", "L2", "L1"))
    labels[100:102, 12:16, 30:34] = NAMES_BY["L3"]
    assert "labels no L3" in level_by_labels(labels, MM, NAMES).reason


REAL = {
    "labels_v2_fast": {27: "L5", 28: "L4", 29: "L3", 30: "L2", 31: "L1", 32: "T12"},
    "labels_v1": {18: "L5", 19: "L4", 20: "L3", 21: "L2", 22: "L1"},
}


@pytest.mark.parametrize("name", REAL)
def test_the_labels_of_a_real_patient_give_the_middle_of_his_l3(name: str, shared_data: Path) -> None:
    labels, spacing = canonical(shared_data / "real_ct" / f"{name}.nii.gz")
    level = level_by_labels(labels.astype(np.uint8), spacing, REAL[name])
    assert level.status is LevelStatus.FOUND, level.reason
    assert level.z_mm == pytest.approx(REAL_MID_MM, abs=4.5)
