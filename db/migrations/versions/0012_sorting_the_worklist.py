"""Sorting the worklist by what wants looking at first"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SORTED = ("fold_dice", "l3_confidence")


def upgrade() -> None:
    for name in SORTED:
        op.create_index(op.f(f"ix_measurement_{name}"), "measurement", [name], unique=False)


def downgrade() -> None:
    for name in reversed(SORTED):
        op.drop_index(op.f(f"ix_measurement_{name}"), "measurement")
