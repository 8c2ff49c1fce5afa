"""Organisations, mandates, target groups; staff with scope and second factor; mail; the audit.

Tables that others refer to are altered in place: SQLite copies a table by deleting from the old one,
and what refers to it with ON DELETE CASCADE would go along.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    services()
    people()
    organisations()
    target_groups()
    logging_in()
    staff()
    mail()
    audit()


def services() -> None:
    op.create_table(
        "city_service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_service")),
        sa.UniqueConstraint("name", name=op.f("uq_city_service_name")),
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE hall ADD COLUMN service_id INTEGER"
            " CONSTRAINT fk_hall_service_id REFERENCES city_service (id)"
        )
    else:
        op.add_column("hall", sa.Column("service_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            op.f("fk_hall_service_id"), "hall", "city_service", ["service_id"], ["id"]
        )
    op.create_index(op.f("ix_hall_service_id"), "hall", ["service_id"], unique=False)
    op.execute(
        "INSERT INTO city_service (name, email, phone, is_active)"
        " SELECT 'Stad', '', '', true WHERE EXISTS (SELECT 1 FROM hall)"
    )
    op.execute("UPDATE hall SET service_id = (SELECT min(id) FROM city_service)")


def people() -> None:
    empty = sa.text("''")
    for name, length in (("phone", 40), ("address", 240), ("postcode", 10)):
        kind = sa.String(length=length)
        op.add_column("person", sa.Column(name, kind, nullable=False, server_default=empty))
    op.add_column(
        "person",
        sa.Column("residence_source", WORD, nullable=False, server_default="declared"),
    )
    op.add_column("person", sa.Column("residence_checked_at", MOMENT, nullable=True))
    op.add_column("person", sa.Column("email_proven_at", MOMENT, nullable=True))
    op.create_table(
        "person_identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_identity_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_person_identity")),
    )
    op.create_index(
        op.f("ix_person_identity_person_id"), "person_identity", ["person_id"], unique=False
    )


def organisations() -> None:
    kinds = op.create_table(
        "organisation_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("capacity", WORD, nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisation_kind")),
    )
    op.bulk_insert(
        kinds,
        [
            {
                "code": code,
                "capacity": capacity,
                "names": dict(zip(LANGUAGES, names, strict=True)),
                "position": place,
                "is_offered": True,
            }
            for place, (code, capacity, *names) in enumerate(KINDS, 1)
        ],
    )
    op.create_table(
        "organisation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("register_number", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("kind_code", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("recognised_until", sa.Date(), nullable=True),
        sa.Column("source", WORD, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_code"], ["organisation_kind.code"], name=op.f("fk_organisation_kind_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("register_number", name=op.f("uq_organisation_register_number")),
    )
    op.create_index(op.f("ix_organisation_kind_code"), "organisation", ["kind_code"], unique=False)
    op.create_table(
        "mandate",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", WORD, nullable=False),
        sa.Column("given_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mandate_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mandate_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    op.create_index(op.f("ix_mandate_organisation_id"), "mandate", ["organisation_id"])
    op.create_index(op.f("ix_mandate_person_id"), "mandate", ["person_id"])


LANGUAGES = ("nl", "fr", "en", "de")
# The city changes these; they are where a new city begins.
KINDS = (
    ("youth", "association", "Jeugd", "Jeunesse", "Youth", "Jugend"),
    ("school", "association", "School", "École", "School", "Schule"),
    ("sport", "association", "Sport", "Sport", "Sport", "Sport"),
    ("culture", "association", "Cultuur", "Culture", "Culture", "Kultur"),
    ("social", "association", "Welzijn en zorg", "Social et santé", "Welfare and care", "Soziales"),
    ("neighbourhood", "association", "Buurt", "Quartier", "Neighbourhood", "Nachbarschaft"),
    ("other_association", "association", "Andere vereniging", "Autre association",
     "Other association", "Anderer Verein"),
    ("company", "company", "Bedrijf", "Entreprise", "Company", "Unternehmen"),
    ("city_service", "city_service", "Stadsdienst", "Service communal", "City service",
     "Städtischer Dienst"),
)  # fmt: skip
GROUPS: tuple[tuple[str, dict[str, object], str, str, str, str], ...] = (
    ("city", {"capacities": ["city_service"], "proven": True},
     "Stadsdiensten", "Services communaux", "City services", "Städtische Dienste"),
    ("youth", {"capacities": ["association"], "kinds": ["school", "youth"],
               "recognised": True, "proven": True},
     "Jeugd en scholen", "Jeunesse et écoles", "Youth and schools", "Jugend und Schulen"),
    ("recognised", {"capacities": ["association"], "recognised": True, "proven": True},
     "Erkende verenigingen", "Associations reconnues", "Recognised associations",
     "Anerkannte Vereine"),
    ("associations", {"capacities": ["association"]},
     "Andere verenigingen", "Autres associations", "Other associations", "Andere Vereine"),
    ("citizens", {"capacities": ["citizen"]},
     "Particulieren", "Particuliers", "Private persons", "Privatpersonen"),
    ("others", {},
     "Bedrijven en anderen", "Entreprises et autres", "Companies and others",
     "Unternehmen und andere"),
)  # fmt: skip


def target_groups() -> None:
    groups = op.create_table(
        "target_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_group")),
        sa.UniqueConstraint("code", name=op.f("uq_target_group_code")),
    )
    rules = op.create_table(
        "target_group_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["target_group.id"],
            name=op.f("fk_target_group_rule_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_group_rule")),
    )
    op.create_index(op.f("ix_target_group_rule_group_id"), "target_group_rule", ["group_id"])
    connection = op.get_bind()
    for place, (code, conditions, *names) in enumerate(GROUPS, 1):
        named = dict(zip(LANGUAGES, names, strict=True))
        group = {"code": code, "names": named, "position": place}
        made = connection.execute(groups.insert().values(group)).inserted_primary_key
        assert made  # noqa: S101 - a new row has a number
        rule = {"group_id": made[0], "position": place, "conditions": conditions}
        connection.execute(rules.insert().values(rule))


def logging_in() -> None:
    op.create_table(
        "log_in_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("remembered", sa.String(length=4000), nullable=False),
        sa.Column("then", sa.String(length=8000), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_log_in_request_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_in_request")),
        sa.UniqueConstraint("browser", name=op.f("uq_log_in_request_browser")),
        sa.UniqueConstraint("link", name=op.f("uq_log_in_request_link")),
    )
    op.create_index(op.f("ix_log_in_request_expires_at"), "log_in_request", ["expires_at"])
    op.create_index(op.f("ix_log_in_request_person_id"), "log_in_request", ["person_id"])
    op.create_table(
        "renter_session",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_renter_session_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_renter_session_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renter_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_renter_session_hash")),
    )
    op.create_index(
        op.f("ix_renter_session_organisation_id"), "renter_session", ["organisation_id"]
    )
    op.create_index(op.f("ix_renter_session_person_id"), "renter_session", ["person_id"])


def staff() -> None:
    op.add_column("staff", sa.Column("totp_secret", sa.LargeBinary(length=200), nullable=True))
    op.add_column("staff", sa.Column("totp_proven_at", MOMENT, nullable=True))
    op.add_column("staff", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    roles()
    sessions()
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        of_staff("recovery_code"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "account_link",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        of_staff("account_link"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_staff_id"), "account_link", ["staff_id"])


def of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id"), ondelete="CASCADE"
    )


def roles() -> None:
    """Give each role a number and a scope; what there is counts for the whole city, as before."""
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT staff_id, role FROM staff_role")).all()
    op.drop_table("staff_role")
    table = op.create_table(
        "staff_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        of_staff("staff_role"),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["city_service.id"],
            name=op.f("fk_staff_role_service_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["hall_id"], ["hall.id"], name=op.f("fk_staff_role_hall_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "service_id IS NULL OR hall_id IS NULL", name=op.f("ck_staff_role_has_one_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
    )
    for column in ("staff_id", "service_id", "hall_id"):
        op.create_index(op.f(f"ix_staff_role_{column}"), "staff_role", [column])
    if kept:
        op.bulk_insert(table, [{"staff_id": one.staff_id, "role": one.role} for one in kept])


def sessions() -> None:
    """Begin anew: whoever is logged in logs in again."""
    op.drop_table("staff_session")
    op.create_table(
        "staff_session",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("is_half", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("proven_at", MOMENT, nullable=False),
        sa.Column("acting_for_id", BIG_ID, nullable=True),
        sa.Column("acting_organisation_id", BIG_ID, nullable=True),
        of_staff("staff_session"),
        sa.ForeignKeyConstraint(
            ["acting_for_id"],
            ["person.id"],
            name=op.f("fk_staff_session_acting_for_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["acting_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_staff_session_acting_organisation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_staff_session_hash")),
    )
    for column in ("staff_id", "acting_for_id", "acting_organisation_id"):
        op.create_index(op.f(f"ix_staff_session_{column}"), "staff_session", [column])


def mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=True),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mail_dedupe_key")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index(op.f("ix_mail_created_at"), "mail", ["created_at"])
    op.create_table(
        "mail_attachment",
        sa.Column("mail_id", BIG_ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_mail_attachment_mail_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", "position", name=op.f("pk_mail_attachment")),
    )


def audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("acting_for", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    for column in ("subject", "actor", "acting_for"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column, "id"])
