"""Destinations have a circuit, parcels are verified"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('closed', 'open', 'half_open')", name=op.f("ck_destination_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint("name", name=op.f("uq_destination_name")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("resent", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("failed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("transaction_uid", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_delivery_due", ["state", "destination", "due_at"])
        batch_op.create_index(op.f("ix_delivery_transaction_uid"), ["transaction_uid"])


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_delivery_transaction_uid"))
        batch_op.drop_index("ix_delivery_due")
        for name in ("transaction_uid", "failed_at", "resent", "asked"):
            batch_op.drop_column(name)
    op.drop_table("destination")
