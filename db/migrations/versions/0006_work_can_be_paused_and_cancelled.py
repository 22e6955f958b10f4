"""Work can be paused and cancelled, and a long queue is read in its order"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = (
    "state IN ('queued', 'running', 'done', 'held', 'not_measured', "
    "'failed', 'dead', 'rejected', 'expired', 'superseded')"
)
AFTER = BEFORE.replace("'superseded')", "'superseded', 'cancelled')")


def upgrade() -> None:
    with op.batch_alter_table("analysis") as batch_op:
        batch_op.drop_constraint(op.f("ck_analysis_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_analysis_state"), AFTER)
    op.drop_index("ix_analysis_state", "analysis")
    op.create_index("ix_analysis_queue", "analysis", ["state", "priority", "id"])
    table = op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'paused')", name=op.f("ck_activity_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("name", name=op.f("uq_activity_name")),
    )
    op.bulk_insert(table, [{"name": name, "state": "running"} for name in ("receive", "analyse", "deliver")])


def downgrade() -> None:
    op.drop_table("activity")
    op.drop_index("ix_analysis_queue", "analysis")
    op.create_index("ix_analysis_state", "analysis", ["state"])
    op.execute("UPDATE analysis SET state = 'superseded' WHERE state = 'cancelled'")
    with op.batch_alter_table("analysis") as batch_op:
        batch_op.drop_constraint(op.f("ck_analysis_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_analysis_state"), BEFORE)
