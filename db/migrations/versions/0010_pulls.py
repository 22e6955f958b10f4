"""Pulls from an archive, study by study"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("deliver_to", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    op.create_table(
        "pull_study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pull_id", sa.Integer(), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('found', 'fetched', 'skipped', 'failed')", name=op.f("ck_pull_study_state")),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_pull_study_pull_id_pull")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_study")),
        sa.UniqueConstraint("pull_id", "study_instance_uid", name=op.f("uq_pull_study_pull_id")),
    )
    op.create_index("ix_pull_study_pull_id", "pull_study", ["pull_id"])
    op.create_index("ix_pull_study_study_instance_uid", "pull_study", ["study_instance_uid"])


def downgrade() -> None:
    op.drop_table("pull_study")
    op.drop_table("pull")
