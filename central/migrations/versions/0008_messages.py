"""Messages to renters, until somebody has read them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
ABOUT = {
    "person_id": "person",
    "order_id": "booking_order",
    "reservation_id": "reservation",
    "defect_id": "defect",
}


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        *(sa.Column(column, BIG_ID, nullable=True) for column in ABOUT),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("must_be_read", sa.Boolean(), nullable=False),
        sa.Column("read_by", MOMENT, nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        *(_reference(column, table) for column, table in ABOUT.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notification_dedupe_key")),
    )
    for column in (*ABOUT, "mail_id"):
        op.create_index(op.f(f"ix_notification_{column}"), "notification", [column])
    for column in ("due_at", "read_by"):
        op.create_index(f"ix_notification_state_{column}", "notification", ["state", column])


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_notification_{column}")
    ends = "CASCADE" if table == "defect" else None
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ends)
