"""A small database of each migration, with rows in every state, as SQL text: `python -m tests.db.dumps`.

Run once when a migration is added; the file of an older one never changes again.
"""

import sqlite3
import tempfile
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect

from db import session

FOLDER = Path(__file__).parent
NUMBERS = count(1)
VALUES: dict[type, Any] = {int: 0, bool: False, float: 1.5, datetime: datetime(2026, 3, 1, 12)}  # noqa: DTZ001 - as the database keeps it


def main() -> None:
    """Write what is missing."""
    scripts = ScriptDirectory.from_config(session._alembic(""))
    for script in scripts.walk_revisions():
        target = FOLDER / f"{script.revision}.sql"
        if not target.exists():
            with tempfile.TemporaryDirectory() as folder:
                target.write_text(dump(Path(folder) / "l3node.sqlite", script.revision))


def dump(path: Path, revision: str) -> str:
    """The database at `revision`, with a row in every state of every table that has states."""
    command.upgrade(session._alembic(f"sqlite:///{path}"), revision)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    with sqlite3.connect(path) as raw:
        return "\n".join(raw.iterdump()) + "\n"


def fill(connection: Connection) -> None:
    """Every analysis has a study of its own; what is measured has numbers, an object, a parcel in every state."""
    tables = MetaData()
    tables.reflect(connection)
    for name in ("study", "series", "delivery", "analysis"):
        for state in states(connection, name):
            analysis(connection, tables, *(state if name == one else None for one in ("study", "series", "analysis")))


def analysis(
    connection: Connection, tables: MetaData, study: str | None, series: str | None, state: str | None
) -> None:
    """One analysis with all around it."""
    study_id = add(connection, tables.tables["study"], state=study or "chosen")
    series_id = add(connection, tables.tables["series"], study_id=study_id, state=series or "chosen")
    add(connection, tables.tables["instance"], series_id=series_id)
    own = {"study_id": study_id, "series_id": series_id, "state": state or "done", "is_current": state == "done"}
    analysis_id = add(connection, tables.tables["analysis"], **own)
    add(connection, tables.tables["event"], entity="analysis", entity_id=analysis_id, to_state=state or "done")
    if own["state"] in ("done", "held"):
        add(connection, tables.tables["measurement"], analysis_id=analysis_id)
        artifact = add(connection, tables.tables["artifact"], analysis_id=analysis_id)
        for number, parcel in enumerate(states(connection, "delivery")):
            to = {"artifact_id": artifact, "destination": f"PACS{number}", "state": parcel}
            add(connection, tables.tables["delivery"], **to)


def states(connection: Connection, table: str) -> list[str]:
    """The words that the table's own constraint allows."""
    for constraint in inspect(connection).get_check_constraints(table):
        if constraint["sqltext"].startswith("state IN"):
            return constraint["sqltext"].split("'")[1::2]
    return []


def add(connection: Connection, table: Table, **given: Any) -> int:
    """A row with these values, and something in every other column that must not be empty."""
    number = next(NUMBERS)
    values = dict(given)
    for column in table.columns:
        if column.name not in values and not column.nullable and not column.primary_key:
            kind = column.type.python_type
            values[column.name] = VALUES.get(kind, f"{column.name} {number}")
    made = connection.execute(table.insert().values(**values))
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


if __name__ == "__main__":
    main()
