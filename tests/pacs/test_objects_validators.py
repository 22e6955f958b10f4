"""Validators and readers of other makers on what the node writes: no error; what is let pass is explained.

dciodvfy (dicom3tools), PixelMed's SR validator, dcmqi's tid1500reader, DCMTK's dsr2html, Orthanc and storescp.
"""

import html
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.model_card import ModelStatus
from reporting.finding import Encoded, Finding, Identity
from reporting.objects import objects
from reporting.rejection import rejection_note
from tests.factories import eventually
from tests.peers import free_port, orthanc
from tests.tools import tool
from tests.unit.reporting.factories import (
    make_ct_header,
    make_finding,
    make_identity,
    make_judged,
    make_level,
    make_model,
    make_person,
    make_review,
    make_revision,
)
from tests.unit.reporting.peers import says
from tests.unit.reporting.test_content import under, value
from tests.unit.reporting.test_identity import NAMES, received

PIXELMED = Path("/usr/share/java/pixelmed.jar")
WITHOUT_LIMITS = [f"-Djdk.xml.xpath{what}Limit=0" for what in ("TotalOp", "ExprOp", "ExprGrp")]
"""Java's guard against large stylesheets; the validator's own is large."""

ALLOWED_WARNINGS = {
    r"Unrecognized defined term = <99L3NODE>$": (
        "a private coding scheme is identified in CodingSchemeIdentificationSequence (PS3.16 8.2): no standard code "
        "for the index, the agreement of folds and the level was found"
    ),
    r"Coding ?Scheme ?UID.*Unrecognized defined term = <2\.25\.\d+>$": "the UID of that private scheme",
    r"StudyID.*Missing attribute or value that would be needed to build DICOMDIR$": (
        "type 2 in General Study (PS3.3 C.7.2.1): empty where the source has none"
    ),
}
ALLOWED_ERRORS = {
    f"Template 1411 VolumetricROIMeasurements/[Row 1] {row}": (
        "the group of all muscle is TID 1501, which has no region; PS3.16 TID 1500 takes any number of groups of TID "
        "1410, 1411 and 1501 beside each other (rows 7 to 9, each 1-n U). All three begin with the same concept, and "
        "the validator holds every group against 1411 as soon as one is of 1411: of the same group alone it finds no "
        "error, see the test below"
    )
    for row in (
        'CONTAINER (125007,DCM,"Measurement Group")/[Row 5] SCOORD (111030,DCM,"Image Region")',
        'CONTAINER (125007,DCM,"Measurement Group")/[Row 7] IMAGE (121191,DCM,"Referenced Segment")',
        'CONTAINER (125007,DCM,"Measurement Group")/[Row 10] SCOORD3D (121231,DCM,"Volume Surface")',
    )
}

REVIEWED = make_revision(review=make_review(corrected=True))
CASES: dict[str, tuple[Finding, Identity, dict[str, object]]] = {
    "plain": (make_finding(), make_identity(), {}),
    "compared with cut-offs": (make_judged(), make_identity(), {}),
    "demonstration, with doubts": (
        make_finding(model=make_model(status=ModelStatus.DEMONSTRATION), doubts=("cut_off: muscle at the edge",)),
        make_identity(),
        {},
    ),
    "corrected revision": (make_finding(), REVIEWED, {}),
    "painted by a person": (make_finding(model=None, agreement=None), REVIEWED, {}),
    "nothing known": (
        make_finding(person=make_person(height_m=None, weight_kg=None), level=make_level(z_mm=None, anchors=())),
        make_identity(),
        dict.fromkeys(("KVP", "ConvolutionKernel", "ContrastBolusAgent", "StudyID", "PatientSize")),
    ),
    "names of many scripts": (
        make_finding(),
        REVIEWED,
        dict(zip(("SpecificCharacterSet", "PatientName"), NAMES["japanese"], strict=True)),
    ),
}
in_each_case = pytest.mark.parametrize("case", CASES)


def made(case: str) -> tuple[Encoded, ...]:
    """The three objects, and the rejection note of a revision."""
    found, identity, header = CASES[case]
    source = received(make_ct_header(**header))
    three = objects(source, found, identity)
    return (*three, rejection_note(source, found, identity, "safety")) if identity.predecessors else three


def report_of(case: str, folder: Path) -> Path:
    path = folder / "sr.dcm"
    path.write_bytes(made(case)[1].data)
    return path


@in_each_case
def test_dciodvfy_finds_no_error_and_only_warnings_that_are_explained(case: str, tmp_path: Path) -> None:
    for one in made(case):
        path = tmp_path / f"{one.kind}.dcm"
        path.write_bytes(one.data)
        lines = says("dciodvfy", "-new", path).splitlines()
        assert len(lines) >= 1
        told = [line for line in lines if line.startswith(("Error", "Warning"))]
        assert [line for line in told if not explained(line)] == [], one.kind


def explained(line: str) -> bool:
    return line.startswith("Warning") and any(re.search(pattern, line) for pattern in ALLOWED_WARNINGS)


def pixelmed(path: Path) -> list[str]:
    """What PixelMed's SR validator prints, order of items and template identifiers checked too."""
    if not PIXELMED.exists():
        pytest.skip("PixelMed is not installed (Debian packages libpixelmed-java, default-jre-headless)")
    validator = "com.pixelmed.validate.DicomSRValidator"
    command = [tool("java"), *WITHOUT_LIMITS, "-cp", str(PIXELMED), validator]
    options = ["-checktemplateid", "-checkcontentitemorder", str(path)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=240, check=True)
    told = (done.stdout + done.stderr).splitlines()
    assert "Found Root Template TID_1500 (MeasurementReport)" in told
    assert told[-1] == "IOD validation complete"
    return told


def test_pixelmed_finds_only_errors_that_are_explained(tmp_path: Path) -> None:
    told = pixelmed(report_of("corrected revision", tmp_path))
    errors = [line.removeprefix("Error: ").partition(": within")[0] for line in told if line.startswith("Error")]
    assert sorted(errors) == sorted(ALLOWED_ERRORS)


def test_pixelmed_finds_no_error_when_the_total_stands_alone(tmp_path: Path) -> None:
    """What shows that the errors that are let pass come of the company of TID 1411 and not of our group."""
    target = dcmread(report_of("plain", tmp_path))
    measurements = target.ContentSequence[-1]
    measurements.ContentSequence = measurements.ContentSequence[-1:]
    target.save_as(tmp_path / "alone.dcm")
    assert [line for line in pixelmed(tmp_path / "alone.dcm") if line.startswith("Error")] == []


@in_each_case
def test_tid1500reader_reads_every_group_with_every_number(case: str, tmp_path: Path) -> None:
    path = report_of(case, tmp_path)
    told = says("tid1500reader", "--inputDICOM", path, "--outputMetadata", tmp_path / "out.json")
    assert (tmp_path / "out.json").exists(), told
    read = json.loads((tmp_path / "out.json").read_text())["Measurements"]
    written = under(dcmread(path), "126010", "125007")
    assert len(read) == len(written) == 4
    for one, group in zip(read, written, strict=True):
        assert one["TrackingIdentifier"] == value(under(group, "112039")[0])
        assert one["Finding"]["CodeValue"] == value(under(group, "121071")[0])
        assert Counter(map(number_read, one["measurementItems"])) == Counter(numbers_written(group))


def number_read(item: dict[str, dict[str, str]]) -> tuple[str, float, str]:
    return item["quantity"]["CodeValue"], float(item["value"]), item["units"]["CodeValue"]  # type: ignore[arg-type]


def numbers_written(group: Dataset) -> list[tuple[str, float, str]]:
    return [
        (
            str(item.ConceptNameCodeSequence[0].CodeValue),
            value(item),
            str(item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue),
        )
        for item in group.ContentSequence
        if item.ValueType == "NUM"
    ]


@in_each_case
def test_dsr2html_renders_every_number_name_and_sentence(case: str, tmp_path: Path) -> None:
    path = report_of(case, tmp_path)
    page = html.unescape(re.sub(r"\s+", " ", says("dsr2html", path)))
    assert "E:" not in page
    for item in items(dcmread(path)):
        words = [str(item.ConceptNameCodeSequence[0].CodeMeaning), str(item.get("TextValue", ""))]
        numbers = [str(number.NumericValue) for number in item.get("MeasuredValueSequence", [])]
        assert [one for one in (*words, *numbers) if one not in page] == []


def items(node: Dataset) -> Iterator[Dataset]:
    for item in node.get("ContentSequence", []):
        yield item
        yield from items(item)


@pytest.mark.parametrize(("character_set", "name"), NAMES.values(), ids=NAMES.keys())
def test_dcmtk_reads_names_of_every_script_in_every_object(character_set: object, name: str, tmp_path: Path) -> None:
    source = received(make_ct_header(SpecificCharacterSet=character_set, PatientName=name))
    identity = make_revision()
    note = rejection_note(source, make_finding(), identity, "quality")
    for one in (*objects(source, make_finding(), identity), note):
        path = tmp_path / f"{one.kind}.dcm"
        path.write_bytes(one.data)
        command = [tool("dcmdump"), "-q", "+P", "PatientName", str(path)]
        said = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        assert f"[{name}]" in said, one.kind


def test_orthanc_and_storescp_store_every_object_and_the_rejection_note(tmp_path: Path) -> None:
    sent = made("corrected revision")
    for one in sent:
        (tmp_path / f"{one.kind}.dcm").write_bytes(one.data)
    files = [tmp_path / f"{one.kind}.dcm" for one in sent]
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False) as pacs:
        store(files, pacs.port)
        stored = pacs.contents()
        assert {modality: len(instances) for modality, instances in stored.items()} == dict.fromkeys(
            ("SEG", "SR", "OT", "KO"), 1
        )
        note = dcmread(pacs.download(stored["KO"][0], tmp_path / "back.dcm"))
    assert note.ConceptNameCodeSequence[0].CodeValue == "113037"
    archive, port = tmp_path / "archive", free_port()
    archive.mkdir()
    command = [tool("storescp"), "--output-directory", str(archive), str(port)]
    scp = subprocess.Popen(command, env=QUICK)
    try:
        eventually(lambda: listens(port), what="storescp")
        store(files, port)
    finally:
        scp.terminate()
        scp.wait(10)
    assert {dcmread(path).SOPInstanceUID for path in archive.iterdir()} == {one.sop_instance_uid for one in sent}


QUICK = {"TCP_NODELAY": "1", "PATH": "/usr/bin:/bin"}


def store(files: list[Path], port: int) -> None:
    command = [tool("storescu"), "-R", "-aec", "ORTHANC", "127.0.0.1", str(port), *map(str, files)]
    subprocess.run(command, check=True, env=QUICK, capture_output=True)


def listens(port: int) -> bool:
    return subprocess.run([tool("echoscu"), "127.0.0.1", str(port)], env=QUICK, capture_output=True).returncode == 0
