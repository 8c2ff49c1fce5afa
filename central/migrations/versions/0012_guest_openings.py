"""Doors that renters let stand open for guests."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WHO = sa.String(60)
OF = {
    "door_id": (sa.Integer(), "door"),
    "reservation_id": (BIG_ID, "reservation"),
    "grant_id": (sa.Integer(), "access_grant"),
}


def upgrade() -> None:
    op.create_table(
        "guest_opening",
        sa.Column("id", BIG_ID, nullable=False),
        *(sa.Column(column, kind, nullable=False) for column, (kind, _) in OF.items()),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", WHO, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", WHO, nullable=False),
        sa.Column("end_number", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_guest_opening_{column}")
            )
            for column, (_, table) in OF.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_opening")),
    )
    for column in OF:
        op.create_index(op.f(f"ix_guest_opening_{column}"), "guest_opening", [column])
