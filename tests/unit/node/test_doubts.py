"""What a person should look at before the numbers are believed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from config.settings import AnalysisSettings
from dicom_node.doubts import doubts
from inference.l3.level import Candidate, L3Evidence, L3Level, LevelStatus
from inference.labels import LabelMap, Tissue
from inference.phantom.pathology import slice_at_l3
from inference.segmentation import Agreement

SURE = L3Level(
    status=LevelStatus.FOUND, index=9, z_mm=45.0, confidence=0.97, reason="", anchors=("last_rib", "sacrum")
)
AGREED = Agreement(per_tissue=dict.fromkeys(Tissue, 0.95), overall=0.95)
RULES = AnalysisSettings(minimum_agreement=0.80, minimum_tissue_agreement=0.70, maximum_area_spread=0.10)


CT, LABELS = slice_at_l3(0)


def codes(
    level: L3Level = SURE,
    mask: LabelMap = LABELS,
    agreement: Agreement | None = AGREED,
    changed: bool = False,
    hu: NDArray[np.int16] = CT.hu,
) -> list[str]:
    found = doubts(level, replace(CT, hu=hu), mask, agreement, RULES, source_changed=changed)
    return [doubt.split(":")[0] for doubt in found]


def without(*tissues: Tissue, side: slice = slice(None)) -> LabelMap:
    found = LABELS.copy()
    found[:, side][np.isin(found[:, side], tissues)] = 0
    return found


def test_a_sure_level_a_whole_mask_and_agreeing_folds_leave_no_doubt() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ({"confidence": 0.89}, ["level_confidence"]),
        ({"confidence": 0.90}, []),
        ({"anchors": ("sacrum",)}, ["level_anchor"]),
        ({"anchors": ("last_rib",)}, ["level_anchor"]),
        ({"anchors": ("last_rib", "iliac_crest")}, []),
        ({"anchors": ("lung_base",)}, ["level_anchor", "level_anchor"]),
        ({"confidence": 0.2, "anchors": ()}, ["level_confidence", "level_anchor", "level_anchor"]),
        ({"anchors": ("second_localiser",)}, []),
        ({"confidence": 0.89, "anchors": ("vertebra_model",)}, ["level_confidence", "level_anchor", "level_anchor"]),
        ({"status": LevelStatus.GIVEN, "confidence": 1.0, "anchors": ()}, []),
        ({"status": LevelStatus.GIVEN, "confidence": 0.0, "anchors": ()}, ["level_not_verified"]),
    ],
)
def test_a_level_without_confidence_or_anchors_is_in_doubt(level: dict[str, Any], expected: list[str]) -> None:
    assert codes(replace(SURE, **level)) == expected


def test_counts_that_disagree_name_the_other_slice_and_why() -> None:
    found = replace(
        SURE,
        confidence=0.89,
        reason="the counts disagree",
        evidence=L3Evidence(
            sagittal=np.zeros((4, 4), np.int16),
            pixel_mm=2.5,
            vertebrae=(),
            candidates=(Candidate(counted_from="sacrum", z_mm=45.0), Candidate(counted_from="last_rib", z_mm=80.0)),
        ),
    )
    told = doubts(found, CT, LABELS, AGREED, RULES, source_changed=False)
    assert told == (
        "level_confidence: L3 found with confidence 0.89, 0.90 needed; the counts disagree",
        "level_count: counted from the last rib, L3 lies 35 mm higher",
    )


@pytest.mark.parametrize("tissue", Tissue)
def test_a_missing_tissue_is_in_doubt(tissue: Tissue) -> None:
    assert "empty_tissue" in codes(mask=without(tissue))


@pytest.mark.parametrize("turns", range(4))
def test_muscle_at_any_edge_is_a_cut_off_body(turns: int) -> None:
    at_the_edge = np.zeros_like(LABELS)
    at_the_edge[250, 0] = Tissue.ABDOMINAL_WALL
    assert "cut_off" in codes(mask=np.rot90(at_the_edge, turns))


def test_folds_that_disagree_are_in_doubt_and_one_fold_is_not() -> None:
    wall = AGREED.per_tissue | {Tissue.ABDOMINAL_WALL: 0.69}
    assert codes(agreement=replace(AGREED, overall=0.79)) == ["fold_agreement"]
    assert codes(agreement=replace(AGREED, overall=0.80)) == []
    assert codes(agreement=replace(AGREED, per_tissue=wall)) == ["fold_agreement"]
    assert codes(agreement=replace(AGREED, area_spread=0.11)) == ["area_spread"]
    assert codes(agreement=None) == []


def test_a_changed_source_is_in_doubt() -> None:
    assert codes(changed=True) == ["source_changed"]


@pytest.mark.parametrize("offset", [-1024, 200, 1024])
def test_a_wrong_hu_scale_is_in_doubt(offset: int) -> None:
    assert {"hu_scale", "hu_range"} & set(codes(hu=(CT.hu + offset).astype(np.int16)))


@pytest.mark.parametrize("padding", [-1024, -3024])
def test_a_body_that_the_field_of_view_cuts_is_in_doubt(padding: int) -> None:
    """A circle of 28 cm around the middle of the image, as for a spine; outside the scanner sets its mark."""
    rows, columns = np.indices(CT.hu.shape) - 255.5
    outside = np.hypot(rows, columns) * CT.spacing_mm[0] > 140
    cropped = np.where(outside, np.int16(padding), CT.hu)[76:436, 76:436]
    assert "field_of_view" in codes(hu=cropped, mask=LABELS[76:436, 76:436])


def test_a_body_that_the_image_cuts_is_in_doubt() -> None:
    assert "field_of_view" in codes(hu=CT.hu[:, 150:], mask=LABELS[:, 150:])


def test_a_missed_psoas_is_in_doubt() -> None:
    assert codes(mask=without(Tissue.PSOAS, side=slice(256))) == ["psoas_asymmetry"]


def test_a_wall_that_is_open_is_in_doubt() -> None:
    assert codes(mask=without(Tissue.ABDOMINAL_WALL, side=slice(200))) == ["wall_open"]


def test_a_mask_on_the_table_is_in_doubt() -> None:
    on_the_table = LABELS.copy()
    on_the_table[np.flatnonzero((CT.hu > -300).any(axis=1))[-1] - 6 :, 200:300][:8] = Tissue.PARASPINAL
    assert "outside_body" in codes(mask=on_the_table)


def test_an_area_or_attenuation_that_no_adult_has_is_in_doubt() -> None:
    assert "area_range" in codes(mask=np.where(np.indices(LABELS.shape)[0] % 5 == 0, LABELS, 0).astype(np.uint8))
    assert codes(hu=np.where(LABELS > 0, np.int16(140), CT.hu)) == ["hu_range"]


def test_an_empty_mask_is_looked_at_too() -> None:
    assert set(codes(mask=without(*Tissue))) == {"empty_tissue", "wall_open", "area_range"}


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_truth_of_ordinary_bodies_leaves_no_doubt(seed: int) -> None:
    ct, truth = slice_at_l3(seed)
    assert doubts(SURE, ct, truth, AGREED, RULES, source_changed=False) == ()
