from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from inference.labels import Tissue
from reporting.finding import Encoded, Finding, Identity
from reporting.objects import objects
from tests.unit.reporting.factories import (
    make_ct,
    make_ct_header,
    make_finding,
    make_identity,
    make_labels,
    make_level,
    make_model,
    make_person,
    make_review,
    make_revision,
    without,
)


def made(found: Finding | None = None, identity: Identity | None = None, **header: object) -> tuple[Encoded, ...]:
    return objects(make_ct_header(**header), found or make_finding(), identity or make_identity())


def one_voxel_more() -> Finding:
    labels = make_labels()
    labels[5, 5] = Tissue.PSOAS
    return make_finding(source_labels=labels)


def other_number() -> Finding:
    found = make_finding()
    total = replace(found.measurements.total, area_mask_cm2=found.measurements.total.area_mask_cm2 + 1e-9)
    return replace(found, measurements=replace(found.measurements, total=total))


def other_grey_value() -> Finding:
    ct = make_ct()
    ct.hu[0, 0] += 1
    return make_finding(ct=ct)


CHANGES = {
    "one voxel": lambda: made(one_voxel_more()),
    "one number": lambda: made(other_number()),
    "one grey value": lambda: made(other_grey_value()),
    "the model": lambda: made(make_finding(model=make_model(digest="ab" * 32))),
    "no model": lambda: made(make_finding(model=None)),
    "a doubt": lambda: made(make_finding(doubts=("level_confidence: low",))),
    "the level": lambda: made(make_finding(level=make_level(confidence=0.5))),
    "the height": lambda: made(make_finding(person=make_person(height_m=1.7))),
    "the request": lambda: made(identity=make_identity(request_key="00" * 32)),
    "the revision": lambda: made(identity=make_identity(revision=2)),
    "the moment": lambda: made(identity=make_identity(asked_at=datetime(2026, 3, 2, tzinfo=UTC))),
    "the zone": lambda: made(identity=make_identity(time_zone=ZoneInfo("Asia/Tokyo"))),
    "the node": lambda: made(identity=make_identity(node_name="other")),
    "the predecessor": lambda: made(identity=make_revision(revision=1)),
    "the review": lambda: made(identity=make_identity(review=make_review())),
    "the patient": lambda: made(PatientID="PID0002"),
    "the issuer": lambda: made(IssuerOfPatientID="ELSEWHERE"),
    "the accession number": lambda: made(AccessionNumber="ACC0002"),
    "the source image": lambda: made(SOPInstanceUID="1.2.3.4"),
    "the tube voltage": lambda: made(KVP="80"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_another_content_never_shares_a_uid(change: object) -> None:
    before, after = made(), change()  # type: ignore[operator]
    for one, other in zip(before, after, strict=True):
        assert one.sop_instance_uid != other.sop_instance_uid
        assert one.series_instance_uid != other.series_instance_uid
        assert one.data != other.data


def test_another_reviewer_time_of_review_or_correction_makes_another_object() -> None:
    reviews = (make_review(), make_review(name="Other^P"), make_review(corrected=True), make_review(organization="X"))
    later = make_review(at=datetime(2026, 3, 2, 9, 0, 6, tzinfo=UTC))
    named = [made(identity=make_identity(review=review))[1].sop_instance_uid for review in (*reviews, later)]
    assert len(set(named)) == 5


def test_another_version_of_the_encoder_makes_other_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made()
    monkeypatch.setattr("reporting.objects.ENCODER", "another encoder")
    assert not {one.sop_instance_uid for one in before} & {one.sop_instance_uid for one in made()}


def test_pixels_of_the_source_may_be_there_or_not() -> None:
    assert made() == made(PixelData=None)


def test_every_object_has_its_own_instance_and_series() -> None:
    found = made(make_finding(labels=without(make_labels(), [Tissue.PSOAS])))
    assert len({encoded.sop_instance_uid for encoded in found}) == 3
    assert len({encoded.series_instance_uid for encoded in found}) == 3
    assert [encoded.kind for encoded in found] == ["seg", "sr", "key"]
