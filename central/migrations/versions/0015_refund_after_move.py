"""How much comes back at most of a reservation that its renter moved when less than all did."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    percent = sa.Column("refund_percent", sa.Integer(), nullable=False, server_default="100")
    op.add_column("reservation", percent)
