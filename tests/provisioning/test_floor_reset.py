"""Two holders sign a unit's way back, after reading what they sign; the unit takes nothing less."""

from datetime import UTC, datetime, timedelta

import pytest

from central.keys.files import read_root
from contracts import strict_json
from contracts.errors import BadSignature
from contracts.floor_reset import ResetRequest, SignedReset, verify_floor_reset
from provisioning import floor_resets
from provisioning.errors import ExitCode, ProvisioningError
from tests.provisioning.program import ROOT_PASSPHRASES, Program
from tests.provisioning.test_keyset import root_keys
from tests.provisioning.test_passphrases import Terminal

CENTURY_MS = 4_070_908_800_000
REQUEST = ResetRequest(unit="u-abcdefgh", nonce="ab" * 16, floor_ms=CENTURY_MS)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)  # noqa: TID251 - what the program reads, too
NOON = NOW - timedelta(hours=9)
"""The time on a holder's wrist; the program holds it against the computer's."""
NOON_WORDS, NOON_MS = f"{NOON:%Y-%m-%d %H:%M} UTC", int(NOON.timestamp() * 1000)
ROOT = ("--root", "root/root.json")


@pytest.fixture
def holders(city: Program) -> Program:
    """A city, and what a unit wrote."""
    (city.folder / "floor-request.json").write_bytes(REQUEST.to_bytes())
    return city


def typed(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


TIME = ("--time", typed(NOON))


def signing(*numbers: int, out: str = "reset.json") -> list[str]:
    keys = root_keys(*numbers)
    return ["floor-reset", "sign", "floor-request.json", *ROOT, *keys, "--out", out, *TIME]


def taken(city: Program, name: str = "reset.json") -> SignedReset:
    root = read_root(city.folder / "root/root.json")
    return verify_floor_reset((city.folder / name).read_bytes(), root)


def test_two_holders_sign_one_after_the_other(holders: Program) -> None:
    first = holders.data(*signing(3), "--yes")
    assert (first["complete"], len(first["signers"])) == (False, 1)
    with pytest.raises(BadSignature, match="1 root keys of the 2"):
        taken(holders)
    cosign = ["floor-reset", "cosign", "reset.json", *ROOT]
    again = holders.data(*cosign, *root_keys(3), "--yes")
    assert (again["complete"], len(again["signers"])) == (False, 1)  # the same holder twice
    second = holders.data(*cosign, *root_keys(1), "--yes")
    assert (second["complete"], len(second["signers"])) == (True, 2)
    found = taken(holders)
    assert (found.audience, found.body.nonce) == ("unit:u-abcdefgh", REQUEST.nonce)
    assert found.body.unix_ms == NOON_MS
    shown = holders("floor-reset", "show", "reset.json", *ROOT)
    assert f"later than {NOON_WORDS}" in shown.stdout
    assert "It is complete" in shown.stdout


def test_without_a_time_the_computer_s_own_is_signed(holders: Program) -> None:
    words = [one for one in signing(1, 2) if one not in TIME]
    before = datetime.now(UTC).timestamp() - 1  # noqa: TID251 - what the program reads, too
    holders.data(*words, "--yes")
    assert before <= taken(holders).body.unix_ms / 1000 <= before + 60


def test_a_holder_reads_what_is_signed_and_may_say_no(holders: Program) -> None:
    before = holders.contents()
    with Terminal(holders, *signing(1)) as terminal:
        terminal.answer("Is this right? Sign it", "n")
        assert terminal.end() == ExitCode.FAILED
    for words in (
        f"Door unit u-abcdefgh, request {REQUEST.nonce}.",
        "It holds for certain that it is later than 2099-01-01 00:00 UTC.",
        f"it will be certain only that it is later than {NOON_WORDS}.",
        "Nothing was signed.",
    ):
        assert words in terminal.seen
    assert holders.contents() == before


def test_a_holder_who_says_yes_signs(holders: Program) -> None:
    with Terminal(holders, *signing(1)) as terminal:
        terminal.answer("Is this right? Sign it", "y")
        terminal.answer_unseen("Passphrase for root/root-1.pem", ROOT_PASSPHRASES[0])
        assert terminal.end() == ExitCode.DONE
    assert (holders.folder / "reset.json").exists()


def test_nobody_signs_unasked(holders: Program) -> None:
    before = holders.contents()
    assert "nobody to ask" in holders.refusal(ExitCode.FAILED, *signing(1))
    assert holders.contents() == before


def test_a_time_that_lowers_nothing_is_said(holders: Program) -> None:
    request = REQUEST.model_copy(update={"floor_ms": NOON_MS})
    (holders.folder / "floor-request.json").write_bytes(request.to_bytes())
    with Terminal(holders, *signing(1)) as terminal:
        terminal.answer("Is this right? Sign it", "n")
        terminal.end()
    assert "That lowers no time" in terminal.seen


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("1969-01-01T00:00", "is not the time now"),
        ("1970-01-01T00:00", "is not the time now"),
        ("2024-12-31T23:59", "is not the time now"),
        (typed(NOW + timedelta(days=2)), "is later than tomorrow"),
        ("2107-01-01T00:00", "is later than tomorrow"),
    ],
)
def test_a_time_that_cannot_be_today_s_is_not_signed(holders: Program, at: str, words: str) -> None:
    before = holders.contents()
    mistyped = [at if one == TIME[1] else one for one in signing(1)]
    assert words in holders.refusal(ExitCode.FAILED, *mistyped, "--yes")
    assert holders.contents() == before


def test_the_first_day_of_2025_and_tomorrow_can_be_today() -> None:
    for at in (floor_resets.EARLIEST, NOW + floor_resets.MOST_AHEAD):
        floor_resets.require_possible(at, NOW)
    with pytest.raises(ProvisioningError):
        floor_resets.require_possible(NOW + timedelta(days=1, minutes=1), NOW)


def test_what_was_changed_after_the_first_signature_is_not_signed(holders: Program) -> None:
    holders.data(*signing(1), "--yes")
    path = holders.folder / "reset.json"
    ours = strict_json.loads(path.read_bytes())
    other = [*signing(2, out="other.json"), "--yes"]
    holders.data(*(one if one != TIME[1] else typed(NOW) for one in other))
    later = strict_json.loads((holders.folder / "other.json").read_bytes())
    path.write_bytes(strict_json.dumps({**ours, "payload": later["payload"]}))
    cosign = ["floor-reset", "cosign", "reset.json", *ROOT, *root_keys(2), "--yes"]
    assert "signature does not fit" in holders.refusal(ExitCode.UNUSABLE, *cosign)


def test_a_key_set_is_no_floor_reset(holders: Program) -> None:
    words = ["keyset", "sign", "--keys", "keys/key-requests-1.json", *ROOT, *root_keys(1)]
    holders.data(*words, "--out", "keyset.json")
    cosign = ["floor-reset", "cosign", "keyset.json", *ROOT, *root_keys(2), "--yes"]
    assert "no floor reset" in holders.refusal(ExitCode.UNUSABLE, *cosign)


def test_nothing_is_written_over(holders: Program) -> None:
    holders.data(*signing(1), "--yes")
    before = holders.contents()
    holders.refusal(ExitCode.EXISTS, *signing(2), "--yes")
    assert holders.contents() == before
