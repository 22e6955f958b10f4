"""The best series of a study."""

from itertools import permutations
from typing import Any

import pytest

from config.settings import AnalysisSettings
from dicom_node.study.choose import chosen, judge
from dicom_node.study.series import Series
from inference.errors import Reason, Unsuitable
from tests.unit.node.factories import make_series

RULES = AnalysisSettings()


def series(name: str, spacing_mm: float = 5.0, **attributes: Any) -> Series:
    description = {"SeriesInstanceUID": name, "SliceThickness": spacing_mm}
    return make_series(int(300 / spacing_mm), spacing_mm=spacing_mm, **(description | attributes))


SOFT = series("1.1", 5.0, SeriesDescription="Abdomen portal venous", ConvolutionKernel="B30f")
LUNG = series("1.2", 1.0, SeriesDescription="Thorax", ConvolutionKernel="B70f")
ARTERIAL = series("1.3", 5.0, SeriesDescription="Abdomen arterial", ConvolutionKernel="B30f")
THIN_SOFT = series("1.4", 1.0, SeriesDescription="Abdomen portal venous", ConvolutionKernel="B30f")
SCOUT = series("1.5", 5.0, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])


def test_the_thick_soft_portal_series_wins_whatever_the_order() -> None:
    study = [SOFT, LUNG, ARTERIAL, THIN_SOFT, SCOUT]
    for first in range(len(study)):
        order = study[first:] + study[:first]
        verdicts = judge(order, RULES)
        assert verdicts[0].series is SOFT
        assert verdicts[-1].series is SCOUT
        assert chosen(verdicts).images == SOFT.images


def test_equal_scores_are_ordered_by_uid() -> None:
    twins = [series("1.9"), series("1.8")]
    for order in permutations(twins):
        assert [verdict.series.series_instance_uid for verdict in judge(order, RULES)] == ["1.8", "1.9"]


@pytest.mark.parametrize("kernel", ["B70f", "Br64", "I70f", "LUNG", "BONE", "BONEPLUS", "FC51", "EDGE", "YC EDGE"])
def test_a_sharp_kernel_loses_to_a_soft_one(kernel: str) -> None:
    assert (
        judge([series("1.1", ConvolutionKernel=kernel), series("1.2")], RULES)[0].series.series_instance_uid == "1.2"
    )


@pytest.mark.parametrize("kernel", ["B30f", "Br40d", "STANDARD", "SOFT", "FC08", "I31f", "B"])
def test_a_soft_kernel_is_not_taken_for_a_sharp_one(kernel: str) -> None:
    sharp = series("1.0", ConvolutionKernel="B70f")
    assert judge([sharp, series("1.1", ConvolutionKernel=kernel)], RULES)[0].series.series_instance_uid == "1.1"


def test_more_coverage_of_the_spine_wins() -> None:
    short, long = make_series(20, SeriesInstanceUID="1.1"), make_series(55, SeriesInstanceUID="1.2")
    assert judge([short, long], RULES)[0].series is long


def test_one_refused_series_is_refused_with_its_own_reason() -> None:
    with pytest.raises(Unsuitable) as refusal:
        chosen(judge([SCOUT], RULES))
    assert refusal.value.reason is Reason.LOCALIZER


def test_several_refused_series_are_told_together() -> None:
    with pytest.raises(Unsuitable) as refusal:
        chosen(judge([SCOUT, make_series(3)], RULES))
    assert refusal.value.reason is Reason.NO_ADMITTED_SERIES
    assert "localizer" in refusal.value.detail
    assert "coverage" in refusal.value.detail


def test_a_study_without_series_is_refused() -> None:
    with pytest.raises(Unsuitable, match="no series"):
        chosen(judge([], RULES))
