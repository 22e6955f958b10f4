"""Rows that an earlier release queued, and all it measured, survive the upgrade and run."""

import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from db import outbox, results
from db.schema import Analysis
from db.session import _alembic, open_engine, open_sessions, upgrade
from tests.db.dumps.__main__ import FOLDER
from tests.db.factories import NOW, finish

DUMPS = sorted(FOLDER.glob("*.sql"))
STATEFUL = ("study", "series", "analysis", "delivery")
COUNTS = "SELECT state, count(*) FROM {} GROUP BY state ORDER BY state"


def loaded(dump: Path, folder: Path) -> Path:
    """The database of an earlier release."""
    path = folder / "l3node.sqlite"
    with sqlite3.connect(path) as raw:
        raw.executescript(dump.read_text())
    raw.close()
    return path


def test_every_migration_has_its_database() -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_alembic("")).walk_revisions()}
    assert {dump.stem for dump in DUMPS} == known, "run python -m tests.db.dumps"


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: str(dump.stem))
def test_what_an_earlier_release_queued_runs_after_the_upgrade(dump: Path, tmp_path: Path) -> None:
    path = loaded(dump, tmp_path)
    raw = sqlite3.connect(path)
    before = {
        name: raw.execute(COUNTS.format(name)).fetchall() for name in ("study", "series", "analysis", "delivery")
    }
    raw.close()
    upgrade(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    with open_sessions(engine).begin() as session:
        after = {name: [tuple(row) for row in session.execute(text(COUNTS.format(name)))] for name in before}
        assert after == before
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        queued = results.due(session, NOW, 10)
        assert len(queued) == dict(before["analysis"])["queued"] > 0
        for analysis_id, _ in queued:
            taken = results.take(session, analysis_id, NOW)
            assert taken
            assert finish(session, analysis_id, attempt=taken.attempt)
        assert results.recover(session, 5, NOW) == dict(before["analysis"])["running"]
        assert len(outbox.take(session, "PACS", NOW)) == 3 * len(queued)
        assert session.query(Analysis).filter(Analysis.is_current).count() > len(queued)
    engine.dispose()
