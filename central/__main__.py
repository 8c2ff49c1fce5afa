"""hallpass-central: run central, prepare its database, manage staff accounts."""

import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.accounts import commands as staff
from central.errors import CentralError

if TYPE_CHECKING:
    from central.database import Database
    from central.settings import Settings

app = typer.Typer(
    help="Book halls, sign passes, watch doors. Settings are environment variables HALLPASS_*.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # passwords are among them
)
keys_app = typer.Typer(help="Keys that central signs with.", no_args_is_help=True)
app.add_typer(staff.app, name="staff")
app.add_typer(keys_app, name="keys")


def _say_version(asked: bool) -> None:
    if asked:
        from central.release import VERSION

        typer.echo(f"hallpass-central {VERSION}")
        raise typer.Exit


@app.callback()
def prepare(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release."),
    ] = False,
) -> None:
    """Hand every command what it works with."""
    ctx.obj = staff.Tools(_current_database, _settings)


def _settings() -> "Settings":
    from central.settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        typer.echo(f"Central cannot start:\n{error}", err=True)
        raise typer.Exit(2) from error


def _database(settings: "Settings") -> "Database":
    from central.database import Database
    from central.migrations import models

    assert models.metadata.tables  # noqa: S101 - each table knows those it refers to
    return Database(settings.database)


def _current_database() -> "Database":
    """Open the database, or say what to do when its structure is not this release's."""
    from central import migrations

    database = _database(_settings())
    if not migrations.is_current(database):
        typer.echo("The database is empty or older. Run: hallpass-central migrate", err=True)
        raise typer.Exit(2)
    return database


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 finds a free one.")] = 8000,
) -> None:
    """Serve pages and the REST interface; with HALLPASS_WORKER=true also do the background work."""
    import uvicorn

    from central.main import create_app
    from central.web.guard import log_to_stderr

    _current_database().close()
    log_to_stderr()
    uvicorn.run(
        create_app(_settings()),
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
    )


@app.command()
def worker() -> None:
    """Do the background work only: consequences of events, holds that run out."""
    from central.clock import utc_now
    from central.main import (
        Background,
        authority_of,
        broker_of,
        city_wide_of,
        mailer_of,
        messages_of,
        till_of,
    )
    from central.web.guard import log_to_stderr

    database, settings = _current_database(), _settings()
    log_to_stderr()
    background = Background(
        database,
        authority_of(settings),
        utc_now,
        mailer_of(settings),
        broker_of(settings),
        settings.data,
        messages=messages_of(settings, database),
        city=city_wide_of(settings),
        till=till_of(settings, database, utc_now),
    )
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    background.start()
    stop.wait()
    background.stop()
    database.close()


@app.command()
def migrate() -> None:
    """Bring the database up to this release; the data stays. Safe to repeat."""
    from central import migrations

    settings = _settings()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = _database(settings)
    migrations.upgrade(database)
    database.close()
    typer.echo("The database is up to date.")


@app.command()
def check() -> None:
    """Look whether central could start: settings, database, structure."""
    database = _current_database()
    database.close()
    typer.echo("Settings and database are in order.")


@app.command()
def init(
    email: Annotated[str, typer.Option(prompt="E-mail address of the first administrator")],
    name: Annotated[str, typer.Option(prompt="Name of the first administrator")],
    password: staff.Password,
) -> None:
    """Start a real city in HALLPASS_DATA: a secret, an empty database, the first administrator."""
    from central.settings import data_folder

    _make_secret(data_folder() / "secret")
    migrate()
    staff.add_account(_current_database(), email, name, password)
    typer.echo(f"{name} is administrator. Start central with: hallpass-central serve")


def _make_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        typer.echo(f"{path} is there already and stays.")
        return
    path.write_text(secrets.token_urlsafe(48) + "\n", encoding="utf-8")
    typer.echo(f"Made a new secret in {path}. Keep it out of backups that others can read.")


@keys_app.command("import")
def import_keys(
    keyset: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Signed key set.")],
) -> None:
    """Put a key set in force that the root signed; every unit gets it."""
    from central.clock import utc_now
    from central.main import authority_of

    database = _current_database()
    now = utc_now()
    authority = authority_of(_settings())
    with database.write() as session:
        found = authority.import_keyset(session, keyset.read_bytes(), now)
        warnings = authority.ring(session).warnings(now)
    database.close()
    typer.echo(f"Key set {found.document.number} is in force, with {len(found.keys)} keys.")
    for words in warnings:
        typer.echo(words, err=True)


@keys_app.command("list")
def list_keys() -> None:
    """List the keys of the key set in force, and whether central can sign with them."""
    from central.clock import utc_now
    from central.main import authority_of
    from contracts.moments import moment_of

    database = _current_database()
    with database.read() as session:
        ring = authority_of(_settings()).ring(session)
    database.close()
    typer.echo(f"Key set {ring.keyset.document.number}")
    for number, key in sorted(ring.keyset.keys.items()):
        at_hand = "at hand" if number in ring.held else "elsewhere"
        until = f"signs until {moment_of(key.entry.sign_until):%Y-%m-%d}"
        typer.echo(f"{number:>5}  {key.entry.purpose:<10}  {at_hand:<9}  {until}")
    for words in ring.warnings(utc_now()):
        typer.echo(words, err=True)


def main() -> None:
    """Run the program; a refusal is one sentence and exit code 1."""
    os.umask(0o077)  # the database and the secret are nobody else's
    try:
        app()
    except CentralError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
