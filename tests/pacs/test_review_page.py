"""A radiologist at the page: a held case is opened, its slice changed, its mask painted, and sent to Orthanc."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from db.schema import Artifact, Event
from dicom_node.app import Node, running
from tests.factories import analyses, destination, eventually, make_settings, rows, send_study, study_files
from tests.peers import ORTHANC_AE, Orthanc, free_port, orthanc
from tests.viewer.browser import Browser, PageError, browser
from tests.web.screen import AUDIT


@dataclass
class Desk:
    """A running node with a held case, a browser before its pages, and the PACS behind."""

    node: Node
    pacs: Orthanc
    page: Browser
    address: str

    def see(self, source: str, argument: Any = None) -> Any:
        return self.page.ask("evaluate", source, argument)

    def open(self, path: str) -> None:
        self.page.ask("goto", self.address + path)

    def opened(self) -> None:
        """Wait for the slice on the page."""
        eventually(self._ready, what="slice")

    def _ready(self) -> bool:
        try:
            return bool(self.see("() => document.querySelector('.stage')?.dataset.ready === 'yes'"))
        except PageError:  # the page is on its way to another
            return False

    def says(self, selector: str) -> str:
        return str(self.see("(one) => document.querySelector(one)?.textContent ?? ''", selector))


@pytest.fixture
def desk(tmp_path: Path, data_folder: Path) -> Iterator[Desk]:
    port = free_port()
    with (
        orthanc(tmp_path / "orthanc", port, auto_route=False) as pacs,
        browser(AUDIT, tmp_path / "browser.log") as page,
    ):
        settings = make_settings(
            data_folder,
            receive={"port": port},
            web={"enabled": True, "sign_in": False},
            review={"policy": "always"},
            destination=[destination(ORTHANC_AE, pacs.port)],
        )
        with running(settings) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            eventually(lambda: analyses(node.sessions, "held"), what="held")
            yield Desk(node, pacs, page, f"http://127.0.0.1:{node.web_port}")
    assert "Content Security Policy" not in (tmp_path / "browser.log").read_text()


def test_a_case_is_opened_its_slice_changed_its_mask_painted_and_the_revision_arrives(
    desk: Desk, tmp_path: Path
) -> None:
    desk.open("/")
    assert "To be reviewed" in desk.says("#rows h2")
    assert desk.see("() => window.audit.contrast()") == []
    desk.page.ask("press", "j")  # to the first case, by keyboard
    desk.page.ask("press", "Enter")
    desk.opened()
    assert desk.see("() => window.audit.contrast()") == []

    desk.page.ask("press", "PageUp")
    desk.see("() => document.querySelector('[data-take]').click()")
    (chosen,) = eventually(
        lambda: [one for one in analyses(desk.node.sessions, "held") if one.slice_index is not None],
        what="the other slice",
    )
    desk.open(f"/studies/{chosen.study_id}")
    desk.opened()

    desk.page.ask("press", "1")
    desk.page.ask("press", "l")  # any HU
    x, y, width, height = desk.see(
        "() => { const b = document.querySelector('.stage canvas').getBoundingClientRect();"
        " return [b.x, b.y, b.width, b.height]; }"
    )
    desk.page.ask("drag", [x + 0.45 * width, y + 0.3 * height], [x + 0.55 * width, y + 0.3 * height])
    eventually(lambda: desk.says("#approve") == "Send my correction", what="the correction is seen")
    eventually(lambda: desk.says("#saved") == "saved", what="the draft")
    assert float(desk.says('[data-dice="psoas"]')) < 1
    desk.page.ask("press", "a")

    eventually(lambda: desk.pacs.contents().get("SR"), what="the revision in Orthanc")
    (made,) = eventually(lambda: analyses(desk.node.sessions, "done"), what="done")
    assert made.origin == "corrected"
    contents = eventually(lambda: c if {"SEG", "SR"} <= (c := desk.pacs.contents()).keys() else None, what="SEG, SR")
    report, seg = (dcmread(desk.pacs.download(contents[kind][0], tmp_path / f"{kind}.dcm")) for kind in ("SR", "SEG"))
    before = {one.sop_instance_uid for one in rows(desk.node.sessions, Artifact, analysis_id=chosen.id)}
    (study,) = report.PredecessorDocumentsSequence
    replaced = study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert replaced in before
    assert report.VerificationFlag == "VERIFIED"
    assert {one.SegmentAlgorithmType for one in seg.SegmentSequence} == {"SEMIAUTOMATIC"}
    assert {one.actor for one in rows(desk.node.sessions, Event, reason="viewed")} == {"local"}
