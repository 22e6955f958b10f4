"""The whole node closes by evidence: real senders, a real archive that answers C-FIND as it is told.

The clock stands still (`still`) where a test shows that news closes a series, not the next tick.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from db.schema import Event, Series, Study
from db.session import Sessions
from dicom_node import app
from dicom_node.app import Node, running
from tests.factories import (
    SENDER,
    analyses,
    eventually,
    make_settings,
    phantom,
    rows,
    send_study,
    study_files,
)
from tests.peers import Archive, archive
from tests.wire.peers import connect, send_images

HOUR = 3600.0
SLOW = {"series_quiet": HOUR, "study_quiet": HOUR}
"""Nothing closes or settles because it is quiet."""


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock never calls for closing."""
    monkeypatch.setattr(app, "TICK", HOUR)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question every 0.1 s."""
    monkeypatch.setattr(app, "BETWEEN_COUNTS", 0.1)


@pytest.fixture
def pacs() -> Iterator[Archive]:
    with archive() as here:
        yield here


def asking(data: Path, pacs: Archive, *, settle: float = 0.5, **source: Any) -> Settings:
    """A node that asks the archive about what the scanner sends."""
    scanner = {"ae_title": SENDER, "query": pacs.query()} | source
    return make_settings(data, source=[scanner], study=SLOW | {"count_settle": settle})


def closed(sessions: Sessions, count: int = 1) -> list[Event]:
    """The events of series that were closed, once there are `count`."""
    return eventually(
        lambda: len(found := rows(sessions, Event, entity="series", to_state="closed")) >= count and found,
        20,
        "the closing",
    )


def series_of(node: Node) -> list[Series]:
    return rows(node.sessions, Series)


def test_a_finished_series_is_closed_by_its_release_and_not_by_the_next_tick(data_folder: Path, still: None) -> None:
    with running(make_settings(data_folder, study=SLOW)) as node:
        association = connect(node.port)
        send_images(association, 1, 2, 3)
        assert {series.state for series in series_of(node)} <= {"receiving"}
        association.release()
        (event,) = closed(node.sessions)
    assert event.reason == "released by a source that sends finished series"


def test_a_series_is_closed_by_count_while_its_association_is_open(
    data_folder: Path, still: None, quick: None, pacs: Archive
) -> None:
    with running(asking(data_folder, pacs)) as node:
        association = connect(node.port)
        send_images(association, 1, 2, 3)
        (series,) = eventually(lambda: series_of(node), what="the series")
        pacs.holds({series.series_instance_uid: 3})
        (event,) = closed(node.sessions)
        assert association.is_established
        association.release()
    assert event.reason == "all 3 images that the source counts have arrived"
    assert len(pacs.asked) >= 2


def test_a_source_that_hangs_holds_up_no_other_source_and_no_other_rule(
    data_folder: Path, quick: None, pacs: Archive
) -> None:
    with ExitStack() as stack:
        stuck = stack.enter_context(archive(hangs=True))
        sources = [
            {"ae_title": "STUCK", "query": stuck.query(timeout=60)},
            {"ae_title": "ASKED", "query": pacs.query()},
            {"ae_title": "FINISHED", "forwards": "finished"},
        ]
        rules = SLOW | {"count_settle": 0.3}
        node = stack.enter_context(running(make_settings(data_folder, source=sources, study=rules)))
        stack.callback(stuck.go_on.set)
        for number, title in enumerate(("STUCK", "ASKED", "FINISHED"), 1):
            uid = f"1.2.9.{number}"
            pacs.matches = [{"SeriesInstanceUID": uid, "NumberOfSeriesRelatedInstances": 1}]
            association = connect(node.port, calling=title)
            send_images(association, number, StudyInstanceUID=f"1.2.{number}", SeriesInstanceUID=uid)
            association.release()
            if title == "STUCK":
                eventually(lambda: stuck.asked, 20, "the question")
            else:
                closed(node.sessions, number - 1)
        assert [series.state for series in series_of(node)] == ["receiving", "closed", "closed"]
        assert len(stuck.asked) == 1


def test_a_source_that_refuses_the_association_leaves_the_other_rules(data_folder: Path, quick: None) -> None:
    with archive(takes=("SOMEBODY",)) as refusing:
        scanner = {"ae_title": SENDER, "query": refusing.query()}
        with running(make_settings(data_folder, source=[scanner])) as node:
            association = connect(node.port)
            send_images(association, 1, 2, 3)
            association.release()
            (event,) = closed(node.sessions)
    assert event.reason == "released, quiet for 0.5 s, slices contiguous"


def test_of_three_series_the_best_comes_last_in_another_association_and_makes_the_one_result(
    tmp_path: Path, data_folder: Path, quick: None, pacs: Archive
) -> None:
    kinds = {
        "2.25.1": {"ConvolutionKernel": "B70f", "SeriesDescription": "Lung"},
        "2.25.2": {"drawn": phantom(slices=40)},
        "2.25.3": {"SeriesDescription": "portal venous"},
    }
    study = {"StudyInstanceUID": "2.25.4713"}
    sent = {uid: study_files(tmp_path / uid, SeriesInstanceUID=uid, **study, **kind) for uid, kind in kinds.items()}
    pacs.holds({uid: len(files) for uid, files in sent.items()})
    with running(asking(data_folder, pacs, forwards="finished")) as node:
        send_study([*sent["2.25.1"], *sent["2.25.2"]], node.port)
        closed(node.sessions, 2)
        asked = len(pacs.asked)
        eventually(lambda: len(pacs.asked) >= asked + 10, 20, "ten more answers")
        assert [one.state for one in rows(node.sessions, Study)] == ["open"]
        send_study(sent["2.25.3"], node.port)
        (analysis,) = eventually(lambda: analyses(node.sessions, "done"), what="result")
        found = {series.series_instance_uid: series for series in series_of(node)}
    assert {uid: series.state for uid, series in found.items()} == {
        "2.25.1": "ignored",
        "2.25.2": "ignored",
        "2.25.3": "chosen",
    }
    assert (analysis.series_id, analysis.revision) == (found["2.25.3"].id, 1)
    assert len(analyses(node.sessions)) == 1
