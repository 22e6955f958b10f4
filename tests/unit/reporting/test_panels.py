"""What cut-off panels say, and that none of them stands without saying where its numbers were read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inference.model_card import Limits
from reporting.panels import PANELS, Answer, Subject, Verdict, answers, detectable, overall
from reporting.panels.panel import DATA, NoProvenance, read_panels

LIMITS = Limits(area_cm2=(-4.0, 9.0), hu=(-6.0, 3.0), cases=60, source="report 12")
WOMAN = Subject(area_cm2=120.0, hu=40.0, sex="F", age_years=66.0, height_m=1.65, weight_kg=62.0, native=False)


def asked(key: str, limits: Limits | None = LIMITS, **person: Any) -> Answer:
    found = {answer.panel.key: answer for answer in answers(replace(WOMAN, **person), limits)}
    return found[key]


def area_of(smi: float) -> float:
    return smi * 1.65**2


def test_the_panels_are_those_that_were_agreed() -> None:
    assert [panel.key for panel in PANELS] == [
        "carey_2017_smi",
        "derstine_2018_smi",
        "derstine_2018_area",
        "derstine_2018_hu",
        "groningen_2023_smi",
        "japan_2019_smi",
        "martin_2013_smi",
        "martin_2013_hu",
        "prado_2008_smi",
    ]


@pytest.mark.parametrize(
    ("key", "person", "cut"),
    [
        ("carey_2017_smi", {"sex": "M"}, 50),
        ("carey_2017_smi", {}, 39),
        ("prado_2008_smi", {"sex": "M", "weight_kg": 90.0}, 52.4),
        ("prado_2008_smi", {"weight_kg": 90.0}, 38.5),
        ("martin_2013_smi", {"sex": "M"}, 43),
        ("martin_2013_smi", {"sex": "M", "weight_kg": 90.0}, 53),
        ("martin_2013_smi", {"weight_kg": None}, 41),
        ("martin_2013_hu", {}, 41),
        ("martin_2013_hu", {"weight_kg": 90.0}, 33),
        ("derstine_2018_smi", {"native": True}, 34.4),
        ("derstine_2018_area", {"native": True, "height_m": None}, 92.2),
        ("derstine_2018_hu", {"sex": "M", "native": True}, 38.5),
        ("japan_2019_smi", {}, 30.88),
        ("groningen_2023_smi", {}, 31.2),
        ("groningen_2023_smi", {"sex": "M", "age_years": 45.0}, 39.9),
    ],
)
def test_each_panel_takes_the_cut_off_for_the_patient(key: str, person: dict[str, Any], cut: float) -> None:
    assert f"cut-off {cut:g} " in asked(key, **person).why


@pytest.mark.parametrize(
    ("smi", "verdict"),
    [
        (37.4, Verdict.BELOW),  # a reader's value is at most 1.47 more
        (37.6, Verdict.BORDERLINE),
        (39.0, Verdict.BORDERLINE),
        (42.2, Verdict.BORDERLINE),  # and at least 3.31 less
        (42.4, Verdict.NOT_BELOW),
    ],
)
def test_a_verdict_within_the_models_limits_is_borderline(smi: float, verdict: Verdict) -> None:
    assert asked("carey_2017_smi", area_cm2=area_of(smi)).verdict is verdict


def test_without_limits_there_are_only_numbers() -> None:
    assert answers(WOMAN, None) == ()
    assert overall(()) == ""


@pytest.mark.parametrize(
    ("key", "person", "verdict", "why"),
    [
        ("carey_2017_smi", {"sex": "O"}, Verdict.NOT_EVALUABLE, "sex"),
        ("carey_2017_smi", {"sex": None}, Verdict.NOT_EVALUABLE, "sex"),
        ("carey_2017_smi", {"height_m": None}, Verdict.NOT_EVALUABLE, "height"),
        ("prado_2008_smi", {}, Verdict.NOT_APPLICABLE, "BMI 22.8, panel for 30 and more"),
        ("prado_2008_smi", {"weight_kg": None}, Verdict.NOT_EVALUABLE, "weight"),
        ("martin_2013_hu", {"hu": None}, Verdict.NOT_EVALUABLE, "attenuation"),
        ("derstine_2018_smi", {}, Verdict.NOT_APPLICABLE, "without contrast"),
        ("derstine_2018_smi", {"native": None}, Verdict.NOT_EVALUABLE, "phase"),
        ("groningen_2023_smi", {"age_years": None}, Verdict.NOT_EVALUABLE, "age"),
        ("groningen_2023_smi", {"age_years": 85.0}, Verdict.NOT_APPLICABLE, "age 85.0, panel for 20 to under 80"),
    ],
)
def test_what_fails_or_is_missing_is_named(key: str, person: dict[str, Any], verdict: Verdict, why: str) -> None:
    answer = asked(key, **person)
    assert answer.verdict is verdict
    assert why in answer.why


def test_panels_that_disagree_are_said_to() -> None:
    low = answers(replace(WOMAN, area_cm2=area_of(36.0)), LIMITS)
    assert {answer.verdict for answer in low} > {Verdict.BELOW, Verdict.NOT_BELOW}
    assert overall(low) == "depends on the panel"
    assert overall([answer for answer in low if answer.verdict is Verdict.BELOW]) == "below"


def test_no_answer_names_a_disease_or_calls_a_number_normal() -> None:
    people = [
        replace(WOMAN, **person)
        for person in (
            {},
            {"sex": "O"},
            {"native": None, "weight_kg": None},
            {"area_cm2": 60.0, "native": True, "weight_kg": 90.0},
            {"area_cm2": 300.0},
        )
    ]
    told = " ".join(str(answer) for person in people for answer in answers(person, LIMITS)).lower()
    for word in ("sarcopeni", "myopeni", "myosteatosis", "normal", "patholog", "diagnos"):
        assert word not in told


def test_every_answer_tells_population_citation_and_how_the_numbers_are_known() -> None:
    told = str(asked("carey_2017_smi"))
    assert "listed for liver transplantation" in told
    assert "Liver Transplantation 2017;23:625" in told
    assert "as cited in a review table, PMC6759678" in told
    assert "numbers read: original" in str(asked("derstine_2018_smi"))


@pytest.mark.parametrize("field", ["source_read", "says", "address", "read_on"])
@pytest.mark.parametrize("name", [path.name for path in sorted(DATA.glob("*.toml"))])
def test_a_data_file_without_its_provenance_is_refused(tmp_path: Path, name: str, field: str) -> None:
    lines = (DATA / name).read_text().splitlines()
    (tmp_path / name).write_text("\n".join(line for line in lines if not line.startswith(f"{field} = ")))
    with pytest.raises(NoProvenance, match=name):
        detectable(tmp_path) if name == "detectable.toml" else read_panels(tmp_path)


def test_a_source_is_the_original_or_says_who_cites_it(tmp_path: Path) -> None:
    text = (DATA / "japan_2019.toml").read_text().replace("as cited in PMC7919019", "somewhere", 2)
    (tmp_path / "japan_2019.toml").write_text(text.replace('citation = "somewhere"', 'citation = "x"'))
    with pytest.raises(NoProvenance, match="original"):
        read_panels(tmp_path)


def test_the_detectable_difference_says_whose_it_is() -> None:
    found = detectable()
    assert (found.area_cm2, found.hu) == (5.6, 14.6)
    assert "van der Werf 2018" in found.source
