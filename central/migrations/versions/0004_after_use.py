"""Defects with photos and history; answers of the day after; how halls were found and left."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    defects()
    answers()


def defects() -> None:
    op.create_table(
        "defect",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=True),
        sa.Column("source", WORD, nullable=False),
        sa.Column("reported_by", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("public_note", sa.Text(), nullable=False),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_defect_hall_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_defect_reservation_id")
        ),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["closure.id"], name=op.f("fk_defect_closure_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect")),
        sa.UniqueConstraint("reference", name=op.f("uq_defect_reference")),
    )
    for column in ("hall_id", "reservation_id", "closure_id"):
        op.create_index(op.f(f"ix_defect_{column}"), "defect", [column], unique=False)
    op.create_index("ix_defect_state_reported_at", "defect", ["state", "reported_at"], unique=False)
    op.create_table(
        "defect_photo",
        sa.Column("defect_id", BIG_ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 5", name=op.f("ck_defect_photo_at_most_five")),
        sa.ForeignKeyConstraint(
            ["defect_id"],
            ["defect.id"],
            name=op.f("fk_defect_photo_defect_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("defect_id", "position", name=op.f("pk_defect_photo")),
    )
    op.create_index(op.f("ix_defect_photo_hash"), "defect_photo", ["hash"], unique=False)
    op.create_table(
        "defect_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("defect_id", BIG_ID, nullable=False),
        sa.Column("transition", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("public_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["defect_id"],
            ["defect.id"],
            name=op.f("fk_defect_change_defect_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect_change")),
    )
    op.create_index(
        op.f("ix_defect_change_defect_id"), "defect_change", ["defect_id"], unique=False
    )


def answers() -> None:
    marks = ("overall", "entering", "cleanliness", "equipment")
    op.create_table(
        "feedback",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        *(sa.Column(one, sa.SmallInteger(), nullable=one != "overall") for one in marks),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        *(
            sa.CheckConstraint(f"{one} BETWEEN 1 AND 5", name=op.f(f"ck_feedback_{one}_is_a_mark"))
            for one in marks
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_feedback_reservation_id")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_feedback_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("reservation_id", name=op.f("uq_feedback_reservation_id")),
    )
    op.create_index(
        "ix_feedback_hall_id_given_at", "feedback", ["hall_id", "given_at"], unique=False
    )
    op.create_table(
        "room_state",
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("moment", WORD, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_room_state_reservation_id")
        ),
        sa.PrimaryKeyConstraint("reservation_id", "moment", name=op.f("pk_room_state")),
    )
