"""One function for all: a slice or labels given by a person go the same way as what the node finds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import AnalysisSettings
from dicom_node.job import Job, Measured, NotMeasured
from dicom_node.pipeline import Models, analyse
from dicom_node.worker import SPACING_MM, Opening, opened, phantom_job
from inference.l3 import L3Level, LevelStatus
from inference.labels import Tissue
from inference.spine import Localiser
from tests.factories import SMALL_PHANTOM_SEED, phantom, study_files


@pytest.fixture(scope="module")
def models(warm_cache: Path) -> Models:
    return opened(Opening(rules=AnalysisSettings(), cache=warm_cache, device="cpu", threads=2))


def job(cache: Path, *, given: int | None = None, **changes: Any) -> Job:
    plain = phantom_job(cache)
    return replace(plain, request=replace(plain.request, slice=given), **changes)


def test_a_given_slice_is_measured_without_looking_for_the_level(models: Models, warm_cache: Path) -> None:
    outcome = analyse(job(warm_cache, given=40), models, AnalysisSettings())
    assert isinstance(outcome, Measured)
    assert (outcome.facts["l3_index"], outcome.facts["l3_status"]) == (40, "given")
    assert outcome.facts["fold_dice"] is not None
    assert (outcome.doubts, outcome.evidence_png) == ((), None)


def test_what_is_admitted_but_marked_is_a_doubt(tmp_path: Path, models: Models, warm_cache: Path) -> None:
    files = study_files(tmp_path, SeriesDescription="Abdomen mono 70 keV")
    outcome = analyse(job(warm_cache, given=40, files=tuple(files)), models, AnalysisSettings())
    assert isinstance(outcome, Measured)
    assert outcome.doubts == ("virtual_monoenergetic: HU are those of 70 keV, not of a tube voltage",)
    assert outcome.facts["doubts"] == outcome.doubts[0]


def vertebra_model(z_mm: float | None) -> Localiser:
    """A second localiser that says this height, or that it does not know."""
    found = {"status": LevelStatus.FOUND, "confidence": 0.89, "anchors": ("vertebra_model",), "reason": "labelled"}
    unsure = {"status": LevelStatus.UNCERTAIN, "confidence": 0.0, "reason": "the vertebra model labels no L3"}
    index = None if z_mm is None else round(z_mm / SPACING_MM[0])
    level = L3Level(index=index, z_mm=z_mm, **(unsure if z_mm is None else found))  # type: ignore[arg-type]
    return lambda volume: level


def test_a_second_localiser_confirms_the_level_or_holds_it_with_both_slices(models: Models, warm_cache: Path) -> None:
    alone = analyse(job(warm_cache), models, AnalysisSettings())
    assert isinstance(alone, Measured)
    own_mm = float(str(alone.facts["l3_z_mm"]))
    agreed = analyse(job(warm_cache), replace(models, second=vertebra_model(own_mm + 4)), AnalysisSettings())
    at_odds = analyse(job(warm_cache), replace(models, second=vertebra_model(own_mm + 35)), AnalysisSettings())
    silent = analyse(job(warm_cache), replace(models, second=vertebra_model(None)), AnalysisSettings())
    assert isinstance(agreed, Measured)
    assert "second_localiser" in str(agreed.facts["l3_anchors"])
    assert (agreed.facts["l3_index"], agreed.doubts) == (alone.facts["l3_index"], ())
    assert isinstance(at_odds, Measured)
    assert at_odds.facts["l3_z_mm"] == own_mm + 35
    assert {doubt.partition(":")[0] for doubt in at_odds.doubts} >= {"level_confidence", "level_count"}
    assert any("35 mm lower" in doubt for doubt in at_odds.doubts)
    assert isinstance(silent, Measured)
    assert silent.facts["l3_index"] == alone.facts["l3_index"]


def test_a_given_slice_outside_the_series_ends_in_a_reason(models: Models, warm_cache: Path) -> None:
    outcome = analyse(job(warm_cache, given=400), models, AnalysisSettings())
    assert isinstance(outcome, NotMeasured)
    assert outcome.reason == "slice_out_of_range"


def test_labels_of_a_person_are_measured_as_they_are_and_name_no_model(models: Models, warm_cache: Path) -> None:
    drawn = phantom(SMALL_PHANTOM_SEED).labels[32]
    outcome = analyse(job(warm_cache, given=32, labels=drawn), models, AnalysisSettings())
    assert isinstance(outcome, Measured)
    assert outcome.facts["psoas_area_mask_cm2"] == pytest.approx(np.sum(drawn == Tissue.PSOAS) * 1.56**2 / 100)
    assert "model_name" not in outcome.facts
    assert "fold_dice" not in outcome.facts
    assert len(outcome.objects) == 3
