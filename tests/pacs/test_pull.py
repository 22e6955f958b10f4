"""Sixty old studies come from Orthanc into the node, though the pull is killed in the middle; nothing leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import Source
from db.pull import Pull, PullStudy
from db.schema import Delivery, Series
from tests.factories import REPOSITORY, eventually, rows
from tests.peers import ORTHANC_AE, Orthanc, free_port, orthanc
from tests.unit.node.factories import make_image, part10
from tests.wire.peers import Door, open_door

STUDIES, OTHERS = 60, 3
QUERY = "StudyDate=20200101-20201231, StudyDescription=*ABDOMEN*"
CLI = [sys.executable, "-c", "from dicom_node.cli import main; main()"]


@dataclass(frozen=True)
class Site:
    """An archive, a node's door, and the settings that join them."""

    pacs: Orthanc
    door: Door
    config: Path

    def pull(self, *words: str) -> subprocess.Popen[str]:
        """`l3node pull`, started."""
        command = [*CLI, "pull", "--from", ORTHANC_AE, "--query", QUERY, *words, "-c", str(self.config)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, text=True, cwd=REPOSITORY, env=os.environ | {"COLUMNS": "100"}, **streams)

    def told(self, *words: str) -> tuple[int, str]:
        """Its exit code and what it says."""
        started = self.pull(*words)
        said, faults = started.communicate(timeout=120)
        return started.returncode, said + faults

    def states(self) -> list[str]:
        return [row.state for row in rows(self.door.sessions, PullStudy)]


@contextmanager
def site_of(folder: Path, retrieve: str = "move") -> Iterator[Site]:
    port, data = free_port(), folder / "data"
    data.mkdir(mode=0o700)
    with (
        orthanc(folder / "orthanc", port, auto_route=False) as pacs,
        open_door(data, sources=(Source(ae_title=ORTHANC_AE),), port=port) as door,
    ):
        config = folder / "l3node.toml"
        config.write_text(
            f"""
[node]
data = "{data}"
time_zone = "Europe/Berlin"
[receive]
port = {port}
[[source]]
ae_title = "{ORTHANC_AE}"
query = {{ host = "127.0.0.1", port = {pacs.port}, retrieve = "{retrieve}" }}
[[destination]]
ae_title = "PACS"
host = "127.0.0.1"
port = 4242
"""
        )
        yield Site(pacs, door, config)


def old_studies(pacs: Orthanc, folder: Path, studies: int = STUDIES) -> None:
    """One image each, spread over 2020; and others that the question does not mean."""
    folder.mkdir()
    for number in range(studies + OTHERS):
        meant = number < studies
        image = make_image(
            StudyInstanceUID=f"2.25.{number}",
            SeriesInstanceUID=f"2.25.{number}.1",
            SOPInstanceUID=f"2.25.{number}.1.1",
            StudyDate=f"2020{1 + number % 12:02d}{1 + number % 28:02d}",
            StudyDescription="CT ABDOMEN" if meant else "CT HEAD",
            PatientID=f"P-{number}",
        )
        path = folder / f"{number}.dcm"
        path.write_bytes(part10(image))
        pacs.upload([path])


def test_a_pull_that_is_killed_goes_on_where_it_was_and_delivers_nothing(tmp_path: Path) -> None:
    with site_of(tmp_path) as site:
        old_studies(site.pacs, tmp_path / "old")

        code, told = site.told("--rate", "600/min", "--dry-run")
        assert code == 0, told
        assert f"{STUDIES} CT studies match: {STUDIES} to fetch" in told
        assert site.states() == []

        first = site.pull("--rate", "600/min")
        eventually(lambda: site.states().count("fetched") >= 10, 60, "ten studies")
        first.send_signal(signal.SIGKILL)
        first.communicate()
        before = site.states().count("fetched")
        assert before < STUDIES

        code, told = site.told("--rate", "600/min")
        assert code == 0, told
        assert f"{STUDIES} fetched" in told
        assert site.states() == ["fetched"] * STUDIES
        assert len(site.door.rows(Series, STUDIES)) == STUDIES
        (pull,) = rows(site.door.sessions, Pull)
        assert (pull.deliver_to, pull.finished_at is not None) == ("", True)
        assert rows(site.door.sessions, Delivery) == []


def test_an_archive_that_does_not_know_the_node_is_asked_by_c_get(tmp_path: Path) -> None:
    with site_of(tmp_path, "get") as site:
        old_studies(site.pacs, tmp_path / "old", 3)
        code, told = site.told("--rate", "600/min")
        assert code == 0, told
        assert site.states() == ["fetched"] * 3
        assert len(site.door.rows(Series, 3)) == 3
        assert not list((tmp_path / "data").glob("pull-*"))


def test_delivery_is_confirmed_with_the_number_or_nothing_is_fetched(tmp_path: Path) -> None:
    with site_of(tmp_path) as site:
        old_studies(site.pacs, tmp_path / "old", 3)
        command = [*CLI, "pull", "--from", ORTHANC_AE, "--query", "StudyDate=20200101-20200229", "--deliver", "PACS"]
        answer = subprocess.run(
            [*command, "-c", str(site.config)], input="n\n", text=True, capture_output=True, cwd=REPOSITORY
        )
        assert answer.returncode == 1
        assert "old studies will be sent to PACS" in answer.stdout
        assert site.states() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "NOBODY", "--query", QUERY], "NOBODY is no [[source]]"),
        (["--from", ORTHANC_AE, "--query", "PatientName=X"], "StudyDate"),
        (["--from", ORTHANC_AE, "--query", QUERY, "--rate", "fast"], "2/min"),
        (["--from", ORTHANC_AE, "--query", QUERY, "--window", "night"], "20:00-06:00"),
        (["--from", ORTHANC_AE, "--query", QUERY, "--deliver", "ELSEWHERE"], "no [[destination]]"),
        (["--from", ORTHANC_AE, "--query", QUERY], "no connection"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, words: list[str], told: str) -> None:
    from typer.testing import CliRunner

    from dicom_node.cli import app

    (tmp_path / "data").mkdir(mode=0o700)
    config = tmp_path / "l3node.toml"
    config.write_text(
        f'[node]\ndata = "{tmp_path / "data"}"\ntime_zone = "UTC"\n[[source]]\nae_title = "{ORTHANC_AE}"\n'
        f'query = {{ host = "127.0.0.1", port = {free_port()}, timeout = 1 }}\n'
    )
    umask = os.umask(0o022)
    answer = CliRunner().invoke(app, ["pull", *words, "-c", str(config)])
    os.umask(umask)
    assert answer.exit_code == 1
    assert told in answer.output
