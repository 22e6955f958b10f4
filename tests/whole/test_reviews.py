"""A reviewer decides in the database; the running node makes the objects and sends them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from db import body, reviews
from db.reviews import Reviewer
from db.schema import Analysis, Artifact, Measurement
from dicom_node import basis, given
from dicom_node.app import Node, running
from dicom_node.folders import result_folder
from dicom_node.pacs.standin import StandIn
from dicom_node.patient_key import key_of_study
from dicom_node.site_secret import site_secret
from inference.labels import Tissue
from reporting.digest import digest_of
from tests.factories import (
    all_sent,
    analyses,
    destination,
    eventually,
    make_settings,
    phantom,
    rows,
    send_study,
    study_files,
)

ADA = Reviewer(account="ada", name="Lovelace^Ada")


@dataclass
class Site:
    """A node with one held result, and the PACS it sends to."""

    node: Node
    pacs: StandIn
    data: Path

    def newest(self) -> Analysis:
        return analyses(self.node.sessions)[-1]

    def basis(self) -> basis.Basis:
        row = self.newest()
        return basis.read(self.data / "results" / row.request_key[:2] / row.request_key / basis.NAME)

    def settled(self, *states: str) -> Analysis:
        """The newest request once it is in one of `states`."""
        (row,) = eventually(
            lambda: [row for row in analyses(self.node.sessions)[-1:] if row.state in states], what=str(states)
        )
        return row

    def sent(self) -> dict[str, Dataset]:
        eventually(lambda: all_sent(self.node.sessions, 3), what="delivery")
        return {kind: dcmread(path) for kind, path in self.pacs.received.items()}

    def of(self, analysis_id: int) -> dict[str, str]:
        """SOPInstanceUID of each object of a result."""
        found = rows(self.node.sessions, Artifact, analysis_id=analysis_id)
        return {one.kind: one.sop_instance_uid for one in found}


@pytest.fixture
def site(tmp_path: Path, data_folder: Path) -> Iterator[Site]:
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(
            data_folder,
            destination=[destination(pacs.ae_title, pacs.port)],
            review={"policy": "always", "organization": "Radiology"},
        )
        with running(settings) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            site = Site(node, pacs, data_folder)
            eventually(lambda: analyses(node.sessions, "held"), what="held")
            yield site


def replaced(report: Dataset) -> str:
    (study,) = report.PredecessorDocumentsSequence
    return str(study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID)


def test_an_approved_result_arrives_verified_with_the_same_labels_and_no_model_is_run(site: Site) -> None:
    first, labels = site.newest(), site.basis().labels
    with site.node.sessions.begin() as session:
        reviews.approve(session, first.id, digest_of(labels), ADA, datetime.now(UTC))
    assert site.settled("done").revision == 2
    sent = site.sent()
    report = sent["sr"]
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("VERIFIED", "FINAL")
    (observer,) = report.VerifyingObserverSequence
    assert (observer.VerifyingObserverName, observer.VerifyingOrganization) == ("Lovelace^Ada", "Radiology")
    assert replaced(report) == site.of(first.id)["sr"]
    assert {segment.SegmentAlgorithmType for segment in sent["seg"].SegmentSequence} == {"AUTOMATIC"}
    assert np.array_equal(site.basis().labels, labels)
    assert site.basis().level.confidence > 0.9


def test_a_destination_that_takes_only_what_was_approved_gets_it_when_it_was(
    tmp_path: Path, data_folder: Path
) -> None:
    with StandIn(tmp_path / "pacs") as pacs:
        to = destination(pacs.ae_title, pacs.port, results="approved")
        with running(make_settings(data_folder, destination=[to], review={"policy": "always"})) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            eventually(lambda: analyses(node.sessions, "held"), what="held")
            site = Site(node, pacs, data_folder)
            with node.sessions.begin() as session:
                labels = digest_of(site.basis().labels)
                reviews.approve(session, site.newest().id, labels, ADA, datetime.now(UTC))
            site.settled("done")
            assert site.sent()["sr"].VerificationFlag == "VERIFIED"


def test_a_series_of_uncertain_level_is_taken_up_by_a_slice_that_a_person_chooses(
    tmp_path: Path, data_folder: Path
) -> None:
    """No rib, crest or sacrum is in view: the node measures nothing, keeps the slices, and a reviewer chooses one."""
    drawn = phantom(bottom_mm=40.0, slices=24)
    with StandIn(tmp_path / "pacs") as pacs:
        to = destination(pacs.ae_title, pacs.port)
        with running(make_settings(data_folder, destination=[to])) as node:
            send_study(study_files(tmp_path / "ct", drawn=drawn), node.port)
            site = Site(node, pacs, data_folder)
            first = site.settled("not_measured")
            assert first.reason.startswith("l3_uncertain")
            kept, folder = site.basis(), result_folder(data_folder, first.request_key)
            assert (kept.around, kept.level.index) == (tuple(range(24)), None)
            (candidate,) = kept.level.evidence.candidates
            assert {"around.webp", "evidence.png"} <= {path.name for path in folder.iterdir()}
            with node.sessions.begin() as session:
                reviews.another_slice(session, first.id, candidate.index(5.0), ADA, datetime.now(UTC))
            chosen = site.settled("held")
            assert (chosen.origin, chosen.slice_index, site.basis().around) == ("slice", 9, kept.around)
            with node.sessions.begin() as session:
                reviews.approve(session, chosen.id, digest_of(site.basis().labels), ADA, datetime.now(UTC))
            site.settled("done")
            report = site.sent()["sr"]
            assert report.VerificationFlag == "VERIFIED"
            assert replaced(report) == site.of(chosen.id)["sr"]


def test_a_height_that_a_reviewer_stated_goes_out_with_the_approval_and_its_source(site: Site) -> None:
    first, labels = site.newest(), site.basis().labels
    with site.node.sessions.begin() as session:
        study = session.get_one(Analysis, first.id).study
        key = key_of_study(site_secret(site.data), make_settings(site.data).source, study)
        assert key is not None
        told = {"source": "stated by ada", "actor": "ada", "now": datetime.now(UTC)}
        body.state(session, key, height_m=1.5, **told)
        reviews.approve(session, first.id, digest_of(labels), ADA, datetime.now(UTC))
    made = site.settled("done")
    (row,) = rows(site.node.sessions, Measurement, analysis_id=made.id)
    assert (row.height_m, row.height_source) == (1.5, "stated by ada, date not stated")
    assert row.smi_m29_150_cm2_m2 == pytest.approx(row.total_area_m29_150_cm2 / 1.5**2)
    report = site.sent()["sr"]
    assert report.VerificationFlag == "VERIFIED"
    assert "stated by ada, date not stated" in report.to_json()


def test_corrected_labels_arrive_as_they_were_painted_under_the_reviewers_name(site: Site) -> None:
    first, labels = site.newest(), site.basis().labels.copy()
    labels[labels == Tissue.PSOAS] = 0
    labels[60:70, 60:70] = Tissue.PSOAS
    digest = given.keep(site.data, labels)
    with site.node.sessions.begin() as session:
        reviews.correct(session, first.id, digest, ADA, datetime.now(UTC))
    site.settled("done")
    sent = site.sent()
    assert {segment.SegmentAlgorithmType for segment in sent["seg"].SegmentSequence} == {"SEMIAUTOMATIC"}
    assert sent["seg"].ContentCreatorName == "Lovelace^Ada"
    assert np.count_nonzero(sent["seg"].pixel_array[0]) == 100
    assert replaced(sent["sr"]) == site.of(first.id)["sr"]
    assert np.array_equal(site.basis().labels, labels)


def test_another_slice_is_segmented_and_held_then_painted_from_nothing_and_sent(site: Site) -> None:
    first = site.newest()
    with site.node.sessions.begin() as session:
        reviews.another_slice(session, first.id, 30, ADA, datetime.now(UTC))
    chosen = site.settled("held")
    assert chosen.slice_index == 30
    assert chosen.reason.startswith("slice_chosen")
    assert site.basis().labels.any()
    labels = np.zeros_like(site.basis().labels)
    labels[50:60, 50:60], labels[80:90, 50:60], labels[100:110, 50:60] = 1, 2, 3
    digest = given.keep(site.data, labels)
    with site.node.sessions.begin() as session:
        reviews.correct(session, chosen.id, digest, ADA, datetime.now(UTC), painted=True)
    site.settled("done")
    sent = site.sent()
    assert {segment.SegmentAlgorithmType for segment in sent["seg"].SegmentSequence} == {"MANUAL"}
    assert {row.state for row in analyses(site.node.sessions)[:-1]} == {"superseded"}


def test_the_same_decision_after_a_restart_of_the_node_gives_the_same_bytes(site: Site) -> None:
    """Objects are made of what the row says, not of the clock: a second attempt would send the same."""
    from dataclasses import replace

    from config.settings import AnalysisSettings
    from dicom_node import worker
    from dicom_node.steps.analysing import _job
    from dicom_node.steps.desk import Desk

    first = site.newest()
    with site.node.sessions.begin() as session:
        made = reviews.approve(session, first.id, digest_of(site.basis().labels), ADA, datetime.now(UTC))
    site.settled("done")
    settings = make_settings(site.data, review={"organization": "Radiology"})
    opening = worker.Opening(rules=AnalysisSettings(), cache=site.data / "cache", device="cpu", threads=2)
    desk = Desk(
        settings=settings,
        sessions=site.node.sessions,
        engine=None,  # type: ignore[arg-type]
        card=worker.model_folder(AnalysisSettings()).card,
        now=lambda: datetime.now(UTC),
    )
    with site.node.sessions() as session:
        job = replace(_job(desk, session, session.get_one(Analysis, made)), attempt=2)
    outcome = worker.perform(opening, job)
    stored = {
        one.kind: (site.data / one.path).read_bytes() for one in rows(site.node.sessions, Artifact, analysis_id=made)
    }
    assert {one.kind: one.data for one in outcome.objects} == stored
