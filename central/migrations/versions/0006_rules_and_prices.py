"""Priorities, prices, extras and activities as data; frozen lines; requests that somebody decides."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    activities()
    rules("priority_rule")
    rules("price_rule")
    extras()
    policies()
    orders()
    lines()
    handling()


def activities() -> None:
    op.create_table(
        "activity_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_activity_kind")),
    )


def of_a_service(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["service_id"],
        ["city_service.id"],
        name=op.f(f"fk_{table}_service_id"),
        ondelete="CASCADE",
    )


def rules(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        of_a_service(table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_service_id"), table, ["service_id"])


def extras() -> None:
    op.create_table(
        "extra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("halls", sa.JSON(), nullable=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("lead_working_days", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_extra_price_is_not_negative")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_extra_stock_is_not_negative")),
        of_a_service("extra"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra")),
        sa.UniqueConstraint("code", name=op.f("uq_extra_code")),
    )
    op.create_index(op.f("ix_extra_service_id"), "extra", ["service_id"])


def policies() -> None:
    op.create_table(
        "service_policy",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pays_first", sa.Boolean(), nullable=False),
        sa.Column("approval_working_days", sa.Integer(), nullable=False),
        sa.Column("refunds", sa.JSON(), nullable=False),
        of_a_service("service_policy"),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_service_policy")),
    )


def orders() -> None:
    zero, empty = sa.text("0"), sa.text("''")
    op.add_column(
        "reservation", sa.Column("deposit_cents", sa.Integer(), server_default=zero, nullable=False)
    )
    for name in ("activity", "group_code"):
        column = sa.Column(name, sa.String(length=40), server_default=empty, nullable=False)
        op.add_column("reservation", column)
    op.add_column("booking_order", sa.Column("idempotency_key", sa.String(80), nullable=True))
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE booking_order ADD COLUMN organisation_id INTEGER"
            " CONSTRAINT fk_booking_order_organisation_id REFERENCES organisation (id)"
        )
    else:
        op.add_column("booking_order", sa.Column("organisation_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f("fk_booking_order_organisation_id"),
            "booking_order",
            "organisation",
            ["organisation_id"],
            ["id"],
        )
    op.create_index(op.f("ix_booking_order_organisation_id"), "booking_order", ["organisation_id"])
    op.create_index(
        op.f("ix_booking_order_idempotency_key"), "booking_order", ["idempotency_key"], unique=True
    )


def of_a_reservation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["reservation_id"],
        ["reservation.id"],
        name=op.f(f"fk_{table}_reservation_id"),
        ondelete="CASCADE",
    )


def lines() -> None:
    op.create_table(
        "price_line",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("extra", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        of_a_reservation("price_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_line")),
    )
    op.create_index(op.f("ix_price_line_reservation_id"), "price_line", ["reservation_id"])
    op.create_table(
        "reservation_extra",
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("extra_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        of_a_reservation("reservation_extra"),
        sa.ForeignKeyConstraint(
            ["extra_id"], ["extra.id"], name=op.f("fk_reservation_extra_extra_id")
        ),
        sa.PrimaryKeyConstraint("reservation_id", "extra_id", name=op.f("pk_reservation_extra")),
    )
    op.create_index(op.f("ix_reservation_extra_extra_id"), "reservation_extra", ["extra_id"])


def handling() -> None:
    empty = sa.text("''")
    op.create_table(
        "reservation_handling",
        sa.Column("reservation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=60), server_default=empty, nullable=False),
        sa.Column("reason", sa.String(length=500), server_default=empty, nullable=False),
        of_a_reservation("reservation_handling"),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_reservation_handling")),
    )
    op.create_index(op.f("ix_reservation_handling_due_at"), "reservation_handling", ["due_at"])
