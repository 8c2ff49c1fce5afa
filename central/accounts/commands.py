"""hallpass-central staff: accounts of people who work for the city, from the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from central.accounts.roles import Right, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from central.database import Database
    from central.settings import Settings

app = typer.Typer(help="Accounts of people who work for the city.", no_args_is_help=True)
ACTOR = "system"
"""The audit's word for whoever has the server itself."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands work with; `ctx.obj`."""

    database: "Callable[[], Database]"
    settings: "Callable[[], Settings]"


Email = Annotated[str, typer.Argument(help="Address of the account.")]
NewEmail = Annotated[str, typer.Option("--email", prompt=True)]
Name = Annotated[str, typer.Option(prompt=True)]
Roles = Annotated[list[Role], typer.Option(help="May be given several times.")]
Service = Annotated[
    str, typer.Option(help="City service for which the roles count; else the whole city.")
]
Hall = Annotated[int | None, typer.Option(help="Number of the only hall for which they count.")]
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


@app.command("add")
def add(
    ctx: typer.Context,
    email: NewEmail,
    name: Name,
    role: Roles,
    password: Password,
    service: Service = "",
    hall: Hall = None,
) -> None:
    """Make an account with a password."""
    add_account(ctx.obj.database(), email, name, password, _Wanted(tuple(role), service, hall))
    typer.echo(f"{name} can log in now.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Roles and for what they count, as given."""

    roles: tuple[Role, ...]
    service: str = ""
    hall: int | None = None


WHOLE_CITY_ADMIN = _Wanted((Role.ADMIN,))


def add_account(
    database: "Database", email: str, name: str, password: str, wanted: _Wanted = WHOLE_CITY_ADMIN
) -> None:
    """Make an account with a password, and close the database."""
    from central.accounts.service import add_staff, checked_hash
    from central.clock import utc_now

    password_hash = checked_hash(password)
    with database.write() as session:
        rights = _rights(session, wanted)
        add_staff(session, email, name, password_hash, rights, utc_now(), actor=ACTOR)
    database.close()


@app.command("invite")
def invite(
    ctx: typer.Context,
    email: NewEmail,
    name: Name,
    role: Roles,
    service: Service = "",
    hall: Hall = None,
) -> None:
    """Make an account and print the link with which its holder chooses a password."""
    from central.accounts.service import invite
    from central.clock import utc_now

    database: Database = ctx.obj.database()
    with database.write() as session:
        rights = _rights(session, _Wanted(tuple(role), service, hall))
        _, link = invite(session, email, name, rights, ACTOR, utc_now())
    database.close()
    typer.echo(f"{ctx.obj.settings().base_url}/welcome/{link}")


@app.command("list")
def list_all(ctx: typer.Context) -> None:
    """List every account with its roles and for what they count."""
    from central.accounts.service import all_staff, said

    database: Database = ctx.obj.database()
    with database.read() as session:
        for one in all_staff(session):
            roles = ", ".join(said(row.right) for row in one.roles)
            marks = "" if one.is_active else "  (out of use)"
            marks += "  (invited)" if not one.password_hash else ""
            marks += "  (app)" if one.has_second_factor else ""
            typer.echo(f"{one.id:>4}  {one.email:<32}  {one.name:<24}  {roles}{marks}")
    database.close()


@app.command("token")
def make_token(
    ctx: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366)] = 90,
) -> None:
    """Make a bearer token and print it; it is shown this once."""
    from central.accounts.service import staff_by_email
    from central.accounts.sessions import new_token
    from central.clock import utc_now

    database: Database = ctx.obj.database()
    with database.write() as session:
        staff = staff_by_email(session, email)
        secret = new_token(session, staff.id, name, timedelta(days=days), utc_now())
    database.close()
    typer.echo(secret)


@app.command("reset-password")
def reset_password(ctx: typer.Context, email: Email) -> None:
    """Print a link with which the holder of an account chooses a new password; it works 30 minutes."""
    from central.accounts import invitations
    from central.clock import utc_now
    from central.errors import NotFound

    database: Database = ctx.obj.database()
    with database.write() as session:
        made = invitations.make_reset(session, email, utc_now())
    database.close()
    if made is None:
        raise NotFound("account")
    typer.echo(f"{ctx.obj.settings().base_url}/welcome/{made[0]}")


@app.command("reset-app")
def reset_app(
    ctx: typer.Context,
    email: Email,
    reason: Annotated[str, typer.Option(prompt="Why (telephone lost, ...)")],
) -> None:
    """Take an authenticator app out of use; every browser of the account is logged out."""
    from central.accounts.second_factor import forget_app
    from central.accounts.service import staff_by_email
    from central.accounts.sessions import revoke_all_sessions
    from central.clock import utc_now

    database: Database = ctx.obj.database()
    with database.write() as session:
        staff = staff_by_email(session, email)
        forget_app(session, staff.id, ACTOR, utc_now(), reason)
        revoke_all_sessions(session, staff.id)
    database.close()
    typer.echo(f"{staff.name} has no authenticator app any more.")


def _rights(session: "Session", wanted: _Wanted) -> list[Right]:
    from central.accounts.services import service_named

    service = service_named(session, wanted.service).id if wanted.service else None
    return [Right(role, service, wanted.hall) for role in wanted.roles]
