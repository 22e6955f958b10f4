"""A database of any earlier release, with rows in it, is brought to the newest schema, and keeps them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
    text,
)

from db.procrastinate_tables import is_ours
from db.pull import STUDY_STATES
from db.schema import STATES
from db.session import _alembic, is_current, open_engine, upgrade

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory.from_config(_alembic("")).walk_revisions()))]
NEVER_WRITTEN = ("released_by", "released_at", "released_why")
"""Columns of a model that no release wrote before revision 0003, which therefore does not keep them."""
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC).replace(tzinfo=None)


def value(table: Table, name: str) -> Any:
    """One that the column takes; foreign keys point to the only row of their table."""
    column = table.columns[name]
    if name == "state" or (table.name, name) == ("model", "status"):
        return {**STATES, "pull_study": STUDY_STATES}[table.name][0]
    if name == "id" or column.foreign_keys or isinstance(column.type, Integer):
        return 1
    kinds = {Boolean: True, DateTime: MOMENT, Float: 12.5, LargeBinary: b"labels"}
    return next((example for kind, example in kinds.items() if isinstance(column.type, kind)), name[:8])


def filled(engine: Engine) -> dict[str, dict[str, Any]]:
    """One row in every table that is there and that no migration filled; what they hold."""
    tables = MetaData()
    tables.reflect(engine, only=lambda name, _tables: is_ours(name, "table", {}))
    rows = {}
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if connection.execute(select(table)).first() is None:  # a migration may have written rows of its own
                unset = ("supersedes_id", *NEVER_WRITTEN)
                row = {one.name: value(table, one.name) for one in table.columns if one.name not in unset}
                connection.execute(insert(table).values(row))
                rows[table.name] = row
    return rows


def kept(engine: Engine, rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same columns of the same rows now; a column that is gone is left out."""
    tables = MetaData()
    tables.reflect(engine, only=lambda name, _tables: is_ours(name, "table", {}))
    with engine.connect() as connection:
        found = {name: connection.execute(select(tables.tables[name])).mappings().one() for name in rows}
    return {name: {key: found[name][key] for key in row if key in found[name]} for name, row in rows.items()}


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_every_earlier_revision_are_kept(url: str, revision: str) -> None:
    command.upgrade(_alembic(url), revision)
    engine = open_engine(url)
    rows = filled(engine)
    upgrade(url)
    assert is_current(engine)
    now = kept(engine, rows)
    for name, row in now.items():
        assert row == {key: rows[name][key] for key in row}, name
    with engine.connect() as connection:
        assert connection.execute(text("SELECT analysis_id, study_instance_uid FROM cohort")).all() == [
            (1, "study_in")
        ]
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_the_way_back_to_every_earlier_revision_and_up_again_keeps_the_results(url: str, revision: str) -> None:
    upgrade(url)
    engine = open_engine(url)
    rows = {name: row for name, row in filled(engine).items() if name in ("study", "series", "analysis", "event")}
    command.downgrade(_alembic(url), revision)
    upgrade(url)
    now = kept(engine, rows)
    assert {name: row["id"] for name, row in now.items()} == dict.fromkeys(rows, 1)
    engine.dispose()
