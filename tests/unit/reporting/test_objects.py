from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from inference.labels import Tissue
from inference.model_card import ModelStatus
from reporting.finding import Finding, Identity
from reporting.objects import objects
from tests.unit.reporting.factories import (
    make_ct_header,
    make_finding,
    make_identity,
    make_labels,
    make_level,
    make_model,
    make_person,
    without,
)
from tests.unit.reporting.geometries import GEOMETRIES
from tests.unit.reporting.peers import dciodvfy_errors
from tests.unit.reporting.test_identity import NAMES, received

LONGEST = {
    "AE": 16,
    "AS": 4,
    "CS": 16,
    "DA": 8,
    "DS": 16,
    "IS": 12,
    "LO": 64,
    "PN": 194,
    "SH": 16,
    "ST": 1024,
    "UI": 64,
}
FINDINGS = {
    "demonstration": make_finding(model=make_model(status=ModelStatus.DEMONSTRATION)),
    "released": make_finding(model=make_model(status=ModelStatus.RELEASED)),
    "by hand": make_finding(model=None, agreement=None),
    "empty wall": make_finding(without(make_labels(), [Tissue.ABDOMINAL_WALL])),
    "no height": make_finding(person=make_person(height_m=None, height_source=None)),
    "no evidence": make_finding(level=make_level(evidence=None, z_mm=None, anchors=())),
    "doubts": make_finding(doubts=("level_confidence: low", "fold_disagreement: wall" * 40)),
    "long names": make_finding(model=make_model(name="n" * 99, version="v" * 99, digest="d" * 64)),
    "odd names": make_finding(model=make_model(name="Größe\\\n模型", version="1\\2")),
}


def made(found: Finding | None = None, identity: Identity | None = None, **header: object) -> list[Dataset]:
    encoded = objects(make_ct_header(**header), found or make_finding(), identity or make_identity())
    return [pydicom.dcmread(BytesIO(one.data)) for one in encoded]


def check(header: Dataset, found: Finding, folder: Path) -> None:
    for encoded in objects(header, found, make_identity()):
        assert dciodvfy_errors(encoded.data, folder, encoded.kind) == [], encoded.kind


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES.keys())
def test_dciodvfy_finds_no_error_in_any_geometry(geometry: dict[str, object], tmp_path: Path) -> None:
    check(make_ct_header(**geometry), make_finding(), tmp_path)


@pytest.mark.parametrize("found", FINDINGS.values(), ids=FINDINGS.keys())
def test_dciodvfy_finds_no_error_in_any_finding(found: Finding, tmp_path: Path) -> None:
    check(make_ct_header(), found, tmp_path)


@pytest.mark.parametrize(("character_set", "name"), NAMES.values(), ids=NAMES.keys())
def test_dciodvfy_finds_no_error_with_any_name(character_set: object, name: str, tmp_path: Path) -> None:
    check(received(make_ct_header(SpecificCharacterSet=character_set, PatientName=name)), make_finding(), tmp_path)


BARE = {
    "no height": {"PatientSize": None},
    "no optional attribute": dict.fromkeys(
        ("PatientSize", "PatientWeight", "PatientAge", "StudyDescription", "SpacingBetweenSlices", "KVP", "StudyID")
    ),
    "no thickness": {"SliceThickness": ""},
    "no other IDs": {"OtherPatientIDsSequence": None, "IssuerOfPatientIDQualifiersSequence": None},
    "lossy": {
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": "8",
        "LossyImageCompressionMethod": "ISO_10918_1",
    },
}


@pytest.mark.parametrize("header", BARE.values(), ids=BARE.keys())
def test_dciodvfy_finds_no_error_whatever_the_source_lacks(header: dict[str, object], tmp_path: Path) -> None:
    check(make_ct_header(**header), make_finding(), tmp_path)


def test_each_kind_has_its_own_series_number_and_none_is_called_ct() -> None:
    assert [target.SeriesNumber for target in made()] == [9001, 9002, 9003]
    assert [target.Modality for target in made()] == ["SEG", "SR", "OT"]
    later = made(identity=make_identity(revision=3))
    assert [target.SeriesNumber for target in later] == [9021, 9022, 9023]
    assert all("rev 3" in target.SeriesDescription for target in later)
    assert not any("rev" in target.SeriesDescription for target in made())


def test_our_own_objects_can_be_told_by_their_maker() -> None:
    for target in made():
        assert (target.Manufacturer, target.ManufacturerModelName) == ("l3node", "l3node")
        assert target.SoftwareVersions


def test_all_times_are_the_moment_of_the_request_in_the_zone_of_the_site() -> None:
    for target in made():
        assert (target.ContentDate, target.ContentTime) == ("20260302", "003020")
        assert (target.SeriesDate, target.SeriesTime) == ("20260302", "003020")
        assert target.TimezoneOffsetFromUTC == "+0100"
        assert (target.StudyDate, target.StudyTime) == ("20260301", "101500")


def test_summer_time_and_odd_offsets_are_stated() -> None:
    asked_at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    for zone, offset, time in (("Europe/Berlin", "+0200", "140000"), ("Asia/Kolkata", "+0530", "173000")):
        for target in made(identity=make_identity(asked_at=asked_at, time_zone=ZoneInfo(zone))):
            assert (target.TimezoneOffsetFromUTC, target.ContentTime) == (offset, time)


def test_an_offset_that_the_source_states_is_kept_since_it_holds_for_the_copied_study_time_too() -> None:
    for target in made(TimezoneOffsetFromUTC="-0330"):
        assert (target.TimezoneOffsetFromUTC, target.ContentDate, target.ContentTime) == (
            "-0330",
            "20260301",
            "200020",
        )


@pytest.mark.parametrize("offset", ["+9900", "+2400", "-1300", "+0175", "Z", "+1", "+01:0"])
def test_an_offset_that_no_place_on_earth_has_is_not_the_sources(offset: str) -> None:
    for target in made(TimezoneOffsetFromUTC=offset):
        assert (target.TimezoneOffsetFromUTC, target.ContentTime) == ("+0100", "003020")


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_tube_voltage_or_thickness_that_is_no_number_is_not_stated(value: str) -> None:
    header = make_ct_header(KVP=value, SliceThickness=value, SpacingBetweenSlices=value)
    seg, report, key = (
        pydicom.dcmread(BytesIO(one.data)) for one in objects(header, make_finding(), make_identity())
    )
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert (float(measures.SliceThickness), float(measures.SpacingBetweenSlices)) == (5.0, 5.0)
    assert value not in str(report.ContentSequence)
    assert key.Rows


def test_the_restriction_is_in_every_series_description_and_revisions_fit() -> None:
    for status, words in ((ModelStatus.DEMONSTRATION, "DEMONSTRATION"), (ModelStatus.RESEARCH, "not for diagnosis")):
        found = make_finding(model=make_model(status=status))
        for target in made(found, make_identity(revision=123)):
            assert words in target.SeriesDescription
            assert "rev 123" in target.SeriesDescription
    for target in made(make_finding(model=make_model(status=ModelStatus.RELEASED))):
        assert target.SeriesDescription.startswith("L3 muscle")


@pytest.mark.parametrize("found", FINDINGS.values(), ids=FINDINGS.keys())
def test_no_value_is_longer_than_its_representation_allows(found: Finding) -> None:
    for target in made(found, make_identity(node_name="node of a very long name " * 5, revision=123)):
        for element in target.iterall():
            values = element.value if element.VM > 1 else [element.value]
            for value in values if element.VR in LONGEST else ():
                assert len(str(value)) <= LONGEST[element.VR], element.keyword


def test_files_are_part_10_with_file_meta_that_agrees() -> None:
    for encoded in objects(make_ct_header(), make_finding(), make_identity()):
        target = pydicom.dcmread(BytesIO(encoded.data))
        assert encoded.data[128:132] == b"DICM"
        assert target.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        assert target.file_meta.MediaStorageSOPInstanceUID == target.SOPInstanceUID == encoded.sop_instance_uid
        assert target.file_meta.MediaStorageSOPClassUID == target.SOPClassUID == encoded.sop_class_uid
        assert target.SeriesInstanceUID == encoded.series_instance_uid
        assert target.StudyInstanceUID == make_ct_header().StudyInstanceUID
