"""What crashes leave behind: swept by a rule, and no result deleted that a row may miss."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import results
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node import leftovers
from dicom_node.folders import result_folder
from tests.db.factories import NOW, ask, done, make_series

KEYS = {name: f"{number:02x}" * 32 for number, name in enumerate(("queued", "dead", "done", "unknown", "unmeasured"))}


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """A queued, a dead, a done and an unmeasured analysis; a folder of results for each, and for one without row."""
    url = f"sqlite:///{tmp_path / 'l3node.sqlite'}"
    upgrade(url)
    engine = open_engine(url)
    opened = open_sessions(engine)
    with opened.begin() as session:
        ask(session, make_series(session, 1), KEYS["queued"])
        dead = ask(session, make_series(session, 2), KEYS["dead"])
        results.take(session, dead, NOW)
        results.give_up(session, dead, 1, "why", attempts=1, now=NOW)
        done(session, make_series(session, 3), KEYS["done"])
        unmeasured = ask(session, make_series(session, 4), KEYS["unmeasured"])
        results.take(session, unmeasured, NOW)
        results.finish_not_measured(session, unmeasured, 1, "l3_uncertain: no landmark", NOW)
    for key in KEYS.values():
        folder = result_folder(tmp_path, key)
        folder.mkdir(parents=True)
        (folder / "seg.dcm").write_bytes(b"object")
    yield opened
    engine.dispose()


def left(data: Path) -> set[str]:
    return {name for name, key in KEYS.items() if result_folder(data, key).exists()}


def test_a_dead_attempt_s_folder_goes_and_one_that_no_row_knows_is_kept_aside(
    sessions: Sessions, tmp_path: Path
) -> None:
    leftovers.sweep(tmp_path, sessions)
    assert left(tmp_path) == {"queued", "done", "unmeasured"}
    aside = tmp_path / "results" / "unknown" / KEYS["unknown"]
    assert (aside / "seg.dcm").read_bytes() == b"object"
    leftovers.sweep(tmp_path, sessions)
    assert aside.is_dir()


def test_nothing_that_was_put_aside_is_overwritten_by_the_next(sessions: Sessions, tmp_path: Path) -> None:
    leftovers.sweep(tmp_path, sessions)
    again = result_folder(tmp_path, KEYS["unknown"])
    again.mkdir(parents=True)
    (again / "seg.dcm").write_bytes(b"another")
    leftovers.sweep(tmp_path, sessions)
    kept = sorted(path.read_bytes() for path in (tmp_path / "results" / "unknown").glob("*/seg.dcm"))
    assert kept == [b"another", b"object"]


def test_what_was_being_written_and_empty_folders_go_at_the_start(sessions: Sessions, tmp_path: Path) -> None:
    part = result_folder(tmp_path, KEYS["queued"]) / ".sr.dcm.part"
    part.touch()
    full, empty = (tmp_path / "spool" / "incoming" / name for name in ("full", "empty"))
    full.mkdir(parents=True)
    empty.mkdir()
    (full / "000001.dcm").touch()
    leftovers.before_start(tmp_path)
    assert (part.exists(), full.exists(), empty.exists()) == (False, True, False)
