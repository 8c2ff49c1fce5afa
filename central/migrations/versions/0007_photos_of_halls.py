"""Photos of halls, parts of the day of a hall, and what renters read beside the way in."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hall", sa.Column("parts", sa.JSON(), nullable=True))
    op.add_column(
        "hall_access",
        sa.Column("instructions", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    op.create_table(
        "hall_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hall_id"], ["hall.id"], name=op.f("fk_hall_photo_hall_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_photo")),
        sa.UniqueConstraint("hall_id", "hash", name=op.f("uq_hall_photo_hall_id_hash")),
    )
    op.create_index(op.f("ix_hall_photo_hash"), "hall_photo", ["hash"], unique=False)
