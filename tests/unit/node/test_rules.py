"""Which results a destination takes, and what is said where it takes none."""

from datetime import date
from typing import Any

import pytest

from config.settings import Destination, StowDestination
from dicom_node.deliver.rules import Parting, takers

TODAY = date(2026, 3, 1)


def make_taker(**fields: Any) -> Destination:
    return Destination.model_validate({"ae_title": "PACS", "host": "127.0.0.1", "port": 104} | fields)


def made(**fields: Any) -> Parting:
    return Parting(**({"demonstration": False, "approved": False, "study_date": "20260228"} | fields))


@pytest.mark.parametrize(
    ("rules", "result"),
    [
        ({}, {}),
        ({"accept_demo": True}, {"demonstration": True}),
        ({"results": "approved"}, {"approved": True}),
        ({"max_study_age": 1}, {}),
        ({"max_study_age": 0}, {"study_date": "20260301"}),
        ({}, {"study_date": None}),
    ],
)
def test_a_destination_takes_what_its_rules_allow(rules: dict[str, Any], result: dict[str, Any]) -> None:
    assert takers([make_taker(**rules)], made(**result), TODAY) == (("PACS",), ())


@pytest.mark.parametrize(
    ("rules", "result", "told"),
    [
        ({}, {"demonstration": True}, "accept_demo"),
        ({"results": "approved"}, {}, "only what a person approved"),
        ({"max_study_age": 0}, {}, "1 days old, at most 0"),
        ({"max_study_age": 30}, {"study_date": "20250301"}, "365 days old, at most 30"),
        ({"max_study_age": 30}, {"study_date": None}, "of unknown age"),
        ({"max_study_age": 30}, {"study_date": "20261301"}, "of unknown age"),
    ],
)
def test_what_a_destination_does_not_take_has_its_reason(
    rules: dict[str, Any], result: dict[str, Any], told: str
) -> None:
    names, (why,) = takers([make_taker(**rules)], made(**result), TODAY)
    assert names == ()
    assert why.startswith("not for PACS: ")
    assert told in why


def test_each_destination_decides_for_itself() -> None:
    web = StowDestination.model_validate({"kind": "stow", "name": "WEB", "url": "http://h/dicom-web"})
    names, withheld = takers([make_taker(max_study_age=0), web], made(), TODAY)
    assert (names, len(withheld)) == (("WEB",), 1)
