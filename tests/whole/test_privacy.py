"""Forget, opt out, merge and relink, as an administrator types them; nothing of a patient stays but a keyed hash."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from db import draft, inbox
from db.schema import Analysis, Draft, Event, Instance, OptOut, Refusal, Series, Study
from dicom_node import given
from dicom_node.cli import app
from dicom_node.optouts import OptOuts
from tests.db.factories import make_arrival
from tests.factories import destination, rows
from tests.whole.delivery import Office, office
from tests.wire.peers import connect, encoded, numbered, open_door, store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, destination("PACS", 1)) as found:
        found.result(1, "PACS")
        path = tmp_path / "spool" / "incoming" / "a" / "000001.dcm"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"pixels")
        with found.sessions.begin() as session:
            (study,) = session.query(Study)
            study.patient_id = "P-1"
            (series,) = session.query(Series)
            arrival = make_arrival(1, study_instance_uid="1.1", series_instance_uid=series.series_instance_uid)
            inbox.register(session, [arrival], lambda _one, _other: True)
            (row,) = session.query(Analysis)
            row.labels_digest = given.keep(tmp_path, np.ones((2, 2), np.uint8))
            draft.save(session, row.id, 0, b"mask", by="ada", now=found.now)
        yield found


@pytest.fixture
def config(tmp_path: Path) -> str:
    text = f'[node]\ndata = "{tmp_path}"\ntime_zone = "UTC"\n[[destination]]\nae_title = "PACS"\nhost = "127.0.0.1"\n'
    (tmp_path / "l3node.toml").write_text(text + "port = 1\naccept_demo = true\n")
    return str(tmp_path / "l3node.toml")


def l3node(*words: str, config: str, typed: str = "") -> str:
    told = CliRunner().invoke(app, [*words, "--config", config], input=typed, catch_exceptions=False)
    return told.output


@pytest.mark.parametrize("what", ["P-1", "1.1"])
def test_what_is_forgotten_leaves_no_row_no_file_and_a_keyed_hash_in_the_audit(
    desk: Office, config: str, tmp_path: Path, what: str
) -> None:
    assert "forgotten: 1 studies, 1 images, 1 analyses" in l3node("forget", what, "--yes", config=config)
    for table in (Study, Series, Instance, Analysis, Draft):
        assert rows(desk.sessions, table) == []
    assert not list((tmp_path / "spool").rglob("*.dcm"))
    assert not list((tmp_path / "labels").rglob("*.npz"))
    (event,) = (event for event in rows(desk.sessions, Event) if event.to_state == "forgotten")
    assert len(event.reason.split()[-1]) == 64
    assert "P-1" not in json.dumps([[row.reason, row.actor] for row in rows(desk.sessions, Event)])


def test_forgetting_asks_first_and_says_when_nothing_is_known(desk: Office, config: str) -> None:
    assert "Aborted" in l3node("forget", "P-1", config=config, typed="n\n")
    assert len(rows(desk.sessions, Study)) == 1
    assert "nothing is known" in l3node("forget", "P-9", "--yes", config=config)


def test_what_a_worker_is_busy_with_is_not_forgotten_under_its_hands(desk: Office, config: str) -> None:
    with desk.sessions.begin() as session:
        session.query(Analysis).update({"state": "running"})
    assert "try again in a moment" in l3node("forget", "P-1", "--yes", config=config)
    assert len(rows(desk.sessions, Study)) == 1


@pytest.mark.parametrize("lane", [True, False], ids=["lane", "stock"])
def test_images_of_a_patient_who_opted_out_are_answered_dropped_and_counted(
    tmp_path: Path, config: str, lane: bool
) -> None:
    l3node("optout", "add", "P-1", "--why", "letter of March", config=config)
    with open_door(tmp_path, lane=lane) as door:
        optouts = OptOuts(door.sessions, tmp_path)
        optouts.refresh()
        door.receiver._door.opted_out = optouts.key_if_out
        association = connect(door.port)
        for number, patient in ((1, "P-1"), (2, "P-2")):
            data = encoded(**numbered(number, PatientID=patient))
            assert store(association, data, sop_instance=f"1.2.3.{number}") == 0x0000
        association.release()
        (kept,) = door.rows(Instance, 1)
        (refusal,) = door.rows(Refusal, 1)
        assert (kept.sop_instance_uid, refusal.reason) == ("1.2.3.2", "the patient opted out")
        assert len(door.stored()) == 1
        (out,) = rows(door.sessions, OptOut)
        assert out.dropped == 1
    listed = l3node("optout", "list", config=config)
    assert "1 dropped  letter of March" in listed
    assert "P-1" not in listed
    assert "opted out before" in l3node("optout", "add", "P-1", config=config)
    assert "taken again" in l3node("optout", "remove", "P-1", "--yes", config=config)
    assert l3node("optout", "list", config=config) == ""
    assert "did not opt out" in l3node("optout", "remove", "P-1", "--yes", config=config)


def test_merging_two_patients_asks_for_a_revision_and_stops_what_is_unsent(desk: Office, config: str) -> None:
    told = l3node("patient", "merge", "P-1", "P-7", "--yes", config=config)
    assert told == "1.1: asked for analysis 2\n"
    (study,) = rows(desk.sessions, Study)
    assert (study.patient_id, json.loads(study.identity)["PatientID"]) == ("P-7", "P-7")
    assert desk.states("PACS") == ["cancelled"] * 3
    first, second = rows(desk.sessions, Analysis)
    assert (second.state, second.supersedes_id) == ("queued", first.id)
    assert "nothing is known" in l3node("patient", "merge", "P-1", "P-8", "--yes", config=config)


def test_relinking_a_study_gives_it_what_was_named(desk: Office, config: str) -> None:
    words = ("--patient", "P-8", "--name", "New^Name", "--accession", "A-8", "--yes")
    assert l3node("study", "relink", "1.1", *words, config=config) == "1.1: asked for analysis 2\n"
    (study,) = rows(desk.sessions, Study)
    assert (study.patient_id, study.accession_number) == ("P-8", "A-8")
    assert json.loads(study.identity)["PatientName"] == "New^Name"
    assert "say what is another" in l3node("study", "relink", "1.1", "--yes", config=config)
