"""Searching the worklist by how a text begins"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEARCHED = ("study_instance_uid", "patient_id", "accession_number", "patient_name")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in SEARCHED:
            op.execute(f"CREATE INDEX ix_study_{name}_begins ON study (lower({name}) text_pattern_ops)")
        op.execute("ANALYZE study")  # without figures of an index the planner thinks it finds much


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in reversed(SEARCHED):
            op.execute(f"DROP INDEX ix_study_{name}_begins")
