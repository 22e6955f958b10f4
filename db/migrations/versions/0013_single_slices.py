"""Single slices that people give to the page"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATES = "state IN ('queued', 'running', 'done', 'refused')"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=64), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("painted", sa.LargeBinary(), nullable=True),
        sa.Column("saved_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_upload_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("folder", name=op.f("uq_upload_folder")),
    )
    op.create_index(op.f("ix_upload_state"), "upload", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_upload_state"), table_name="upload")
    op.drop_table("upload")
