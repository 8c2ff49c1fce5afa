"""REST: staff accounts and bearer tokens."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from central.accounts import service
from central.accounts.principals import (
    Admin,
    AdminJustProven,
    AnyStaff,
    AnyStaffJustProven,
)
from central.accounts.roles import Right, Role
from central.accounts.sessions import new_token
from central.accounts.staff_models import Staff
from central.dependencies import Now, TheDatabase

router = APIRouter(prefix="/api/v1", tags=["accounts"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
    ),
]


class RightForm(BaseModel):
    """A role, and the city service or hall over which it counts; without either the whole city."""

    model_config = ConfigDict(from_attributes=True)

    role: Role
    service: int | None = None
    hall: int | None = None

    @model_validator(mode="after")
    def _counts_for_one(self) -> Self:
        if self.service is not None and self.hall is not None:
            message = "a role counts for a city service or for a hall, not for both"
            raise ValueError(message)
        return self

    def right(self) -> Right:
        """Return it as the service wants it."""
        return Right(self.role, self.service, self.hall)


class StaffOut(BaseModel):
    """An account, without its secrets."""

    id: int
    email: str
    name: str
    roles: list[Role]
    rights: list[RightForm]
    is_active: bool
    has_second_factor: bool

    @classmethod
    def of(cls, staff: Staff) -> "StaffOut":
        """Return what is told of an account."""
        return cls(
            id=staff.id,
            email=staff.email,
            name=staff.name,
            roles=sorted({one.role for one in staff.roles}),
            rights=[RightForm.model_validate(one.right) for one in staff.roles],
            is_active=staff.is_active,
            has_second_factor=staff.has_second_factor,
        )


class NewStaff(BaseModel):
    """An account to be made."""

    email: Email
    name: Name
    password: SecretStr
    roles: list[Role | RightForm]
    """A bare role counts in the whole city."""


class StaffChange(BaseModel):
    """What to change of an account; what is absent stays."""

    roles: list[Role | RightForm] | None = None
    is_active: bool | None = None
    password: SecretStr | None = None


class Me(BaseModel):
    """Who is asking."""

    id: int
    name: str
    roles: list[Role]


class NewToken(BaseModel):
    """A bearer token to be made."""

    name: Name
    days: int = Field(default=90, ge=1, le=366)


class TokenOut(BaseModel):
    """A bearer token, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenOnce(BaseModel):
    """The secret of a new token."""

    token: str
    """Shown this once."""


@router.get("/me")
def me(staff: AnyStaff) -> Me:
    """Tell who is asking."""
    return Me(id=staff.id, name=staff.name, roles=sorted(staff.roles))


@router.get("/staff")
def list_staff(_admin: Admin, database: TheDatabase) -> list[StaffOut]:
    """List every staff account."""
    with database.read() as session:
        return [StaffOut.of(one) for one in service.all_staff(session)]


@router.post("/staff", status_code=201)
def add_staff(new: NewStaff, admin: AdminJustProven, database: TheDatabase, now: Now) -> StaffOut:
    """Make a staff account."""
    password_hash = service.checked_hash(new.password.get_secret_value())
    with database.write() as session:
        rights, actor = _rights(new.roles), admin.actor
        staff = service.add_staff(
            session, new.email, new.name, password_hash, rights, now, actor=actor
        )
        return StaffOut.of(staff)


def _rights(given: list[Role | RightForm]) -> list[Right]:
    return [one.right() if isinstance(one, RightForm) else Right(one) for one in given]


@router.patch("/staff/{staff_id}")
def change_staff(
    staff_id: int, change: StaffChange, admin: AdminJustProven, database: TheDatabase, now: Now
) -> StaffOut:
    """Change roles or password, or take an account out of use; its browsers are logged out."""
    secret = change.password.get_secret_value() if change.password else None
    password_hash = None if secret is None else service.checked_hash(secret)
    with database.write() as session:
        staff = service.change_staff(
            session,
            staff_id,
            service.Change(
                roles=None if change.roles is None else _rights(change.roles),
                is_active=change.is_active,
                password_hash=password_hash,
            ),
            now,
            actor=admin.actor,
        )
        return StaffOut.of(staff)


@router.get("/tokens")
def list_tokens(staff: AnyStaff, database: TheDatabase) -> list[TokenOut]:
    """List one's own bearer tokens."""
    with database.read() as session:
        return [TokenOut.model_validate(one) for one in service.tokens_of(session, staff.id)]


@router.post("/tokens", status_code=201)
def add_token(
    new: NewToken, staff: AnyStaffJustProven, database: TheDatabase, now: Now
) -> TokenOnce:
    """Make a bearer token for a tool that acts for oneself; it is shown this once."""
    with database.write() as session:
        life = timedelta(days=new.days)
        return TokenOnce(token=new_token(session, staff.id, new.name, life, now))


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: int, staff: AnyStaff, database: TheDatabase, now: Now) -> None:
    """End one of one's own bearer tokens."""
    with database.write() as session:
        service.revoke_token(session, staff.id, token_id, now)
