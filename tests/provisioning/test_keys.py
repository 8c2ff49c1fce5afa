import shutil
import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from central.keys.errors import NoKeyFor, WrongPassphrase
from central.keys.files import load_folder, read_root
from central.keys.ring import NEEDED, KeyRing, Need
from contracts.credential import Kind
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import KeyEntry, KeySet, KeySetBody, sign_keyset, verify_keyset
from contracts.moments import MINUTES_PER_DAY, minute_of, moment_of
from provisioning.clock import utc_now
from provisioning.errors import ExitCode
from provisioning.private_keys import read_ed25519
from provisioning.signing_keys import KeyRequest, read_request
from tests.provisioning.program import KEYS_PASSPHRASE, ROOT_PASSPHRASES, Program, command

DAY = MINUTES_PER_DAY


def request_of(city: Program, number: int = 1) -> KeyRequest:
    return read_request(city.folder / f"keys/key-requests-{number}.json")


def keyset_of(city: Program) -> KeySet:
    """What the root would make of the request."""
    signers = [
        SoftwareSigner(read_ed25519(city.folder / f"root/root-{number}.pem", passphrase))
        for number, passphrase in enumerate(ROOT_PASSPHRASES[:2], 1)
    ]
    root = read_root(city.folder / "root/root.json")
    body = KeySetBody(keys=request_of(city).keys, root=root)
    return verify_keyset(sign_keyset(1, int(utc_now().timestamp()), body, signers), root)


def ring_of(city: Program) -> KeyRing:
    held = load_folder(city.folder / "keys", KEYS_PASSPHRASE)
    return KeyRing({key.id: key for key in held}, keyset_of(city))


def test_central_loads_every_key_that_was_made(city: Program) -> None:
    held = load_folder(city.folder / "keys", KEYS_PASSPHRASE)
    asked = {entry.id: entry for entry in request_of(city).keys}
    assert {key.id: (key.purpose, key.signer.public.hex()) for key in held} == {
        number: (entry.purpose, entry.public) for number, entry in asked.items()
    }
    assert {entry.purpose for entry in asked.values()} == set(NEEDED)
    with pytest.raises(WrongPassphrase):
        load_folder(city.folder / "keys", "something else")


def test_nobody_else_may_read_the_keys(city: Program) -> None:
    folder = city.folder / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_request_holds_nothing_but_public_keys_and_their_limits(city: Program) -> None:
    raw = (city.folder / "keys/key-requests-1.json").read_bytes()
    private = [
        read_ed25519(path, KEYS_PASSPHRASE).private_bytes_raw().hex().encode()
        for path in (city.folder / "keys").glob("*.pem")
    ]
    assert len(private) == 10
    assert not any(one in raw for one in private)
    assert KeyRequest.parse(raw).to_bytes() == raw


def test_a_one_off_pass_is_signed_by_the_key_that_reaches_least(city: Program) -> None:
    ring, now = ring_of(city), utc_now()
    in_a_year = minute_of(now) + 380 * DAY
    one_off = ring.signer(Need(KeyPurpose.CREDENTIAL, 1, Kind.RENTER, 240, in_a_year), now)
    assert one_off.entry.longest_span == 31 * DAY
    assert one_off.entry.kinds == (Kind.RENTER, Kind.CREW)


def test_a_season_and_a_right_of_staff_have_keys_of_their_own(city: Program) -> None:
    ring, now = ring_of(city), utc_now()
    year = 365 * DAY
    season = Need(KeyPurpose.CREDENTIAL, 1, Kind.RENTER, year, minute_of(now) + 2 * year)
    staff = Need(KeyPurpose.CREDENTIAL, 1, Kind.STAFF, 2 * year, minute_of(now) + 2 * year)
    fire = Need(KeyPurpose.CREDENTIAL, 1, Kind.EMERGENCY, 2 * year, minute_of(now) + 2 * year)
    ids = {ring.signer(need, now).id for need in (season, staff, fire)}
    assert ids == {2, 3}
    with pytest.raises(NoKeyFor):
        ring.signer(Need(KeyPurpose.CREDENTIAL, 1, Kind.RENTER, 2 * year), now)


def test_keys_for_passes_sign_three_months_and_verify_a_year_longer(city: Program) -> None:
    now = utc_now()
    for entry in request_of(city).keys:
        signs = moment_of(entry.sign_until) - now
        is_for_passes = entry.purpose is KeyPurpose.CREDENTIAL
        assert timedelta(days=89) < signs <= timedelta(days=90 if is_for_passes else 366)
        assert moment_of(entry.sign_from) < now - timedelta(minutes=30)  # clocks differ
        if is_for_passes:
            assert entry.verify_until - entry.sign_until >= 13 * 30 * DAY


def test_two_keys_sign_the_time(city: Program) -> None:
    ring, now = ring_of(city), utc_now()
    usual = ring.signer(Need(KeyPurpose.FRESHNESS, 1), now).id
    second = ring.signer(Need(KeyPurpose.FRESHNESS, 1, besides=usual), now).id
    assert {usual, second} == {9, 10}


def test_the_amendments_key_reaches_as_far_as_any_pass(city: Program) -> None:
    entries = request_of(city).keys
    (amendments,) = (one for one in entries if one.purpose is KeyPurpose.AMENDMENTS)
    assert amendments.longest_span == max(one.longest_span for one in entries)


def test_central_has_all_it_needs_for_weeks(city: Program) -> None:
    assert ring_of(city).warnings(utc_now()) == ()


def test_the_next_keys_have_the_next_numbers_and_the_old_ones_stay(city: Program) -> None:
    before = city.contents()
    made = city.data("keys", "create", "--out", "keys", "--purpose", "credential")
    assert made["request"] == "keys/key-requests-11.json"
    assert [one["id"] for one in made["keys"]] == [11, 12, 13]
    assert city.contents().items() >= before.items()


def test_numbers_of_the_key_set_in_force_are_not_used_again(city: Program) -> None:
    city.data(
        "keyset", "sign", "--keys", "keys/key-requests-1.json", "--root", "root/root.json",
        "--root-key", "root/root-1.pem", "--root-key", "root/root-2.pem", "--out", "keyset.json",
    )  # fmt: skip
    shutil.rmtree(city.folder / "keys")
    made = city.data("keys", "create", "--out", "keys", "--keyset", "keyset.json")
    assert min(one["id"] for one in made["keys"]) == 11


def test_rare_keys_are_made_when_asked_for(program: Program) -> None:
    made = program.data(
        "keys", "create", "--out", "keys", "--purpose", "deny", "--purpose", "release"
    )
    assert [one["purpose"] for one in made["keys"]] == ["deny", "release"]


def test_keys_can_be_for_some_sites_only(program: Program) -> None:
    program.data("keys", "create", "--out", "keys", "--site", "3", "--site", "7")
    assert {entry.sites for entry in request_of(program).keys} == {(3, 7)}


def test_a_key_of_that_number_is_never_overwritten(city: Program) -> None:
    (city.folder / "keys/key-requests-11.json").write_bytes(b"precious")
    before = city.contents()
    city.refusal(ExitCode.EXISTS, "keys", "create", "--out", "keys")
    assert city.contents() == before


def test_two_at_once_do_not_share_a_number(city: Program) -> None:
    runs = [start(city) for _ in range(2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    held = load_folder(city.folder / "keys", KEYS_PASSPHRASE)  # refuses one number twice
    assert len(held) == 10 + 2 * 3


def start(city: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("keys", "create", "--out", "keys", "--purpose", "credential"),
        cwd=city.folder,
        env=city.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def test_the_passphrase_can_come_from_a_file(program: Program) -> None:
    (program.folder / "passphrase").write_text(f"{KEYS_PASSPHRASE}\n")
    program.data(
        "keys", "create", "--out", "a", "--purpose", "ack", "--passphrase-file", "passphrase",
        HALLPASS_KEYS_PASSPHRASE=None,
    )  # fmt: skip
    program.data(
        "keys", "create", "--out", "b", "--purpose", "ack",
        HALLPASS_KEYS_PASSPHRASE=None, HALLPASS_KEYS_PASSPHRASE_FILE="passphrase",
    )  # fmt: skip
    for folder in ("a", "b"):
        assert load_folder(program.folder / folder, KEYS_PASSPHRASE)


def test_without_a_passphrase_nothing_is_made(program: Program) -> None:
    program.refusal(
        ExitCode.PASSPHRASE, "keys", "create", "--out", "keys", HALLPASS_KEYS_PASSPHRASE=None
    )
    assert program.contents() == {}


def test_a_folder_that_cannot_be_made_is_said(program: Program) -> None:
    (program.folder / "keys").write_bytes(b"a file")
    says = program.refusal(ExitCode.FAILED, "keys", "create", "--out", "keys")
    assert says == "keys cannot be made: File exists.\n"


def test_words_say_what_each_key_is_for(city: Program) -> None:
    shown = city("keys", "create", "--out", "keys").stdout
    assert "Key 11 signs passes of renters and crews over at most 31 days, until 20" in shown
    assert "Key 13 signs passes of staff and emergency services over at most 732 days" in shown
    assert "Its fingerprint is " in shown


def entry(**changes: object) -> KeyEntry:
    values = {
        "id": 1,
        "purpose": KeyPurpose.ACK,
        "public": "11" * 32,
        "sign_from": 0,
        "sign_until": 10,
        "verify_until": 20,
        **changes,
    }
    return KeyEntry(**values)  # type: ignore[arg-type]


def test_a_changed_request_has_another_fingerprint() -> None:
    prints = {
        KeyRequest(keys=(one,)).fingerprint
        for one in (entry(), entry(id=2), entry(public="22" * 32), entry(verify_until=21))
    }
    assert len(prints) == 4


def test_the_request_is_read_from_where_central_put_it(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_bytes(KeyRequest(keys=(entry(),)).to_bytes())
    assert read_request(path).keys == (entry(),)
