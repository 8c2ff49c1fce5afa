"""Signed documents, grants and credentials, and the fleet of door units."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    documents()
    credentials()
    fleet()


def documents() -> None:
    op.create_table(
        "document_number",
        sa.Column("kind", WORD, nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("in_force", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "audience", name=op.f("pk_document_number")),
    )
    op.create_table(
        "signed_document",
        sa.Column("kind", WORD, nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("verify_until", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "audience", "number", name=op.f("pk_signed_document")),
    )
    op.create_index(
        "ix_signed_document_site_id_kind", "signed_document", ["site_id", "kind"], unique=False
    )


def credentials() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("reservation_id", BIG_ID, nullable=True),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("areas", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.SmallInteger(), nullable=False),
        sa.Column("pattern", sa.SmallInteger(), nullable=False),
        sa.Column("uses", sa.SmallInteger(), nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("may_hold_open", sa.Boolean(), nullable=False),
        sa.Column("minimum_issue", sa.SmallInteger(), nullable=False),
        sa.Column("latest_end", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "areas > 0 AND areas <= 4294967295", name=op.f("ck_access_grant_areas_fit_credential")
        ),
        sa.CheckConstraint("duration > 0", name=op.f("ck_access_grant_lasts")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_access_grant_reservation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_access_grant_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("reservation_id", name=op.f("uq_access_grant_reservation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_access_grant_site_id"), "access_grant", ["site_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.SmallInteger(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("claims", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["access_grant.id"], name=op.f("fk_credential_grant_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_credential_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("grant_id", "issue", name=op.f("uq_credential_grant_id_issue")),
    )
    op.create_index("ix_credential_site_id_state", "credential", ["site_id", "state"], unique=False)


def fleet() -> None:
    op.create_table(
        "door_unit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("statement_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("is_commissioned", sa.Boolean(), nullable=False),
        sa.Column("enrolled_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name=op.f("fk_door_unit_door_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_unit")),
        sa.UniqueConstraint("certificate_sha256", name=op.f("uq_door_unit_certificate_sha256")),
        sa.UniqueConstraint("statement_key", name=op.f("uq_door_unit_statement_key")),
    )
    op.create_index(op.f("ix_door_unit_door_id"), "door_unit", ["door_id"], unique=False)
    op.create_index(
        "uq_door_unit_enrolled",
        "door_unit",
        ["door_id"],
        unique=True,
        sqlite_where=sa.text("status = 'enrolled'"),
        postgresql_where=sa.text("status = 'enrolled'"),
    )
    op.create_table(
        "held_document",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["door_unit.id"], name=op.f("fk_held_document_unit_id")
        ),
        sa.PrimaryKeyConstraint("unit_id", "kind", name=op.f("pk_held_document")),
    )
    op.create_table(
        "held_statement",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["door_unit.id"], name=op.f("fk_held_statement_unit_id")
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_held_statement")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("wall", MOMENT, nullable=True),
        sa.Column("trust", WORD, nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("credential", sa.String(length=16), nullable=True),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("is_use", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name=op.f("fk_journal_entry_door_id")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["door_unit.id"], name=op.f("fk_journal_entry_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint(
            "unit_id", "epoch", "seq", name=op.f("uq_journal_entry_unit_id_epoch_seq")
        ),
    )
    op.create_index("ix_journal_entry_door_id_id", "journal_entry", ["door_id", "id"], unique=False)
    op.create_index(
        "ix_journal_entry_grant_id_id", "journal_entry", ["grant_id", "id"], unique=False
    )
    op.create_index(
        "ix_journal_entry_uses",
        "journal_entry",
        ["credential"],
        unique=False,
        sqlite_where=sa.text("is_use"),
        postgresql_where=sa.text("is_use"),
    )
    op.create_table(
        "journal_head",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["door_unit.id"], name=op.f("fk_journal_head_unit_id")
        ),
        sa.PrimaryKeyConstraint("unit_id", "epoch", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "unit_command",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("command", WORD, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["door_unit.id"], name=op.f("fk_unit_command_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_command")),
    )
    op.create_index(op.f("ix_unit_command_unit_id"), "unit_command", ["unit_id"], unique=False)
    op.create_table(
        "unit_fault",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["door_unit.id"], name=op.f("fk_unit_fault_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_fault")),
    )
    op.create_index(op.f("ix_unit_fault_unit_id"), "unit_fault", ["unit_id"], unique=False)
    op.create_index(
        "uq_unit_fault_current",
        "unit_fault",
        ["unit_id", "code", "source"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "unit_state",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("session", sa.BigInteger(), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=True),
        sa.Column("state_at", MOMENT, nullable=True),
        sa.Column("online_since", MOMENT, nullable=True),
        sa.Column("offline_since", MOMENT, nullable=True),
        sa.Column("heard_at", MOMENT, nullable=True),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("boot", sa.String(length=16), nullable=False),
        sa.Column("state_lost", sa.Boolean(), nullable=False),
        sa.Column("health_at", MOMENT, nullable=True),
        sa.Column("mode", WORD, nullable=True),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("strike", sa.String(length=64), nullable=False),
        sa.Column("trust", WORD, nullable=True),
        sa.Column("unacked", sa.BigInteger(), nullable=True),
        sa.Column("lists_age", sa.BigInteger(), nullable=True),
        sa.Column("temperature", sa.Integer(), nullable=True),
        sa.Column("disk_free_percent", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["door_unit.id"], name=op.f("fk_unit_state_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_state")),
    )
