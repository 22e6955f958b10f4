"""Workers that die, hang or choke, in a running node with stub members: the row says so and the rest goes on."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.activities import Name, pause, resume
from db.schema import Analysis, Refusal
from dicom_node import worker
from dicom_node.app import Node, running
from tests.chaos import stub
from tests.chaos.points import VARIABLE
from tests.chaos.scene import SLICES, write_slices
from tests.factories import eventually, make_settings, rows, send_study
from tests.whole.misbehaving import perform


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """A node whose worker does what the patient's ID says: nothing unusual, HANG, DIE or POISON."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(worker, "warm", stub.warm)
    monkeypatch.setattr(worker, "perform", perform)
    study: dict[str, Any] = {"series_quiet": 0, "study_quiet": 0}
    with running(make_settings(tmp_path / "data", study=study, work={"limit": 1.5, "attempts": 2})) as opened:
        assert opened.ready.wait(60)
        yield opened


def send(node: Node, folder: Path, patient: str) -> None:
    assert send_study(write_slices(folder / patient, patient), node.port) == [0] * SLICES


def only(node: Node, *states: str) -> Analysis | None:
    """The analysis when it is the only one, and in one of these states."""
    found = rows(node.sessions, Analysis)
    return found[0] if len(found) == 1 and found[0].state in states else None


def test_a_dead_worker_s_row_is_queued_again_within_two_seconds_and_runs_in_the_next_worker(
    node: Node, tmp_path: Path
) -> None:
    send(node, tmp_path, "HANG")
    eventually(lambda: only(node, "running"), 20, "the analysis")
    (tmp_path / "well").touch()  # the next attempt does not hang
    os.kill(int((tmp_path / "worker").read_text()), signal.SIGKILL)
    eventually(lambda: only(node, "queued", "done"), 2, "the row in the queue")
    done = eventually(lambda: only(node, "done"), 30, "the second attempt")
    assert done.attempt == 2


def test_a_worker_that_dies_with_nothing_to_do_is_there_again_before_the_next_job(node: Node, tmp_path: Path) -> None:
    first = (tmp_path / "worker").read_text()
    os.kill(int(first), signal.SIGKILL)
    eventually(lambda: (tmp_path / "worker").read_text() != first, 30, "the next worker")


def test_a_hung_worker_is_ended_at_its_limit_with_its_stack_in_the_row(node: Node, tmp_path: Path) -> None:
    send(node, tmp_path, "HANG")
    dead = eventually(lambda: only(node, "dead"), 60, "the end of the second attempt")
    assert "died or was ended at its limit" in dead.reason
    assert "misbehaving.py" in dead.log
    assert "in perform" in dead.log


def test_poison_becomes_dead_with_its_log_and_the_rest_goes_on(node: Node, tmp_path: Path) -> None:
    send(node, tmp_path, "POISON")
    send(node, tmp_path, "well")
    eventually(lambda: rows(node.sessions, Analysis, state="done"), 60, "the study after it")
    with node.sessions.begin() as session:
        session.query(Analysis).filter(Analysis.state == "queued").update({"due_at": Analysis.asked_at})
    (poisoned,) = eventually(lambda: rows(node.sessions, Analysis, state="dead"), 60, "the end of the poison")
    assert poisoned.reason.startswith("ValueError: told so")
    assert "in perform" in poisoned.log


def test_a_pause_is_obeyed_by_a_running_node_and_ends_with_resume(node: Node, tmp_path: Path) -> None:
    with node.sessions.begin() as session:
        pause(session, Name.ANALYSE, why="maintenance", actor="admin", now=datetime.now(UTC))
    time.sleep(1.0)
    send(node, tmp_path, "well")
    eventually(lambda: only(node, "queued"), 20, "the request")
    time.sleep(1.5)
    assert only(node, "queued")
    with node.sessions.begin() as session:
        resume(session, Name.ANALYSE, actor="admin", now=datetime.now(UTC))
    eventually(lambda: only(node, "done"), 20, "the analysis")
    with node.sessions.begin() as session:
        pause(session, Name.RECEIVE, why="maintenance", actor="admin", now=datetime.now(UTC))
    eventually(lambda: _refused(node, tmp_path), 10, "a refused association")
    assert "receive is paused" in {row.reason for row in eventually(lambda: rows(node.sessions, Refusal), 10)}


def _refused(node: Node, folder: Path) -> bool:
    try:
        send_study(write_slices(folder / "late", "late"), node.port)
    except AssertionError:
        return True
    return False


def test_a_backlog_over_the_limit_refuses_associations_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(worker, "warm", stub.warm)
    monkeypatch.setattr(worker, "perform", perform)
    sections: dict[str, Any] = {"study": {"series_quiet": 0, "study_quiet": 0}, "receive": {"maximum_backlog": 1}}
    with running(make_settings(tmp_path / "data", work={"limit": 60}, **sections)) as node:
        for number in range(2):
            send(node, tmp_path, f"HANG{number}")
            eventually(lambda n=number: len(rows(node.sessions, Analysis)) > n, 20, "the request")
        eventually(lambda: _refused(node, tmp_path), 10, "a refused association")
        eventually(lambda: [r for r in rows(node.sessions, Refusal) if "maximum_backlog" in r.reason], 10, "its row")
