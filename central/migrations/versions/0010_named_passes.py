"""Passes that renters give to others, and what halls allow of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WHO = sa.String(60)


def upgrade() -> None:
    op.add_column(
        "hall",
        sa.Column("named_passes", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
    )
    op.add_column(
        "hall",
        sa.Column("may_hold_open", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "named_pass",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by", WHO, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", WHO, nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_named_pass_reservation_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["access_grant.id"], name=op.f("fk_named_pass_grant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_pass")),
        sa.UniqueConstraint("reference", name=op.f("uq_named_pass_reference")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_named_pass_grant_id")),
    )
    op.create_index(op.f("ix_named_pass_reservation_id"), "named_pass", ["reservation_id"])
