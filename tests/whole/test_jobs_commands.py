"""`l3node jobs`, `pause` and `resume` as an operator types them, beside rows that a node would read."""

import getpass
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from db import outbox, results
from db.priority import Priority
from db.schema import Analysis
from db.session import Sessions, open_engine, open_sessions, upgrade
from db.states import story
from dicom_node.cli import app
from tests.db.factories import NOW, ask, done, make_series


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """Four analyses: dead with a log, queued, done, queued."""
    (tmp_path / "data").mkdir()
    (tmp_path / "l3node.toml").write_text(f'[node]\ndata = "{tmp_path / "data"}"\ntime_zone = "UTC"\n')
    url = f"sqlite:///{tmp_path / 'data' / 'l3node.sqlite'}"
    upgrade(url)
    opened = open_sessions(open_engine(url))
    with opened.begin() as session:
        dead = ask(session, make_series(session, 1), "1")
        results.take(session, dead, NOW)
        results.give_up(session, dead, 1, "no memory", attempts=1, now=NOW, log="its stack")
        ask(session, make_series(session, 2), "2")
        done(session, make_series(session, 3), "3")
        ask(session, make_series(session, 4), "4")
    return opened


def l3node(folder: Path, *words: str, code: int = 0) -> str:
    """What a command prints."""
    told = CliRunner().invoke(app, [*words, "--config", str(folder / "l3node.toml")], env={"COLUMNS": "160"})
    assert told.exit_code == code, told.output
    return told.output


def test_the_list_shows_the_newest_first_and_only_what_was_asked_for(sessions: Sessions, tmp_path: Path) -> None:
    every = json.loads(l3node(tmp_path, "jobs", "list", "--json"))
    assert [(one["id"], one["state"]) for one in every["jobs"]] == [
        (4, "queued"),
        (3, "done"),
        (2, "queued"),
        (1, "dead"),
    ]
    dead = l3node(tmp_path, "jobs", "list", "--state", "dead")
    assert "no memory" in dead
    assert "queued" not in dead
    assert "there are queued" in l3node(tmp_path, "jobs", "list", "--state", "ill", code=1)


def test_one_is_shown_with_its_moves_its_parcels_and_its_log(sessions: Sessions, tmp_path: Path) -> None:
    told = l3node(tmp_path, "jobs", "show", "1")
    assert "its stack" in told
    assert "running" in told
    assert "PACS" in l3node(tmp_path, "jobs", "show", "3")
    assert json.loads(l3node(tmp_path, "jobs", "show", "1", "--json"))["log"] == "its stack"
    assert "there is no analysis 9" in l3node(tmp_path, "jobs", "show", "9", code=1)


def test_retry_and_cancel_move_rows_and_the_event_names_who_did_it(sessions: Sessions, tmp_path: Path) -> None:
    l3node(tmp_path, "jobs", "retry", "1")
    l3node(tmp_path, "jobs", "cancel", "2", "--why", "wrong patient")
    with sessions() as session:
        assert [session.get_one(Analysis, number).state for number in (1, 2)] == ["queued", "cancelled"]
        assert [(one.to_state, one.actor) for one in story(session)[-2:]] == [
            ("queued", getpass.getuser()),
            ("cancelled", getpass.getuser()),
        ]
    assert "analysis 3 is done" in l3node(tmp_path, "jobs", "retry", "3", code=1)
    assert "analysis 3 is done" in l3node(tmp_path, "jobs", "cancel", "3", "--why", "x", code=1)


def test_one_is_put_first_in_line(sessions: Sessions, tmp_path: Path) -> None:
    assert "is first in line" in l3node(tmp_path, "jobs", "prioritise", "4")
    with sessions() as session:
        assert session.get_one(Analysis, 4).priority == Priority.PERSON
    assert "first in line already" in l3node(tmp_path, "jobs", "prioritise", "4", code=1)


def test_what_could_not_be_delivered_is_sent_again(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        for parcel in outbox.take(session, "PACS", NOW):
            outbox.bury(session, parcel.delivery_id, "SOP class not accepted", NOW)
    assert "is sent again" in l3node(tmp_path, "jobs", "resend", "3")
    assert "with 0 objects that failed" in l3node(tmp_path, "jobs", "resend", "3", code=1)


def test_what_is_paused_is_told_until_it_goes_on(sessions: Sessions, tmp_path: Path) -> None:
    assert "deliver is paused" in l3node(tmp_path, "pause", "deliver", "--why", "PACS moves house")
    assert "was paused before" in l3node(tmp_path, "pause", "deliver", "--why", "again")
    assert "deliver is paused: PACS moves house" in l3node(tmp_path, "jobs", "list")
    assert "deliver goes on" in l3node(tmp_path, "resume", "deliver")
    assert "was not paused" in l3node(tmp_path, "resume", "deliver")
    assert "is paused" not in l3node(tmp_path, "jobs", "list")
