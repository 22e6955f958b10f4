"""Models are released"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = sa.table(
    "model",
    *(sa.column(name, sa.String()) for name in ("digest", "name", "version", "status")),
    sa.column("first_seen_at", sa.DateTime()),
)


def upgrade() -> None:
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fold_area_spread", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("mask_entropy", sa.Float(precision=53), nullable=True))
    known = op.get_bind().execute(sa.select(KEPT).order_by(KEPT.c.first_seen_at)).all()
    op.drop_table("model")
    table = op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("limits", sa.Text(), nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('demonstration', 'research', 'released')", name=op.f("ck_model_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("digest", name=op.f("uq_model_digest")),
    )
    for row in known:
        digest, name, version, state, first_seen_at = row
        seen = {"digest": digest, "name": name, "version": version, "state": state, "first_seen_at": first_seen_at}
        op.bulk_insert(table, [seen])


def downgrade() -> None:
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_column("mask_entropy")
        batch_op.drop_column("fold_area_spread")
    op.drop_table("model")
    op.create_table(
        "model",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("released_why", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_model")),
    )
