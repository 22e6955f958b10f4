"""A backup is whole though somebody writes, private, and comes back."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db.backup import BackupFault, backup, restore
from db.schema import Study
from db.session import is_current, open_engine, open_sessions
from tests.db.factories import NOW


def add(engine: Engine, *uids: str) -> None:
    with open_sessions(engine).begin() as session:
        session.add_all(Study(study_instance_uid=uid, patient_id="P-1", first_at=NOW, last_at=NOW) for uid in uids)


def studies(engine: Engine) -> list[str]:
    with open_sessions(engine)() as session:
        return sorted(session.scalars(select(Study.study_instance_uid)))


def test_a_backup_brings_back_what_was_there(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    add(engine, "1.1", "1.2")
    file = tmp_path / "backup"
    backup(migrated_url, file)
    add(engine, "1.3")
    engine.dispose()
    restore(file, migrated_url)
    again = open_engine(migrated_url)
    assert studies(again) == ["1.1", "1.2"]
    assert is_current(again)
    add(again, "1.4")
    again.dispose()


def test_a_backup_is_private_and_overwrites_nothing(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    backup(migrated_url, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(BackupFault, match="exists"):
        backup(migrated_url, file)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_backup_is_made_while_a_writer_is_in_a_transaction(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    add(engine, "1.1")
    told: list[tuple[int, int]] = []
    with open_sessions(engine)() as session:
        session.add(Study(study_instance_uid="1.2", first_at=NOW, last_at=NOW))
        session.execute(select(func.count(Study.id)))
        backup(migrated_url, tmp_path / "backup", lambda done, total: told.append((done, total)))
        session.rollback()
    assert told[-1][0] == told[-1][1]
    copy = open_engine(f"sqlite:///{tmp_path / 'backup'}")
    assert studies(copy) == ["1.1"]
    copy.dispose()


def test_what_is_no_backup_replaces_nothing(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    add(engine, "1.1")
    (tmp_path / "torn").write_bytes(b"SQLite format 3\0 and then nothing")
    engine.dispose()
    with pytest.raises(BackupFault):
        restore(tmp_path / "torn", migrated_url)
    again = open_engine(migrated_url)
    assert studies(again) == ["1.1"]
    again.dispose()
