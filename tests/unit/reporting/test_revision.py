"""Revisions and reviews: what they replace, who vouches for them, and the note that makes the old objects void."""

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from reporting.finding import Encoded, Finding, Identity, Review, Why
from reporting.objects import objects
from reporting.rejection import rejection_note
from tests.unit.reporting.factories import make_ct_header, make_finding, make_identity, make_review, make_revision
from tests.unit.reporting.peers import dciodvfy_errors, says

APPROVED, CORRECTED = make_review(), make_review(corrected=True)
REVIEWS = {"unseen": None, "approved": APPROVED, "corrected": CORRECTED}


def made(identity: Identity, found: Finding | None = None, **header: object) -> tuple[Dataset, ...]:
    encoded = objects(make_ct_header(**header), found or make_finding(), identity)
    return tuple(pydicom.dcmread(BytesIO(one.data)) for one in encoded)


def note(why: Why = "quality", identity: Identity | None = None) -> Encoded:
    return rejection_note(make_ct_header(), make_finding(), identity or make_revision(), why)


def test_the_report_names_the_report_that_it_replaces() -> None:
    (study,) = made(make_revision())[1].PredecessorDocumentsSequence
    (series,) = study.ReferencedSeriesSequence
    (document,) = series.ReferencedSOPSequence
    first = objects(make_ct_header(), make_finding(), make_identity())[1]
    assert study.StudyInstanceUID == make_ct_header().StudyInstanceUID
    assert series.SeriesInstanceUID == first.series_instance_uid
    assert (document.ReferencedSOPClassUID, document.ReferencedSOPInstanceUID) == (
        first.sop_class_uid,
        first.sop_instance_uid,
    )


@pytest.mark.parametrize("index", [0, 2], ids=["seg", "key"])
def test_segmentation_and_key_image_name_the_image_that_they_replace(index: int) -> None:
    target = made(make_revision())[index]
    first = objects(make_ct_header(), make_finding(), make_identity())[index]
    (replaced,) = target.ReferencedImageSequence
    assert replaced.ReferencedSOPInstanceUID == first.sop_instance_uid
    assert replaced.PurposeOfReferenceCodeSequence[0].CodeValue == "REPLACED"
    assert target.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == "99L3NODE"
    if index == 0:
        listed = [series.SeriesInstanceUID for series in target.ReferencedSeriesSequence]
        assert listed == [make_ct_header().SeriesInstanceUID, first.series_instance_uid]


def test_a_first_result_names_no_predecessor() -> None:
    for target in made(make_identity()):
        assert "PredecessorDocumentsSequence" not in target
        assert "ReferencedImageSequence" not in target


def test_a_revision_has_new_objects_in_new_series_of_their_own_numbers() -> None:
    first, second = made(make_identity()), made(make_revision())
    assert not {one.SOPInstanceUID for one in first} & {one.SOPInstanceUID for one in second}
    assert not {one.SeriesInstanceUID for one in first} & {one.SeriesInstanceUID for one in second}
    assert [one.SeriesNumber for one in second] == [9011, 9012, 9013]
    assert all(one.SeriesDescription.endswith("rev 2") for one in second)


def test_what_nobody_looked_at_is_preliminary_and_unverified() -> None:
    segmentation, report, _ = made(make_identity())
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert "VerifyingObserverSequence" not in report
    assert {item.SegmentAlgorithmType for item in segmentation.SegmentSequence} == {"AUTOMATIC"}


def test_what_a_person_approved_is_final_and_says_who_where_and_when() -> None:
    segmentation, report, _ = made(make_identity(review=APPROVED))
    (observer,) = report.VerifyingObserverSequence
    assert (report.CompletionFlag, report.VerificationFlag, report.PreliminaryFlag) == (
        "COMPLETE",
        "VERIFIED",
        "FINAL",
    )
    assert str(observer.VerifyingObserverName) == "Prüfer^Petra"
    assert observer.VerifyingOrganization == "Spital Zürich"
    assert observer.VerificationDateTime == "20260302100005+0100"
    assert {item.SegmentAlgorithmType for item in segmentation.SegmentSequence} == {"AUTOMATIC"}
    assert str(segmentation.ContentCreatorName) == "l3node^"


def test_what_a_person_corrected_is_semiautomatic_and_names_the_person() -> None:
    segmentation, report, _ = made(make_revision(review=CORRECTED))
    assert {item.SegmentAlgorithmType for item in segmentation.SegmentSequence} == {"SEMIAUTOMATIC"}
    assert all("corrected by a person" in item.SegmentDescription for item in segmentation.SegmentSequence)
    assert str(segmentation.ContentCreatorName) == "Prüfer^Petra"
    people = [str(item.PersonName) for item in report.ContentSequence if item.ValueType == "PNAME"]
    assert people == ["Prüfer^Petra"]
    assert report.VerificationFlag == "VERIFIED"


def test_what_a_person_painted_altogether_is_manual() -> None:
    segmentation, report, _ = made(make_revision(review=CORRECTED), make_finding(model=None, agreement=None))
    assert {item.SegmentAlgorithmType for item in segmentation.SegmentSequence} == {"MANUAL"}
    assert report.VerificationFlag == "VERIFIED"


def test_a_reviewer_loses_only_accents_where_the_source_declares_no_character_set() -> None:
    segmentation, report, _ = made(make_revision(review=CORRECTED), SpecificCharacterSet=None)
    assert str(segmentation.ContentCreatorName) == "Prufer^Petra"
    assert report.VerifyingObserverSequence[0].VerifyingOrganization == "Spital Zurich"
    assert "SpecificCharacterSet" not in report


ODD_REVIEWERS = {
    "no organization": make_review(organization="", corrected=True),
    "nothing but spaces": make_review(name="  ", organization="  ", corrected=True),
    "backslashes": make_review(name="P\\Q", organization="Ward\\3", corrected=True),
    "control characters": make_review(name="P\n^Q\x1b", organization="Ward\t3\r", corrected=True),
    "too long": make_review(name="Prüfer" * 40, organization="Spital " * 40, corrected=True),
}


@pytest.mark.parametrize("review", ODD_REVIEWERS.values(), ids=ODD_REVIEWERS.keys())
def test_what_a_person_typed_as_name_or_organization_cannot_spoil_the_objects(review: Review, tmp_path: Path) -> None:
    identity = make_revision(review=review)
    for encoded in objects(make_ct_header(), make_finding(), identity):
        assert dciodvfy_errors(encoded.data, tmp_path, encoded.kind) == [], encoded.kind
    segmentation, report, _ = made(identity)
    (observer,) = report.VerifyingObserverSequence
    assert (segmentation.ContentCreatorName, report.VerificationFlag) == (observer.VerifyingObserverName, "VERIFIED")
    for element in (observer["VerifyingOrganization"], observer["VerifyingObserverName"]):
        assert element.VM == 1, element
        assert len(str(element.value)) <= 64, element


@pytest.mark.parametrize("review", REVIEWS.values(), ids=REVIEWS.keys())
def test_dciodvfy_finds_no_error_in_revisions(review: object, tmp_path: Path) -> None:
    identity = make_revision(review=review)
    for encoded in (*objects(make_ct_header(), make_finding(), identity), note(identity=identity)):
        assert dciodvfy_errors(encoded.data, tmp_path, encoded.kind) == [], encoded.kind


@pytest.mark.parametrize(("why", "code"), [("quality", "113001"), ("safety", "113037")])
def test_the_rejection_note_says_why_and_lists_all_that_is_replaced(why: Why, code: str) -> None:
    encoded = note(why)
    target = pydicom.dcmread(BytesIO(encoded.data))
    first = objects(make_ct_header(), make_finding(), make_identity())
    assert target.ConceptNameCodeSequence[0].CodeValue == code
    assert (target.Modality, target.SeriesNumber) == ("KO", 9014)
    named = {
        item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID: item.ValueType for item in target.ContentSequence
    }
    assert named == dict(zip((one.sop_instance_uid for one in first), ("IMAGE", "COMPOSITE", "IMAGE"), strict=True))
    (evidence,) = target.CurrentRequestedProcedureEvidenceSequence
    assert {series.SeriesInstanceUID for series in evidence.ReferencedSeriesSequence} == {
        one.series_instance_uid for one in first
    }
    assert str(target.PatientName) == "Muster^Erika"


def test_two_reasons_make_two_notes_and_the_same_reason_the_same_bytes() -> None:
    assert note("quality") == note("quality")
    assert note("quality").sop_instance_uid != note("safety").sop_instance_uid


def test_a_first_result_rejects_nothing() -> None:
    with pytest.raises(ValueError, match="replaces nothing"):
        note(identity=make_identity())


def test_dsr2html_renders_the_rejection_note(tmp_path: Path) -> None:
    path = tmp_path / "note.dcm"
    path.write_bytes(note("safety").data)
    assert "Rejected for Patient Safety Reasons" in says("dsr2html", path)
