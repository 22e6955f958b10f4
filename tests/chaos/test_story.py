"""One script of events, told to both engines: their stories are the same."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db.schema import Analysis, Delivery, Study
from db.session import Sessions, looking, open_engine, open_sessions, upgrade
from db.states import story
from dicom_node.phantom_study import uid
from tests.chaos.destination import destination
from tests.chaos.group import Host, Nursery, make_host
from tests.chaos.points import arm, disarm, is_reached
from tests.chaos.scene import SLICES, make_slice, write_slice
from tests.factories import eventually, send_study
from tests.postgresql import QUICK, server

Told = tuple[str, int, str | None, str, str | None, str]


def test_both_engines_tell_one_story_of_a_late_image_a_crash_a_slow_pacs_and_a_correction(
    tmp_path: Path,
) -> None:
    with told_by(tmp_path / "one") as one:
        first = normal(one)
    with server(*QUICK) as running, told_by(tmp_path / "many", running.url.format(name="postgres")) as many:
        second = normal(many)
    assert first == second
    moves = {told[:1] + told[2:4] for told in first}
    assert {
        ("analysis", "running", "failed"),
        ("analysis", "done", "superseded"),
        ("study", "chosen", "open"),
    } <= moves


@contextmanager
def told_by(folder: Path, url: str = "") -> Iterator[Sessions]:
    """A node that lived through the script; what its rows say."""
    (folder / "shared").mkdir(parents=True)
    faults, nursery = folder / "host", Nursery(folder / "nursery.log")
    with destination(faults) as pacs:
        host = make_host(faults, pacs.port, nursery, url=url)
        where = url or f"sqlite:///{host.folder / 'data' / 'l3node.sqlite'}"
        upgrade(where)
        engine = open_engine(where)
        sessions = open_sessions(engine)
        try:
            host.start()
            eventually(host.is_ready, 120, "the start")
            script(host, sessions, folder)
            yield sessions
        finally:
            host.kill()
            nursery.close()
            engine.dispose()


def script(host: Host, sessions: Sessions, folder: Path) -> None:
    """A study, its late image, a crash in mid-analysis, a PACS that takes its time, a corrected patient."""
    faults = host.folder
    send(host, sessions, images(folder, "first")[:-1])
    send(host, sessions, images(folder, "first")[-1:])
    arm(faults, "worker begins")
    put(host, images(folder, "second"))
    eventually(lambda: is_reached(faults), 60, "the analysis")
    host.kill()
    disarm(faults)
    host.start()
    eventually(host.is_ready, 120, "the start after the crash")
    rest(sessions, 2)
    arm(faults, "sent, not answered")
    put(host, images(folder, "third"))
    eventually(lambda: is_reached(faults), 60, "the parcel")
    time.sleep(1)
    disarm(faults)
    rest(sessions, 3)
    send(host, sessions, images(folder, "first", PatientID="CORRECTED"), studies=3)


def images(folder: Path, name: str, **attributes: Any) -> list[Path]:
    """A study of one series, with an image more than its coverage needs."""
    own = {"StudyInstanceUID": uid(name), "SeriesInstanceUID": uid("series", name), "PatientID": name}
    (folder / "sent").mkdir(exist_ok=True)
    there = folder / "sent" / f"{name}{len(list((folder / 'sent').iterdir()))}"
    there.mkdir()
    return [write_slice(there, index, make_slice(index, **(own | attributes))) for index in range(SLICES + 1)]


def put(host: Host, files: Sequence[Path]) -> None:
    assert send_study(files, host.port) == [0] * len(files)


def send(host: Host, sessions: Sessions, files: Sequence[Path], studies: int = 1) -> None:
    """Send, and wait until all that follows has happened."""
    before = len(told(sessions))
    put(host, files)
    eventually(lambda: len(told(sessions)) > before, 60, "the news")
    rest(sessions, studies)


def rest(sessions: Sessions, studies: int) -> None:
    eventually(lambda: _rests(sessions, studies), 90, "rest")


def _rests(sessions: Sessions, studies: int) -> bool:
    with looking(sessions) as session:
        states = list(session.scalars(select(Study.state)))
        asked = list(session.scalars(select(Analysis.state)))
        sent = list(session.scalars(select(Delivery.state)))
    at_work = {"queued", "running", "failed", "pending"}
    return states == ["chosen"] * studies and len(asked) >= studies and at_work.isdisjoint(asked + sent)


def told(sessions: Sessions) -> list[Told]:
    with looking(sessions) as session:
        rows = story(session)
        return [(one.entity, one.entity_id, one.from_state, one.to_state, one.reason, one.actor) for one in rows]


def normal(sessions: Sessions) -> list[Told]:
    """The story with ids in the order in which they were first heard of; times are left out."""
    seen: dict[tuple[str, int], int] = {}
    return [
        (entity, seen.setdefault((entity, number), len(seen)), *rest_of)
        for entity, number, *rest_of in told(sessions)  # type: ignore[misc]
    ]
