"""Orthanc as the source: its own count closes what it routes, and only when all of it is here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db.schema import Event
from dicom_node import app, counting
from dicom_node.app import Node, running
from dicom_node.pacs import query
from tests.factories import eventually, make_settings, rows, study_files
from tests.peers import ORTHANC_AE, Orthanc, free_port, orthanc

HOUR = 3600.0
SETTLE = 1.0


@dataclass(frozen=True)
class Site:
    """An Orthanc with one CT series, and a node that closes nothing because it is quiet."""

    pacs: Orthanc
    node: Node
    instances: list[str]
    answers: list[Mapping[str, int]]
    """What Orthanc told, each time it was asked."""

    def route(self, instances: list[str]) -> None:
        """Send these objects now, over an association of their own."""
        job = {"Resources": instances, "Synchronous": True}
        self.pacs.rest.post("/modalities/l3node/store", json=job, timeout=120).raise_for_status()

    def told(self, state: str) -> list[str]:
        """Why anything came to a state."""
        return [event.reason for event in rows(self.node.sessions, Event, to_state=state)]


@pytest.fixture(params=["growing", "finished"])
def site(
    request: pytest.FixtureRequest, tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    answers: list[Mapping[str, int]] = []

    def listening(*arguments: Any, **more: Any) -> Mapping[str, int]:
        answers.append(query.count_images(*arguments, **more))
        return answers[-1]

    monkeypatch.setattr(app, "BETWEEN_COUNTS", 0.2)
    monkeypatch.setattr(counting, "count_images", listening)
    port = free_port()
    with orthanc(tmp_path / "orthanc", port, auto_route=False) as pacs:
        pacs.upload(study_files(tmp_path / "ct"))
        asked = {"host": "127.0.0.1", "port": pacs.port}
        settings = make_settings(
            data_folder,
            receive={"port": port},
            source=[{"ae_title": ORTHANC_AE, "forwards": request.param, "query": asked}],
            study={"series_quiet": HOUR, "study_quiet": HOUR, "count_settle": SETTLE},
        )
        with running(settings) as node:
            yield Site(pacs, node, pacs.contents()["CT"], answers)


@pytest.mark.parametrize("site", ["growing"], indirect=True)
def test_a_series_that_orthanc_sends_in_two_parts_is_closed_once_by_its_count(site: Site) -> None:
    half = len(site.instances) // 2
    site.route(site.instances[:half])
    eventually(lambda: len(site.answers) >= 5, what="five answers")
    assert site.told("closed") == []
    site.route(site.instances[half:])
    eventually(lambda: site.told("closed"), what="the closing")
    assert site.told("closed") == [f"all {len(site.instances)} images that the source counts have arrived"]
    assert site.told("settled") == []


@pytest.mark.parametrize("site", ["finished"], indirect=True)
def test_a_study_is_settled_when_all_that_orthanc_counts_has_arrived(site: Site) -> None:
    half = len(site.instances) // 2
    site.route(site.instances[:half])
    eventually(lambda: len(site.answers) >= 10, what="ten answers")
    assert site.told("settled") == []
    site.route(site.instances[half:])
    eventually(lambda: site.told("settled"), what="the settling")
    assert site.told("settled") == ["all series that the source counts have arrived"]
