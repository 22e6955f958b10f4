"""What a person should look at before the numbers are believed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from config.settings import AnalysisSettings
from dicom_node.doubts import doubts
from inference.l3.level import Candidate, L3Evidence, L3Level, LevelStatus
from inference.labels import LabelMap, Tissue
from inference.segmentation import Agreement

SURE = L3Level(
    status=LevelStatus.FOUND, index=9, z_mm=45.0, confidence=0.97, reason="", anchors=("last_rib", "sacrum")
)
AGREED = Agreement(per_tissue=dict.fromkeys(Tissue, 0.95), overall=0.95)
RULES = AnalysisSettings(minimum_agreement=0.80)


def labels(*missing: Tissue, edge: bool = False) -> LabelMap:
    found = np.zeros((9, 9), np.uint8)
    for tissue in Tissue:
        found[2 * tissue, 4] = 0 if tissue in missing else tissue
    if edge:
        found[4, 0] = Tissue.ABDOMINAL_WALL
    return found


def codes(
    level: L3Level = SURE, mask: LabelMap | None = None, agreement: Agreement | None = AGREED, changed: bool = False
) -> list[str]:
    found = doubts(level, labels() if mask is None else mask, agreement, RULES, source_changed=changed)
    return [doubt.split(":")[0] for doubt in found]


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
        ({"status": LevelStatus.GIVEN, "confidence": 0.2, "anchors": ()}, []),
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
    told = doubts(found, labels(), AGREED, RULES, source_changed=False)
    assert told == (
        "level_confidence: L3 found with confidence 0.89, 0.90 needed; the counts disagree",
        "level_count: counted from the last rib, L3 lies 35 mm higher",
    )


@pytest.mark.parametrize("tissue", Tissue)
def test_a_missing_tissue_is_in_doubt(tissue: Tissue) -> None:
    assert codes(mask=labels(tissue)) == ["empty_tissue"]


@pytest.mark.parametrize("turns", range(4))
def test_muscle_at_any_edge_is_a_cut_off_body(turns: int) -> None:
    assert codes(mask=np.rot90(labels(edge=True), turns)) == ["cut_off"]


def test_folds_that_disagree_are_in_doubt_and_one_fold_is_not() -> None:
    assert codes(agreement=replace(AGREED, overall=0.79)) == ["fold_agreement"]
    assert codes(agreement=replace(AGREED, overall=0.80)) == []
    assert codes(agreement=None) == []


def test_a_changed_source_is_in_doubt() -> None:
    assert codes(changed=True) == ["source_changed"]


def test_every_doubt_is_told() -> None:
    level = replace(SURE, confidence=0.5, anchors=())
    found = codes(level, labels(*Tissue, edge=True), replace(AGREED, overall=0.1), changed=True)
    assert set(found) == {
        "level_confidence",
        "level_anchor",
        "empty_tissue",
        "cut_off",
        "fold_agreement",
        "source_changed",
    }
