"""Answers of cut-off panels, and height and weight that people state"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PANELS = (
    *("carey_2017_smi", "derstine_2018_smi", "derstine_2018_area", "derstine_2018_hu", "groningen_2023_smi"),
    *("japan_2019_smi", "martin_2013_smi", "martin_2013_hu", "prado_2008_smi"),
)


def upgrade() -> None:
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panels", sa.String(length=24), nullable=True))
        for key in PANELS:
            batch_op.add_column(sa.Column(f"panel_{key}", sa.String(length=16), nullable=True))
    op.create_table(
        "stature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_key", sa.String(length=32), nullable=False),
        sa.Column("height_m", sa.Float(precision=53), nullable=True),
        sa.Column("weight_kg", sa.Float(precision=53), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("measured_on", sa.String(length=10), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stature")),
    )
    op.create_index("ix_stature_patient_key", "stature", ["patient_key"])


def downgrade() -> None:
    op.drop_table("stature")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        for name in ("panels", *(f"panel_{key}" for key in PANELS)):
            batch_op.drop_column(name)
