"""What makes a number usable stands in the SR: one row for each thing that a reader must be able to find."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeAlias

import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.labels import Tissue
from reporting.objects import objects
from tests.unit.reporting.factories import make_ct_header, make_finding, make_model, make_review, make_revision

FOUND = make_finding(doubts=("level_confidence: 0.85, 0.90 needed", "cut_off: muscle reaches the edge"))
IDENTITY = make_revision(review=make_review(corrected=True), node_name="node-7")
NUMBERS = FOUND.measurements
METHODS = {"mask": "MASK", "m29_150": "MASK-M29-150"}
MEAN, DEVIATION = "373098007", "386136009"

Look: TypeAlias = Callable[[Dataset], Any]


@pytest.fixture(scope="module")
def report() -> Dataset:
    return pydicom.dcmread(BytesIO(objects(make_ct_header(), FOUND, IDENTITY)[1].data))


def under(node: Dataset, *codes: str) -> list[Dataset]:
    """Items by the code of their concept, one generation for each code."""
    found = [node]
    for code in codes:
        children = [item for one in found for item in one.get("ContentSequence", [])]
        found = [item for item in children if concept(item) == code]
    return found


def concept(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue) if "ConceptNameCodeSequence" in item else ""


def value(item: Dataset) -> Any:
    """The value of an item in plain Python."""
    if item.ValueType == "NUM":
        return float(item.MeasuredValueSequence[0].NumericValue)
    if item.ValueType == "CODE":
        return str(item.ConceptCodeSequence[0].CodeValue)
    kinds = {"TEXT": "TextValue", "PNAME": "PersonName", "UIDREF": "UID"}
    return str(item[kinds[item.ValueType]].value)


def groups(report: Dataset) -> list[Dataset]:
    return under(report, "126010", "125007")


def number(group: int, code: str, *modifiers: str) -> Look:
    """The one NUM item of a group whose modifiers are exactly these."""

    def look(report: Dataset) -> float:
        found = [
            item
            for item in under(groups(report)[group], code)
            if [value(part) for part in item.get("ContentSequence", [])] == list(modifiers)
        ]
        (only,) = found
        return float(value(only))

    return look


def said(code: str) -> Look:
    """All values of a concept in the group of the total."""
    return lambda report: [value(item) for item in under(groups(report)[-1], code)]


def entry(code: str) -> Look:
    """The value of a concept in the library entry of the image."""
    return lambda report: [value(item) for item in under(report, "111028", "126200", "260753009", code)]


def root(code: str) -> Look:
    return lambda report: [value(item) for item in under(report, code)]


def areas_and_hu() -> dict[str, tuple[Look, Any]]:
    rows: dict[str, tuple[Look, Any]] = {}
    all_of_them = [*(NUMBERS.tissues[tissue] for tissue in Tissue), NUMBERS.total]
    for group, (name, numbers) in enumerate(zip([*map(str, Tissue), "total"], all_of_them, strict=True)):
        for kind, method in METHODS.items():
            about = pytest.approx
            rows[f"{name} area {kind}"] = (
                number(group, "42798000", method),
                about(getattr(numbers, f"area_{kind}_cm2"), abs=0.006),
            )
            for word, code in (("mean", MEAN), ("sd", DEVIATION)):
                rows[f"{name} HU {kind} {word}"] = (
                    number(group, "112031", method, code),
                    about(getattr(numbers, f"hu_{kind}_{word}"), abs=0.06),
                )
    return rows


MODEL = make_model()
TABLE: dict[str, tuple[Look, Any]] = {
    **areas_and_hu(),
    "index": (number(3, "SMI-M29-150", "MASK-M29-150"), pytest.approx(NUMBERS.smi_m29_150, abs=0.006)),
    "definition": (
        lambda report: [
            word in said("DEFINITION")(report)[0]
            for word in (
                "third vertebra below the last rib",
                "every pixel of the mask",
                "-29..150 HU",
                "lumborum",
                "Iliopsoas muscle stands for its psoas part",
            )
        ],
        [True] * 5,
    ),
    "height": (number(3, "8302-2"), 1.65),
    "source of the height": (said("HEIGHT-SOURCE"), ["PatientSize (0010,1020)"]),
    "weight": (number(3, "29463-7"), 62.0),
    "source of the weight": (said("WEIGHT-SOURCE"), ["PatientWeight (0010,1030)"]),
    "model": (said("111001"), [MODEL.name]),
    "version with digest": (said("111003"), [f"{MODEL.version}+sha256:{MODEL.digest[:12]}"]),
    "status, digest, folds and ensemble rule": (
        said("111002"),
        [
            "status=research",
            f"digest=sha256:{MODEL.digest}",
            "folds=0+1+2+3+4",
            "ensemble=mean of probability maps",
        ],
    ),
    "agreement of folds, all": (number(3, "FOLD-DICE"), 0.961),
    "agreement of folds, psoas": (number(0, "FOLD-DICE"), 0.97),
    "agreement of folds, paraspinal": (number(1, "FOLD-DICE"), 0.98),
    "agreement of folds, wall": (number(2, "FOLD-DICE"), 0.93),
    "z of L3": (number(3, "L3-HEIGHT"), 170.0),
    "certainty of L3": (number(3, "L3-CONFIDENCE"), 0.97),
    "state of L3": (said("L3-STATUS"), ["L3-FOUND"]),
    "how L3 was found": (said("L3-REASON"), ["third vertebra below the last rib, two above the sacrum"]),
    "anchors": (said("L3-ANCHOR"), ["last_rib", "sacrum"]),
    "doubts": (said("DOUBT"), list(FOUND.doubts)),
    "origin of the labels": (said("ORIGIN"), ["Segmentation by the model, corrected by a person"]),
    "tube voltage": (entry("113733"), [120.0]),
    "kernel": (entry("KERNEL"), ["Br40d/3"]),
    "slice thickness": (entry("112225"), [5.0]),
    "contrast as stated": (entry("123011"), ["Iopromide 370"]),
    "position of the image": (entry("110903"), [-512.0]),
    "observer: a person, then the device": (root("121005"), ["121006", "121007"]),
    "name of the person": (root("121008"), ["Prüfer^Petra"]),
    "organization of the person": (root("121009"), ["Spital Zürich"]),
    "name of the device": (root("121013"), ["node-7"]),
    "maker of the device": (root("121014"), ["l3node"]),
    "restriction of use": (root("CAVEAT"), [MODEL.caveat]),
    "language": (root("121049"), ["en-US"]),
    "what is measured": (
        lambda report: [value(item) for group in groups(report) for item in under(group, "121071")],
        ["68455001", "244849004", "1142228004", "127954009"],
    ),
    "where": (
        lambda report: {value(item) for group in groups(report) for item in under(group, "363698007")},
        {"36470004"},
    ),
}


@pytest.mark.parametrize(("look", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_report_holds(look: Look, expected: Any, report: Dataset) -> None:
    assert look(report) == expected
