"""What every signed or published body shares: frozen, strict, and no unknown field."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from contracts import strict_json
from contracts.errors import Malformed


def _no_bool(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        msg = "a number, not true or false"
        raise ValueError(msg)  # noqa: TRY004 - pydantic takes this one for a finding
    return value


NUMBER_ONLY = BeforeValidator(_no_bool)
"""For enumerations of numbers and literals: there, pydantic takes `true` for 1."""
Version = Annotated[Literal[1], NUMBER_ONLY]
"""The version of a message's form. Another one is refused: its meaning is not known here."""
U8, U16, U24, U32, U64 = (2**bits - 1 for bits in (8, 16, 24, 32, 64))
Byte = Annotated[int, Field(ge=0, le=U8)]
Short = Annotated[int, Field(ge=0, le=U16)]
Minute = Annotated[int, Field(ge=0, le=2 * U24)]
"""Whole minutes since 2025-01-01T00:00Z."""
Day = Annotated[int, Field(ge=0, le=2 * U24 // 1440 + 1)]
"""Whole local days since 2025-01-01."""
Long = Annotated[int, Field(ge=0, le=U32)]
Number = Annotated[int, Field(ge=0, le=2**53)]
UnixSeconds = Annotated[int, Field(ge=0, le=U32)]
UnixMilliseconds = Annotated[int, Field(ge=0, le=1000 * U32)]
"""Until 2106: what a unit once took for the time it never goes behind again."""
HexId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""Eight bytes in lower-case hexadecimal."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""
Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
UNIT_ID = "u-[a-z2-7]{8,26}"
UnitId = Annotated[str, StringConstraints(pattern=f"^{UNIT_ID}$")]
PublicKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""A code, never prose: letters, digits, `_` and `-`."""


def _place(names: tuple[int | str, ...]) -> str:
    """Return where something is wrong; who sent it chose the names, and they end up in logs."""
    return ".".join(map(str, names))[:80].encode("unicode_escape").decode()


class Body(BaseModel):
    """A value that crosses a border as JSON."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        ser_json_inf_nan="constants",  # so that dumps refuses them; else they would become null
    )

    @classmethod
    def read(cls, value: Any) -> Self:  # noqa: ANN401 - any JSON value
        """Return the body in a parsed JSON value.

        Raises:
            Malformed: a field is missing, unknown, of another type or out of its range.

        """
        return cls._validated(strict_json.dumps(value))

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the body in JSON bytes; raises as `read`, or because it is not strict JSON."""
        strict_json.loads(raw)
        return cls._validated(raw)

    @classmethod
    def _validated(cls, raw: bytes) -> Self:
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            wrong = "; ".join(f"{_place(one['loc'])}: {one['msg'][:200]}" for one in found[:3])
            msg = f"not a {cls.__name__}: {wrong}"
            raise Malformed(msg) from None

    def to_json(self) -> dict[str, Any]:
        """Return the value to sign or publish.

        Raises:
            Malformed: something in it has no form in JSON.

        """
        try:
            return self.model_dump(mode="json")
        except ValueError as error:
            msg = f"cannot be written as JSON: {error}"
            raise Malformed(msg) from error

    def to_bytes(self) -> bytes:
        """Return canonical JSON bytes; raises as `to_json`, or what `strict_json.dumps` refuses."""
        return strict_json.dumps(self.to_json())
