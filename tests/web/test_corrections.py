"""Corrected cases, taken along as a folder to train on."""

import io
import zipfile
from pathlib import Path

from sqlalchemy import select
from typer.testing import CliRunner

from db.accounts import Role
from db.schema import Analysis, Event
from dicom_node.cli import app
from dicom_node.corrections import cases, written
from inference.slice_files import pairs_in, read_labels, read_slice
from tests.web.cases import SIDE, held_case, mask
from tests.web.conftest import Site


def corrected(site: Site) -> None:
    """Of three cases one is corrected, one painted, one as the model has it."""
    for number in (2, 3):
        held_case(site.room.sessions, site.room.data, number)
    with site.room.sessions.begin() as session:
        for number, origin in ((1, "corrected"), (2, "painted"), (3, "automatic")):
            row = session.get_one(Analysis, number)
            row.origin, row.is_current = origin, True


def test_the_zip_is_a_folder_that_training_takes(site: Site, tmp_path: Path) -> None:
    corrected(site)
    answer = site.signed_in(Role.ADMINISTRATOR).get("/api/v1/training-set.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="l3node-training-set.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        packed.extractall(tmp_path)
    pairs = pairs_in(tmp_path)
    assert len(pairs) == 2
    assert read_slice(pairs[0].image).hu.shape == (SIDE, SIDE)
    assert (read_labels(pairs[0].label) == mask()).all()
    assert "2 cases" in (tmp_path / "SOURCE.md").read_text()


def test_who_took_them_is_on_record(site: Site) -> None:
    site.signed_in(Role.ADMINISTRATOR).get("/api/v1/training-set.zip")
    with site.room.sessions() as session:
        event = session.scalars(select(Event).where(Event.to_state == "exported")).one()
    assert (event.actor, event.reason) == ("administrator", "0 corrected cases as a training set")


def test_a_case_whose_files_are_gone_is_left_out(site: Site, tmp_path: Path) -> None:
    corrected(site)
    (site.room.data / "results" / f"{2:064d}" / "image.nii.gz").unlink()
    with site.room.sessions() as session:
        found = cases(session, site.room.data)
    assert list(written(found, tmp_path, site.clock[0])) == found
    assert len(pairs_in(tmp_path)) == len(found) == 1


def test_the_command_writes_the_same_folder(site: Site, tmp_path: Path) -> None:
    corrected(site)
    settings = tmp_path / "l3node.toml"
    settings.write_text(f'[node]\ndata = "{site.room.data}"\ntime_zone = "UTC"\n')
    words = ["train", "corrected", "--out", str(tmp_path / "out"), "--config", str(settings)]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert "2 corrected cases" in told.output
    assert [pair.name for pair in pairs_in(tmp_path / "out")] == ["case000001", "case000002"]
