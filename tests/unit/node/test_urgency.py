"""Who is served first, from what a header says."""

from datetime import date
from typing import Any

import pytest

from db.priority import Priority
from dicom_node.study.urgency import urgency
from tests.unit.node.factories import item, make_image

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, Priority.ROUTINE),
        ({"RequestedProcedurePriority": "STAT"}, Priority.STAT),
        ({"RequestedProcedurePriority": "HIGH "}, Priority.STAT),
        ({"RequestedProcedurePriority": "MEDIUM"}, Priority.ROUTINE),
        ({"RequestAttributesSequence": [item(RequestedProcedurePriority="stat")]}, Priority.STAT),
        ({"StudyDate": "20260101"}, Priority.BACKFILL),
        ({"StudyDate": "20260101", "RequestedProcedurePriority": "STAT"}, Priority.STAT),
        ({"StudyDate": "20270101"}, Priority.ROUTINE),
        ({"StudyDate": None}, Priority.ROUTINE),
    ],
)
def test_how_urgent_a_study_is(attributes: dict[str, Any], expected: Priority) -> None:
    assert urgency(make_image(**attributes), TODAY) is expected


def test_a_person_comes_before_every_header() -> None:
    assert sorted(Priority, reverse=True) == [
        Priority.PERSON,
        Priority.STAT,
        Priority.ROUTINE,
        Priority.BACKFILL,
    ]
