"""hallpass-central: run central, prepare its database, manage staff accounts."""

import os
import secrets
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.accounts.roles import Role
from central.errors import CentralError

if TYPE_CHECKING:
    from central.database import Database
    from central.settings import Settings

app = typer.Typer(
    help="Book halls, sign passes, watch doors. Settings are environment variables HALLPASS_*.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # passwords are among them
)
staff_app = typer.Typer(help="Accounts of people who work for the city.", no_args_is_help=True)
keys_app = typer.Typer(help="Keys that central signs with.", no_args_is_help=True)
app.add_typer(staff_app, name="staff")
app.add_typer(keys_app, name="keys")

Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="HALLPASS_NEW_PASSWORD",
        show_envvar=True,
        help="Asked for when absent; never give it as an argument.",
    ),
]


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
    from central.main import Background, authority_of, broker_of, mailer_of
    from central.web.guard import log_to_stderr

    database, settings = _current_database(), _settings()
    log_to_stderr()
    background = Background(
        database, authority_of(settings), utc_now, mailer_of(settings), broker_of(settings)
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
    password: Password,
) -> None:
    """Start a real city in HALLPASS_DATA: a secret, an empty database, the first administrator."""
    from central.settings import data_folder

    _make_secret(data_folder() / "secret")
    migrate()
    _add(email, name, password, [Role.ADMIN])
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


@staff_app.command("add")
def add_staff(
    email: Annotated[str, typer.Option(prompt=True)],
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    password: Password,
) -> None:
    """Make an account."""
    _add(email, name, password, role)
    typer.echo(f"{name} can log in now.")


def _add(email: str, name: str, password: str, roles: list[Role]) -> None:
    from central.accounts.service import add_staff as add
    from central.accounts.service import checked_hash
    from central.clock import utc_now

    database = _current_database()
    password_hash = checked_hash(password)
    with database.write() as session:
        add(session, email, name, password_hash, roles, utc_now())
    database.close()


@staff_app.command("list")
def list_staff() -> None:
    """List every account with its roles."""
    from central.accounts.service import all_staff

    database = _current_database()
    with database.read() as session:
        for one in all_staff(session):
            roles = ", ".join(sorted({row.role for row in one.roles}))
            ended = "" if one.is_active else "  (out of use)"
            typer.echo(f"{one.id:>4}  {one.email:<32}  {one.name:<24}  {roles}{ended}")
    database.close()


@staff_app.command("token")
def make_token(
    email: Annotated[str, typer.Argument(help="Whose token it is.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366)] = 90,
) -> None:
    """Make a bearer token and print it; it is shown this once."""
    from central.accounts.service import staff_by_email
    from central.accounts.sessions import new_token
    from central.clock import utc_now

    database = _current_database()
    with database.write() as session:
        staff = staff_by_email(session, email)
        secret = new_token(session, staff.id, name, timedelta(days=days), utc_now())
    database.close()
    typer.echo(secret)


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
