"""What a person decided on a result, and what is painted but not yet decided"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ADDED = (
    sa.Column("origin", sa.String(length=16), server_default="automatic", nullable=False),
    sa.Column("basis_id", sa.Integer(), nullable=True),
    sa.Column("reviewer", sa.String(length=64), nullable=True),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column("analysis", column)
    op.create_table(
        "draft",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"], name=op.f("fk_draft_analysis_id_analysis")),
        sa.PrimaryKeyConstraint("analysis_id", name=op.f("pk_draft")),
    )


def downgrade() -> None:
    op.drop_table("draft")
    for column in reversed(ADDED):
        op.drop_column("analysis", column.name)  # in place: rows refer to this table
