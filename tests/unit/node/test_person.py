"""Whose height and weight are taken: a person's word before the header's, metres unless the site says centimetres."""

from typing import Any

import pytest

from db.body import NOTHING_STATED, Body
from dicom_node.person import person_of
from dicom_node.study.series import Image, Series
from reporting.finding import Person
from tests.unit.node.factories import make_image


def person(body: Body = NOTHING_STATED, *, cm: bool = False, **header: Any) -> Person:
    image = Image(header=make_image(**header), path=None)  # type: ignore[arg-type]
    return person_of(Series(series_instance_uid="1.2", images=(image,)), body, size_may_be_cm=cm)


@pytest.mark.parametrize(
    ("size", "cm", "height"),
    [
        (1.65, False, 1.65),
        (0.5, False, 0.5),
        (2.5, False, 2.5),
        (2.51, False, None),
        (0.49, False, None),
        (165, False, None),
        (165, True, 1.65),
        (1.65, True, 1.65),
        (49, True, None),
        (251, True, None),
        (None, False, None),
    ],
)
def test_patient_size_is_metres_unless_the_site_says_otherwise(size: Any, cm: bool, height: float | None) -> None:
    found = person(cm=cm, PatientSize=size)
    assert found.height_m == height
    assert (found.height_source is None) == (height is None)
    assert ("taken as cm" in (found.height_source or "")) == (size == 165 and cm)


def test_what_a_person_stated_counts_before_the_header() -> None:
    said = Body(height_m=1.7, height_source="CSV a.csv, 2024-05-01")
    found = person(said, PatientSize=1.6, PatientWeight=70)
    assert (found.height_m, found.height_source) == (1.7, "CSV a.csv, 2024-05-01")
    assert (found.weight_kg, found.weight_source) == (70.0, "PatientWeight (0010,1030)")


def test_a_weight_that_nobody_has_is_left_out() -> None:
    assert person(PatientWeight=0).weight_kg is None
    assert person(PatientWeight=7000).weight_kg is None
