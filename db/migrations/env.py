"""Alembic's entry: migrate the database whose URL `db.session` hands over."""

from alembic import context

from db.schema import Base
from db.session import open_engine


def run() -> None:
    engine = open_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
