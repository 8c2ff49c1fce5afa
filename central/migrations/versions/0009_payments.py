"""Payments, what arrived for them, what goes back, and deposits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BIG = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
WHO = sa.String(60)


def upgrade() -> None:
    payments()
    shares()
    changes()
    receipts()
    refunds()
    deposits()


def of_a_payment(table: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["payment_id"], ["payment.id"], name=op.f(f"fk_{table}_payment_id"), ondelete=ondelete
    )


def of_a_reservation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["reservation_id"], ["reservation.id"], name=op.f(f"fk_{table}_reservation_id")
    )


def is_money(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("cents > 0", name=op.f(f"ck_{table}_is_money"))


def payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG_ID, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("received_cents", sa.Integer(), nullable=False),
        sa.Column("communication", sa.String(length=12), nullable=True),
        sa.Column("provider_reference", sa.String(length=80), nullable=False),
        sa.Column("checkout_url", sa.String(length=500), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_payment_asks_something")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["booking_order.id"], name=op.f("fk_payment_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_reference")),
        sa.UniqueConstraint("communication", name=op.f("uq_payment_communication")),
    )
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"])
    op.create_index("ix_payment_state_created_at", "payment", ["state", "created_at"])


def shares() -> None:
    op.create_table(
        "payment_share",
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("reservation_id", BIG, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("deposit_cents", sa.Integer(), nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        of_a_payment("payment_share"),
        of_a_reservation("payment_share"),
        sa.PrimaryKeyConstraint("payment_id", "reservation_id", name=op.f("pk_payment_share")),
    )
    op.create_index(op.f("ix_payment_share_reservation_id"), "payment_share", ["reservation_id"])


def changes() -> None:
    op.create_table(
        "payment_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("transition", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", WHO, nullable=False),
        of_a_payment("payment_change"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_change")),
    )
    op.create_index(op.f("ix_payment_change_payment_id"), "payment_change", ["payment_id"])


def receipts() -> None:
    op.create_table(
        "payment_receipt",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("via", WORD, nullable=False),
        sa.Column("payer_iban", sa.String(length=34), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", WHO, nullable=False),
        is_money("payment_receipt"),
        of_a_payment("payment_receipt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_receipt")),
        sa.UniqueConstraint("payment_id", "key", name=op.f("uq_payment_receipt_payment_id_key")),
    )


def refunds() -> None:
    op.create_table(
        "refund",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("payment_id", BIG_ID, nullable=False),
        sa.Column("reservation_id", BIG, nullable=True),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("cause", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("done_by", WHO, nullable=False),
        is_money("refund"),
        of_a_payment("refund", None),
        of_a_reservation("refund"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("reference", name=op.f("uq_refund_reference")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_refund_dedupe_key")),
    )
    for column in ("payment_id", "reservation_id", "state"):
        op.create_index(op.f(f"ix_refund_{column}"), "refund", [column])


def deposits() -> None:
    op.create_table(
        "deposit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reservation_id", BIG, nullable=False),
        sa.Column("payment_id", BIG_ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("retained_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", WHO, nullable=False),
        sa.Column("return_by", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "retained_cents BETWEEN 0 AND cents", name=op.f("ck_deposit_keeps_no_more_than_it_is")
        ),
        of_a_payment("deposit", None),
        of_a_reservation("deposit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit")),
        sa.UniqueConstraint("reservation_id", name=op.f("uq_deposit_reservation_id")),
    )
    op.create_index(op.f("ix_deposit_payment_id"), "deposit", ["payment_id"])
    op.create_index("ix_deposit_state_return_by", "deposit", ["state", "return_by"])
