"""Alembic runs this for every command; the connection comes from `central.migrations`."""

from alembic import context

from central.migrations.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things: copy the table instead.
    render_as_batch=True,
)
context.run_migrations()
