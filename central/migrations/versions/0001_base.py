"""Accounts, halls, booking with its guard against double booking, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)

# As text, the moments sort like moments: all have the same length.
ONCE = """
CREATE TRIGGER {name} BEFORE {when} ON occupancy
WHEN EXISTS (
    SELECT 1 FROM occupancy AS other
    WHERE other.space_id = NEW.space_id
    AND other.busy_from < NEW.busy_to AND other.busy_to > NEW.busy_from
    AND other.id IS NOT NEW.id
)
BEGIN SELECT RAISE(ABORT, 'ex_occupancy_once'); END
"""


def upgrade() -> None:
    accounts()
    halls()
    booking()
    if op.get_context().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()
    outbox()


def accounts() -> None:
    op.create_table(
        "person",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_role")),
    )
    op.create_table(
        "staff_session",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_api_token_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_index(op.f("ix_api_token_staff_id"), "api_token", ["staff_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_subject_at", "attempt", ["subject", "at"], unique=False)


def halls() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.CheckConstraint("id BETWEEN 1 AND 65535", name=op.f("ck_site_id_fits_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "area",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("bit", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("bit BETWEEN 0 AND 31", name=op.f("ck_area_bit_fits_credential")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_area_site_id")),
        sa.PrimaryKeyConstraint("site_id", "bit", name=op.f("pk_area")),
    )
    op.create_table(
        "door",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("areas", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_door_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door")),
    )
    op.create_index(op.f("ix_door_site_id"), "door", ["site_id"], unique=False)
    op.create_table(
        "space",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_space_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
    )
    op.create_index(op.f("ix_space_site_id"), "space", ["site_id"], unique=False)
    op.create_table(
        "hall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cents_per_hour", sa.Integer(), nullable=True),
        sa.Column("setup_minutes", sa.Integer(), nullable=False),
        sa.Column("turnaround_minutes", sa.Integer(), nullable=False),
        sa.Column("early_minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "0 <= early_minutes AND early_minutes <= setup_minutes", name=op.f("ck_hall_early_fits")
        ),
        sa.CheckConstraint(
            "0 <= late_minutes AND late_minutes <= turnaround_minutes",
            name=op.f("ck_hall_late_fits"),
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_hall_capacity_is_some")),
        sa.CheckConstraint("cents_per_hour >= 0", name=op.f("ck_hall_price_is_not_negative")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hall_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall")),
        sa.UniqueConstraint("name", name=op.f("uq_hall_name")),
    )
    op.create_index(op.f("ix_hall_site_id"), "hall", ["site_id"], unique=False)
    op.create_table(
        "hall_space",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hall_id"], ["hall.id"], name=op.f("fk_hall_space_hall_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_hall_space_space_id")),
        sa.PrimaryKeyConstraint("hall_id", "space_id", name=op.f("pk_hall_space")),
    )
    op.create_index(op.f("ix_hall_space_space_id"), "hall_space", ["space_id"], unique=False)
    op.create_table(
        "route_step",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("bit", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hall_id"], ["hall.id"], name=op.f("fk_route_step_hall_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hall_id", "position", name=op.f("pk_route_step")),
    )
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=False),
        sa.Column("closes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 2880",
            name=op.f("ck_opening_closes_after_opens"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_weekday_exists")),
        sa.ForeignKeyConstraint(
            ["hall_id"], ["hall.id"], name=op.f("fk_opening_hall_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(op.f("ix_opening_hall_id"), "opening", ["hall_id"], unique=False)


def booking() -> None:
    op.create_table(
        "booking_order",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_order_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_order_reference")),
    )
    op.create_index(
        op.f("ix_booking_order_person_id"), "booking_order", ["person_id"], unique=False
    )
    op.create_table(
        "reservation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG_ID, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("local_end", sa.DateTime(), nullable=False),
        sa.Column("busy_from", MOMENT, nullable=False),
        sa.Column("busy_to", MOMENT, nullable=False),
        sa.Column("opens_at", MOMENT, nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("hold_expires_at", MOMENT, nullable=True),
        sa.Column("attendees", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "busy_from <= opens_at AND opens_at <= starts_at"
            " AND ends_at <= closes_at AND closes_at <= busy_to",
            name=op.f("ck_reservation_pass_stays_inside_occupancy"),
        ),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_reservation_price_is_not_negative")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_reservation_ends_after_start")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_reservation_hall_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["booking_order.id"], name=op.f("fk_reservation_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("reference", name=op.f("uq_reservation_reference")),
    )
    op.create_index(op.f("ix_reservation_hall_id"), "reservation", ["hall_id"], unique=False)
    op.create_index(op.f("ix_reservation_order_id"), "reservation", ["order_id"], unique=False)
    op.create_index(
        "ix_reservation_state_ends_at", "reservation", ["state", "ends_at"], unique=False
    )
    op.create_table(
        "reservation_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=False),
        sa.Column("transition", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservation.id"],
            name=op.f("fk_reservation_change_reservation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_change")),
    )
    op.create_index(
        op.f("ix_reservation_change_reservation_id"),
        "reservation_change",
        ["reservation_id"],
        unique=False,
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_closure_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_table(
        "occupancy",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("busy_from", MOMENT, nullable=False),
        sa.Column("busy_to", MOMENT, nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=True),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(reservation_id IS NULL) <> (closure_id IS NULL)",
            name=op.f("ck_occupancy_has_one_cause"),
        ),
        sa.CheckConstraint("busy_from < busy_to", name=op.f("ck_occupancy_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["closure.id"], name=op.f("fk_occupancy_closure_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_occupancy_reservation_id")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_occupancy_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancy")),
    )
    op.create_index(op.f("ix_occupancy_closure_id"), "occupancy", ["closure_id"], unique=False)
    op.create_index(
        op.f("ix_occupancy_reservation_id"), "occupancy", ["reservation_id"], unique=False
    )
    op.create_index(
        "ix_occupancy_space_id_busy_to", "occupancy", ["space_id", "busy_to"], unique=False
    )


def outbox() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("fanned_out_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_event_key")),
    )
    op.create_index(
        "ix_outbox_event_waiting",
        "outbox_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("fanned_out_at IS NULL"),
        postgresql_where=sa.text("fanned_out_at IS NULL"),
    )
    op.create_table(
        "outbox_delivery",
        sa.Column("event_id", BIG_ID, nullable=False),
        sa.Column("reaction", sa.String(length=80), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["outbox_event.id"],
            name=op.f("fk_outbox_delivery_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "reaction", name=op.f("pk_outbox_delivery")),
    )
    op.create_index("ix_outbox_delivery_due", "outbox_delivery", ["state", "due_at"], unique=False)


def guard_postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("""
        ALTER TABLE occupancy ADD CONSTRAINT ex_occupancy_once
        EXCLUDE USING gist (space_id WITH =, tstzrange(busy_from, busy_to, '[)') WITH &&)
    """)


def guard_sqlite() -> None:
    op.execute(ONCE.format(name="occupancy_once_insert", when="INSERT"))
    op.execute(
        ONCE.format(name="occupancy_once_update", when="UPDATE OF space_id, busy_from, busy_to")
    )
