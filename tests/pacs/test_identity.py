"""A study that was corrected or deleted at the PACS while its result waited: nothing leaves under the old name."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db.schema import Study
from tests.factories import destination, eventually, rows
from tests.peers import ORTHANC_AE, Orthanc, free_port, orthanc
from tests.unit.node.factories import make_image, part10
from tests.whole.delivery import Office, office
from tests.wire.peers import numbered, pacs

MINUTES = 60.0
WHO = {"PatientID": "P-1", "PatientName": "Old^Name", "AccessionNumber": "A-1", "StudyInstanceUID": "1.1"}


@dataclass
class Waiting:
    """A result that waits for its destination, while its study lies in Orthanc."""

    source: Orthanc
    desk: Office
    study: str
    analysis: int
    received: dict[str, bytes]
    folder: Path

    def modify(self, **replace: str) -> None:
        """What a correction at the PACS leaves behind: the same study and images, other attributes."""
        self.source.rest.delete(f"/studies/{self.study}").raise_for_status()
        corrected = self.folder / "corrected.dcm"
        corrected.write_bytes(part10(make_image(**numbered(1, **(WHO | replace)))))
        self.source.upload([corrected])

    def remembered(self) -> Study:
        (study,) = rows(self.desk.sessions, Study)
        return study


@contextmanager
def waiting(tmp_path: Path) -> Iterator[Waiting]:
    image = tmp_path / "ct.dcm"
    image.write_bytes(part10(make_image(**numbered(1, **WHO))))
    (tmp_path / "node").mkdir()
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False) as source, pacs() as here:
        study = source.upload([image])
        query = {"host": "127.0.0.1", "port": source.port, "ae_title": ORTHANC_AE}
        sources: list[dict[str, Any]] = [{"ae_title": "SCANNER", "query": query}]
        with office(tmp_path / "node", destination("PACS", here.port), source=sources) as desk:
            analysis = desk.result(1, "PACS")
            with desk.sessions.begin() as session:
                row = session.query(Study).one()
                row.patient_id, row.accession_number = "P-1", "A-1"
            yield Waiting(source, desk, study, analysis, here.received, tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Waiting]:
    with waiting(tmp_path) as found:
        yield found


def test_a_study_that_is_as_it_was_is_sent(site: Waiting) -> None:
    site.desk.tick(16 * MINUTES)
    assert site.desk.states("PACS") == ["sent"] * 3


def test_a_fresh_result_leaves_without_asking(site: Waiting) -> None:
    site.source.rest.delete(f"/studies/{site.study}").raise_for_status()
    site.desk.tick(14 * MINUTES)
    assert site.desk.states("PACS") == ["sent"] * 3


@pytest.mark.parametrize("told", [{"PatientID": "P-2", "PatientName": "New^Name"}, {"AccessionNumber": "A-2"}])
def test_a_study_that_was_modified_gets_a_revision_and_nothing_of_the_old_leaves(
    site: Waiting, told: dict[str, str]
) -> None:
    site.modify(**told)
    site.desk.tick(16 * MINUTES)
    assert site.received == {}
    assert site.desk.states("PACS") == ["cancelled"] * 3
    study = site.remembered()
    assert json.loads(study.identity or "").items() >= told.items()
    assert (study.patient_id, study.accession_number) == (
        told.get("PatientID", "P-1"),
        told.get("AccessionNumber", "A-1"),
    )
    revision = site.desk.analysis(site.analysis + 1)
    assert (revision.state, revision.revision, revision.supersedes_id) == ("queued", 2, site.analysis)


def test_a_study_that_is_gone_is_held_and_never_sent(site: Waiting) -> None:
    site.source.rest.delete(f"/studies/{site.study}").raise_for_status()
    site.desk.tick(16 * MINUTES)
    row = site.desk.analysis(site.analysis)
    assert (row.state, row.is_current) == ("held", False)
    assert (row.reason or "").startswith("study_gone: ")
    for _ in range(4):
        site.desk.tick(24 * 60 * MINUTES)
    assert site.received == {}
    assert site.desk.states("PACS") == ["cancelled"] * 3


def test_a_result_that_a_person_approved_is_asked_about_however_fresh(site: Waiting) -> None:
    site.modify(PatientID="P-2")
    from db.schema import Analysis

    with site.desk.sessions.begin() as session:
        session.get_one(Analysis, site.analysis).reviewed_at = site.desk.now
    site.desk.tick()
    assert site.received == {}
    assert site.desk.states("PACS") == ["cancelled"] * 3


def test_a_source_that_does_not_answer_holds_its_results_back_and_no_others(tmp_path: Path) -> None:
    silent = [{"ae_title": "SCANNER", "query": {"host": "127.0.0.1", "port": free_port(), "timeout": 1}}]
    with pacs() as here, office(tmp_path, destination("PACS", here.port), source=silent) as desk:
        desk.result(1, "PACS")
        other = desk.result(2, "PACS")
        with desk.sessions.begin() as session:
            session.query(Study).filter_by(study_instance_uid="1.2").update({"source_ae": "ELSEWHERE"})
        desk.tick(16 * MINUTES)
        assert desk.states("PACS") == ["pending"] * 3 + ["sent"] * 3
        assert "does not say whom" in (desk.parcels("PACS")[0].reason or "")
        assert {parcel.attempt for parcel in desk.parcels("PACS")} == {0}
        assert other
    assert eventually(lambda: len(here.received) == 3)
