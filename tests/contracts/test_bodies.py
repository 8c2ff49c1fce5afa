"""What crosses a border as JSON: strict, frozen, no unknown field, no number that is a boolean."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from contracts.bodies import NUMBER_ONLY, Body, Code, Digest, HexId, Nonce, Number, UnitId, Version
from contracts.credential import Kind
from contracts.errors import Malformed
from contracts.messages import Birth
from contracts.strict_json import DEEPEST
from tests.contracts.samples import SAMPLES, bodies
from tests.contracts.strategies import nested

EVERY_SAMPLE = pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: type(one).__name__)
ANYTHING_GOES = {"data", "detail", "body"}
Path = tuple[str | int, ...]


class Letter(Body):
    """A body with one field of every kind."""

    v: Version = 1
    kind: Annotated[Kind, NUMBER_ONLY] = Kind.RENTER
    count: Number = 0
    id: HexId = "00" * 8
    digest: Digest = "00" * 32
    nonce: Nonce = "00" * 16
    unit: UnitId = "u-abcdefgh"
    code: Code = "done"
    data: dict[str, Any] = Field(default={})


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - any JSON value
    """Every place in a JSON value below its top, but what stands where anything may stand."""
    if path:
        yield path, value
    match value:
        case dict() if not path or path[-1] not in ANYTHING_GOES:
            items: Iterable[tuple[str | int, Any]] = value.items()
        case list():
            items = enumerate(value)
        case _:
            return
    for name, item in items:
        yield from nodes(item, (*path, name))


def replaced(value: Any, path: Path, other: object) -> Any:  # noqa: ANN401 - any JSON value
    first, *rest = path
    value[first] = replaced(value[first], tuple(rest), other) if rest else other
    return value


def parsed(**fields: object) -> Letter:
    return Letter.parse(json.dumps(fields).encode())


def test_a_body_is_read_as_it_was_written() -> None:
    letter = Letter(count=5, code="not_yet", data={"a": [1, None, "é"]})
    assert Letter.parse(letter.to_bytes()) == letter
    assert Letter.read(letter.to_json()) == letter


@pytest.mark.parametrize("field", Letter.model_fields)
@pytest.mark.parametrize("value", [True, False, None, "1", [], "", -1, 2**53 + 1])
def test_a_value_of_another_type_or_out_of_range_is_refused(field: str, value: object) -> None:
    for wrong in (value, {"in": value} if field != "data" else value):
        with pytest.raises(Malformed, match=field):
            parsed(**{field: wrong})


@pytest.mark.parametrize(
    ("field", "good"),
    [
        ("id", "0123456789abcdef"),
        ("digest", "ab" * 32),
        ("nonce", "ab" * 16),
        ("unit", "u-abcdefg2"),
        ("code", "not_yet-valid"),
    ],
)
def test_ids_have_one_spelling(field: str, good: str) -> None:
    assert getattr(parsed(**{field: good}), field) == good
    for wrong in (f"{good}\n", f" {good}", f"{good}G", good.upper(), good[:-1] + "é", f"{good}\0"):
        with pytest.raises(Malformed):
            parsed(**{field: wrong})


def test_another_version_is_refused() -> None:
    with pytest.raises(Malformed):
        parsed(v=2)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(Malformed, match="extra"):
        parsed(extra=1)


def test_a_body_is_not_an_object_of_any_other_shape() -> None:
    for raw in (b"[]", b"null", b'"{}"', b"1", b"", b"{}{}"):
        with pytest.raises(Malformed):
            Letter.parse(raw)


def test_what_json_has_no_form_for_is_not_written() -> None:
    for value in (1.5, object(), float("inf"), nested(DEEPEST), nested(400)):
        with pytest.raises(Malformed):
            Letter(data={"value": value}).to_bytes()


def test_the_finding_names_the_field_and_does_not_repeat_what_it_found() -> None:
    with pytest.raises(Malformed) as error:
        parsed(unit="secret", count="secret", code="SECRET")
    assert "unit" in str(error.value)
    assert "secret" not in str(error.value).lower()


def test_a_body_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Letter().count = 1  # type: ignore[misc]


def test_there_is_a_sample_of_every_body() -> None:
    assert {type(sample) for sample in SAMPLES} == set(bodies())


@EVERY_SAMPLE
def test_every_body_is_frozen_strict_and_closed(sample: Body) -> None:
    config = type(sample).model_config
    assert (config["frozen"], config["strict"], config["extra"]) == (True, True, "forbid")


@EVERY_SAMPLE
def test_every_body_is_read_as_it_was_written(sample: Body) -> None:
    assert type(sample).parse(sample.to_bytes()) == sample
    assert type(sample).read(sample.to_json()).to_bytes() == sample.to_bytes()


@EVERY_SAMPLE
def test_no_body_takes_what_it_does_not_know_or_misses(sample: Body) -> None:
    model, value = type(sample), sample.to_json()
    with pytest.raises(Malformed):
        model.read({**value, "unknown": 1})
    for name, field in model.model_fields.items():
        rest = {other: item for other, item in value.items() if other != name}
        if field.is_required():
            with pytest.raises(Malformed):
                model.read(rest)


@EVERY_SAMPLE
def test_no_body_takes_a_value_of_another_type(sample: Body) -> None:
    for path, node in nodes(sample.to_json()):
        others: tuple[Any, ...] = (True, 1, "x", [], {})
        for other in others:
            if type(other) is not type(node):
                with pytest.raises(Malformed):
                    type(sample).read(replaced(sample.to_json(), path, other))


@pytest.mark.parametrize(
    "change",
    [{"base": 2}, {"base_hash": None}, {"base": 0}, {"acked": 0}],
    ids=["not acknowledged", "without its hash", "a hash of nothing", "nothing acknowledged"],
)
def test_a_birth_without_what_the_retired_entries_leave_behind_is_refused(
    change: dict[str, object],
) -> None:
    (sample,) = (one for one in SAMPLES if isinstance(one, Birth) and one.base)
    assert Birth.read(sample.to_json()) == sample
    with pytest.raises(Malformed):
        Birth.read({**sample.to_json(), **change})
