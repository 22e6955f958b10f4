"""`l3node db backup` and `restore`, as an administrator types them."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from db.schema import Event, Study
from db.session import open_engine, open_sessions, upgrade
from dicom_node.cli import app
from dicom_node.data_folder import owning
from dicom_node.site_secret import site_secret
from tests.db.factories import NOW


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "l3node.toml"
    path.write_text(f'[node]\ndata = "{tmp_path / "data"}"\ntime_zone = "UTC"\n')
    (tmp_path / "data").mkdir(mode=0o700)
    return path


def typed(*words: object) -> tuple[int, str]:
    umask = os.umask(0o022)
    try:
        answer = CliRunner().invoke(app, [*map(str, words)])
    finally:
        os.umask(umask)
    return answer.exit_code, answer.output


def studies(config: Path, *, add: str = "") -> list[str]:
    url = f"sqlite:///{config.parent / 'data' / 'l3node.sqlite'}"
    upgrade(url)
    engine = open_engine(url)
    with open_sessions(engine).begin() as session:
        if add:
            session.add(Study(study_instance_uid=add, first_at=NOW, last_at=NOW))
            session.flush()
        found = sorted(session.scalars(select(Study.study_instance_uid)))
        deeds = [event.to_state for event in session.scalars(select(Event))]
    engine.dispose()
    return [*found, *deeds]


def test_backup_and_restore_bring_back_database_and_secret(config: Path) -> None:
    data, file = config.parent / "data", config.parent / "monday.l3"
    studies(config, add="1.1")
    secret = site_secret(data)

    code, told = typed("db", "backup", file, "-c", config)
    assert code == 0
    assert "patient data" in told
    copied = config.parent / "monday.l3.site_secret"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, copied)] == [0o600, 0o600]

    studies(config, add="1.2")
    (data / "site_secret").unlink()
    code, told = typed("db", "restore", file, "-c", config)
    assert code == 1
    assert "--replace" in told
    assert typed("db", "restore", file, "--replace", "-c", config)[0] == 0
    assert studies(config) == ["1.1", "restored"]
    assert site_secret(data) == secret


def test_nothing_is_restored_under_a_running_node(config: Path) -> None:
    file = config.parent / "backup"
    studies(config, add="1.1")
    assert typed("db", "backup", file, "-c", config)[0] == 0
    with owning(config.parent / "data"):
        code, told = typed("db", "restore", file, "--replace", "-c", config)
    assert code == 1
    assert "stop it first" in told


def test_a_backup_is_recorded_with_who_and_when(config: Path) -> None:
    studies(config, add="1.1")
    typed("db", "backup", config.parent / "backup", "-c", config)
    assert studies(config) == ["1.1", "backed up"]
