"""What is told of halls: kind, features, rules, place; special days, limits, the way in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORD = sa.String(40)
EMPTY = sa.text("''")


def upgrade() -> None:
    columns()
    special_days()
    features()
    access()
    op.create_index(
        "ix_occupancy_in_time",
        "occupancy",
        ["busy_to", "busy_from", "space_id", "expires_at"],
        unique=False,
    )


def columns() -> None:
    for name in ("latitude", "longitude"):
        op.add_column("site", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("hall", sa.Column("kind", WORD, nullable=False, server_default="polyvalent"))
    for name in ("house_rules", "arriving", "leaving"):
        op.add_column("hall", sa.Column(name, sa.Text(), nullable=False, server_default=EMPTY))
    for name in ("seated", "surface", "longest_minutes", "horizon_days"):
        op.add_column("hall", sa.Column(name, sa.Integer(), nullable=True))
    for name, usual in (("grid_minutes", "1"), ("shortest_minutes", "1"), ("notice_hours", "0")):
        op.add_column(
            "hall", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(usual))
        )
    op.add_column("hall", sa.Column("live_from", sa.Date(), nullable=True))
    op.add_column(
        "hall",
        sa.Column("closes_on_holidays", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def of_hall(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["hall_id"], ["hall.id"], name=op.f(f"fk_{table}_hall_id"), ondelete="CASCADE"
    )


def special_days() -> None:
    op.create_table(
        "special_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=True),
        sa.Column("closes", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "(opens IS NULL AND closes IS NULL)"
            " OR (0 <= opens AND opens < closes AND closes <= 2880)",
            name=op.f("ck_special_day_closes_after_opens"),
        ),
        of_hall("special_day"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_day")),
        sa.UniqueConstraint(
            "hall_id", "day", "opens", name=op.f("uq_special_day_hall_id_day_opens")
        ),
    )


def features() -> None:
    op.create_table(
        "hall_feature",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("code", WORD, nullable=False),
        of_hall("hall_feature"),
        sa.PrimaryKeyConstraint("hall_id", "code", name=op.f("pk_hall_feature")),
    )
    op.create_index(op.f("ix_hall_feature_code"), "hall_feature", ["code"], unique=False)


def access() -> None:
    op.create_table(
        "hall_access",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("access", WORD, nullable=False),
        of_hall("hall_access"),
        sa.PrimaryKeyConstraint("hall_id", "first", name=op.f("pk_hall_access")),
    )
