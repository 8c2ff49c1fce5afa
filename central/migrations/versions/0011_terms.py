"""The terms of renting: versions, and who accepted which."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FIRST = {
    "nl": """1. U gebruikt de zaal alleen voor wat u opgaf, en voor niet meer personen dan u opgaf.
2. U laat de zaal proper achter, met de ramen dicht en de lichten uit, op het uur waarop uw tijd eindigt.
3. U geeft uw toegangspas niet door. Voor wie mee binnen moet, geeft u een eigen pas.
4. Maakt u iets stuk, dan meldt u dat. De stad kan de kosten aanrekenen of afhouden van de waarborg.
5. Annuleert u, dan krijgt u terug wat op de pagina van uw reservatie staat. Hoe vroeger, hoe meer.
6. De stad kan verplaatsen of annuleren als de zaal niet bruikbaar is. U krijgt dan alles terug.
7. We bewaren uw gegevens om te verhuren, te openen en te factureren, en niet langer dan nodig.""",
    "en": """1. You use the hall only for what you said, and for no more people than you said.
2. You leave the hall clean, with windows shut and lights out, at the hour when your time ends.
3. You do not pass on your access pass. Whoever must get in too gets a pass of their own from you.
4. If you break something, you report it. The city may charge the cost, or take it from the deposit.
5. If you cancel, you get back what the page of your reservation says. The earlier, the more.
6. The city may move or cancel when the hall cannot be used. You then get everything back.
7. We keep your data to rent out the hall, open the doors and send bills, and no longer than needed.""",
}


def upgrade() -> None:
    terms = op.create_table(
        "terms",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_terms")),
    )
    op.create_table(
        "terms_accepted",
        sa.Column("order_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["booking_order.id"],
            name=op.f("fk_terms_accepted_order_id_booking_order"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["terms.version"], name=op.f("fk_terms_accepted_version_terms")
        ),
        sa.PrimaryKeyConstraint("order_id", "version", name=op.f("pk_terms_accepted")),
    )
    first = {"version": 1, "texts": FIRST, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    op.bulk_insert(terms, [first])


def downgrade() -> None:
    op.drop_table("terms_accepted")
    op.drop_table("terms")
