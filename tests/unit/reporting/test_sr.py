from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.labels import Tissue
from inference.model_card import ModelStatus
from reporting.finding import Finding
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
from tests.unit.reporting.peers import says

GROUP, AREA, ATTENUATION, SMI, DICE = "Measurement Group", "42798000", "112031", "SMI-M29-150", "FOLD-DICE"


def sr_bytes(found: Finding | None = None, **header: object) -> bytes:
    return objects(make_ct_header(**header), found or make_finding(), make_identity())[1].data


def report(found: Finding | None = None, **header: object) -> Dataset:
    return pydicom.dcmread(BytesIO(sr_bytes(found, **header)))


def items(node: Dataset) -> Iterator[Dataset]:
    for item in node.get("ContentSequence", []):
        yield item
        yield from items(item)


def groups(node: Dataset) -> list[Dataset]:
    return [item for item in items(node) if "ConceptNameCodeSequence" in item and name(item) == GROUP]


def name(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeMeaning)


def code(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue)


def numbers(group: Dataset) -> dict[tuple[str, ...], float]:
    """NUM items by concept, then by the codes of their modifiers."""
    found = {}
    for item in group.ContentSequence:
        if item.ValueType == "NUM":
            modifiers = [part.ConceptCodeSequence[0].CodeValue for part in item.get("ContentSequence", [])]
            found[code(item), *modifiers] = float(item.MeasuredValueSequence[0].NumericValue)
    return found


def texts(node: Dataset) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in items(node):
        if item.ValueType == "TEXT":
            found.setdefault(code(item), []).append(str(item.TextValue))
    return found


def test_there_is_a_group_per_muscle_and_one_for_the_total() -> None:
    found = groups(report())
    assert [group.ContentTemplateSequence[0].TemplateIdentifier for group in found] == [
        "1411",
        "1411",
        "1411",
        "1501",
    ]


def test_the_numbers_of_a_muscle_are_those_of_the_finding_and_both_kinds_are_named() -> None:
    found = make_finding()
    for tissue, group in zip(Tissue, groups(report(found)), strict=False):
        expected, said = found.measurements.tissues[tissue], numbers(group)
        assert said[AREA, "MASK"] == pytest.approx(expected.area_mask_cm2, abs=0.005)
        assert said[AREA, "MASK-M29-150"] == pytest.approx(expected.area_m29_150_cm2, abs=0.005)
        assert said[ATTENUATION, "MASK", "373098007"] == pytest.approx(expected.hu_mask_mean, abs=0.05)
        assert said[ATTENUATION, "MASK-M29-150", "386136009"] == pytest.approx(expected.hu_m29_150_sd, abs=0.05)
        assert said[DICE,] == found.agreement.per_tissue[tissue]  # type: ignore[union-attr]


def test_the_total_states_index_height_agreement_and_level() -> None:
    found = make_finding()
    said = numbers(groups(report(found))[3])
    assert said[SMI, "MASK-M29-150"] == pytest.approx(found.measurements.smi_m29_150, abs=0.005)
    assert said["8302-2",] == 1.65
    assert said[DICE,] == 0.961
    assert said["L3-HEIGHT",] == 170.0
    assert said["L3-CONFIDENCE",] == 0.97


def test_the_report_says_how_everything_came_about() -> None:
    doubts = ("level_confidence: low", "fold_disagreement: wall")
    said = texts(report(make_finding(doubts=doubts)))
    assert said["DOUBT"] == list(doubts)
    assert said["L3-ANCHOR"] == ["last_rib", "sacrum"]
    assert "mid-height" in said["DEFINITION"][0]
    assert said["HEIGHT-SOURCE"] == ["PatientSize (0010,1020)"]
    assert said["KERNEL"] == ["Br40d/3"]
    assert said["123011"] == ["Iopromide 370"]
    assert set(said["111001"]) == {"phantom folds"}
    parameters = "\n".join(said["111002"])
    for words in ("status=research", make_model().digest, "folds=0+1+2+3+4", "ensemble=mean of probability maps"):
        assert words in parameters


def test_the_acquisition_is_stated_and_what_the_source_does_not_say_is_called_so() -> None:
    bare = report(KVP=None, ConvolutionKernel=None, ContrastBolusAgent=None)
    assert texts(bare)["KERNEL"] == ["not stated"]
    assert texts(bare)["123011"] == ["not stated"]
    assert not [item for item in items(bare) if code(item) == "113733"]
    voltage = next(item for item in items(report()) if code(item) == "113733")
    assert voltage.MeasuredValueSequence[0].NumericValue == 120


def test_without_a_height_there_is_no_index_but_the_reason() -> None:
    target = report(make_finding(person=make_person(height_m=None, height_source=None)))
    assert (SMI, "MASK-M29-150") not in numbers(groups(target)[3])
    assert "height" in texts(target)["NO-SMI"][0]


def test_an_empty_tissue_has_area_zero_and_no_hu() -> None:
    said = numbers(groups(report(make_finding(without(make_labels(), [Tissue.ABDOMINAL_WALL]))))[2])
    assert said == {(AREA, "MASK"): 0, (AREA, "MASK-M29-150"): 0, (DICE,): 0.93}


def test_the_restriction_stands_before_the_measurements() -> None:
    model = make_model(status=ModelStatus.DEMONSTRATION)
    names = [name(item) for item in report(make_finding(model=model)).ContentSequence]
    assert names[-2:] == ["Restriction of use", "Imaging Measurements"]
    assert texts(report(make_finding(model=model)))["CAVEAT"] == [model.caveat]
    assert "CAVEAT" not in texts(report(make_finding(model=make_model(status=ModelStatus.RELEASED))))


def test_labels_of_a_person_are_said_to_be_so() -> None:
    said = texts(report(make_finding(model=None, agreement=None)))
    assert said["ORIGIN"] == ["Segmentation given by a person, not by a model"]
    assert "111001" not in said


def test_it_claims_no_normality_and_no_diagnosis() -> None:
    for item in items(report()):
        assert code(item) not in {"121402", "371880002", "17621005"}
    assert "sarcopenia" not in sr_bytes().decode("latin-1").lower()


def test_it_is_complete_unverified_and_preliminary() -> None:
    target = report()
    flags = (target.CompletionFlag, target.VerificationFlag, target.PreliminaryFlag)
    assert flags == ("COMPLETE", "UNVERIFIED", "PRELIMINARY")
    assert target.ConceptNameCodeSequence[0].CodeValue == "126000"


def test_it_refers_to_the_segmentation_and_to_the_source_image() -> None:
    header = make_ct_header()
    seg, encoded, _ = objects(header, make_finding(), make_identity())
    target = pydicom.dcmread(BytesIO(encoded.data))
    evidence = target.CurrentRequestedProcedureEvidenceSequence[0]
    listed = {
        (series.SeriesInstanceUID, one.ReferencedSOPInstanceUID)
        for series in evidence.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    }
    assert listed == {
        (header.SeriesInstanceUID, header.SOPInstanceUID),
        (seg.series_instance_uid, seg.sop_instance_uid),
    }
    used = {
        one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for one in items(target) if one.ValueType == "IMAGE"
    }
    assert used == {header.SOPInstanceUID, seg.sop_instance_uid}


def test_tracking_uids_are_those_of_the_segments() -> None:
    seg, encoded, _ = objects(make_ct_header(), make_finding(), make_identity())
    segments = pydicom.dcmread(BytesIO(seg.data)).SegmentSequence
    tracked = [one.UID for one in items(pydicom.dcmread(BytesIO(encoded.data))) if code(one) == "112040"]
    assert tracked[:3] == [segment.TrackingUID for segment in segments]
    assert len(set(tracked)) == 4


def test_private_codes_are_identified() -> None:
    target = report()
    schemes = {item.CodingSchemeDesignator for item in target.CodingSchemeIdentificationSequence}
    assert schemes == {"99L3NODE"}


def test_dsr2html_renders_the_report_with_its_concept_names(tmp_path: Path) -> None:
    path = tmp_path / "sr.dcm"
    path.write_bytes(sr_bytes(make_finding(doubts=("level_confidence: low",))))
    page = says("dsr2html", path)
    for words in (
        "Imaging Measurement Report",
        "Skeletal muscle index at L3",
        "Area",
        "RESEARCH USE ONLY",
        "level_confidence",
    ):
        assert words in page, words
    assert "E:" not in page


def test_tid1500reader_reads_the_groups(tmp_path: Path) -> None:
    path = tmp_path / "sr.dcm"
    path.write_bytes(sr_bytes())
    says("tid1500reader", "--inputDICOM", path, "--outputMetadata", tmp_path / "out.json")
    assert "Psoas" in (tmp_path / "out.json").read_text() or "psoas" in (tmp_path / "out.json").read_text()


def test_a_level_without_anchors_or_height_is_still_reported() -> None:
    target = report(make_finding(level=make_level(z_mm=None, anchors=(), evidence=None, reason="")))
    assert ("L3-HEIGHT",) not in numbers(groups(target)[3])
    assert texts(target)["L3-REASON"] == ["not stated"]
