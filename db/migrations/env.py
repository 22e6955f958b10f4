"""Alembic's entry: migrate the database whose URL `db.session` hands over.

The view is taken away before a table changes and made anew at the newest revision: no migration has to think of it.
"""

from alembic import context
from sqlalchemy import Connection

from db import procrastinate_tables
from db.cohort import drop_view, make_view
from db.schema import Base
from db.session import open_engine


def loosen(connection: Connection) -> None:
    """SQLite changes a table by making it anew: what refers to it, rows and views, must let go of it meanwhile."""
    if connection.dialect.name == "sqlite" and (raw := connection.connection.dbapi_connection):
        for pragma in ("foreign_keys=OFF", "legacy_alter_table=ON"):
            raw.execute(f"PRAGMA {pragma}")


def run() -> None:
    engine = open_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        loosen(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transactional_ddl=True,  # SQLite too: an upgrade is whole or has not been
            include_name=procrastinate_tables.is_ours,
        )
        with context.begin_transaction():
            migrate(connection)
            if connection.dialect.name == "postgresql":
                procrastinate_tables.bring_up(connection)
    engine.dispose()


def migrate(connection: Connection) -> None:
    """All in one transaction."""
    before, newest = context.get_context().get_current_revision(), context.get_head_revision()
    if before != newest or context.get_revision_argument() != newest:
        drop_view(connection)
    context.run_migrations()
    if context.get_context().get_current_revision() == newest:
        make_view(connection)


run()
