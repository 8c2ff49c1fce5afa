"""What was asked for a reservation and staff did not insist on."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = ("waived_cents", "waived_deposit_cents")


def upgrade() -> None:
    for name in COLUMNS:
        waived = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("payment_share", waived)
