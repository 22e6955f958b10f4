"""One function for all: a slice or labels given by a person go the same way as what the node finds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import AnalysisSettings
from dicom_node.job import Job, Measured, NotMeasured
from dicom_node.pipeline import Models, analyse
from dicom_node.worker import Opening, opened, phantom_job
from inference.labels import Tissue
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
