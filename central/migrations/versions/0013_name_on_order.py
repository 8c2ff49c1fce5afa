"""The name that was said when an order was made, so that nobody reads another's from an address."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for what was ordered before: pages then show the address, which its holder typed.
    name = sa.Column("renter_name", sa.String(length=120), nullable=False, server_default="")
    op.add_column("booking_order", name)
