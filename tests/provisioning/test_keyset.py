import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from central.database import Database
from central.documents.authority import open_authority
from central.keys.errors import KeySetRefused
from central.keys.files import read_root
from central.migrations import upgrade
from contracts.errors import BadSignature
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import KeyEntry, KeySet, KeySetBody, RootKeys, sign_keyset, verify_keyset
from contracts.moments import minute_of
from provisioning.errors import ExitCode, ProvisioningError
from provisioning.keysets import draw_up, sign
from provisioning.signing_keys import KeyRequest
from tests.provisioning.hostile import NOT_A_DOCUMENT
from tests.provisioning.program import KEYS_PASSPHRASE, ROOT_PASSPHRASES, Done, Program

REQUEST = "keys/key-requests-1.json"
ROOT = ("--root", "root/root.json")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def root_keys(*numbers: int, folder: str = "root") -> list[str]:
    return [word for one in numbers for word in ("--root-key", f"{folder}/root-{one}.pem")]


def sign_words(*numbers: int, out: str = "keyset.json", request: str = REQUEST) -> list[str]:
    return ["keyset", "sign", "--keys", request, *ROOT, *root_keys(*numbers), "--out", out]


def root_of(city: Program, folder: str = "root") -> RootKeys:
    return read_root(city.folder / folder / "root.json")


def keyset_of(city: Program, name: str = "keyset.json", root: RootKeys | None = None) -> KeySet:
    return verify_keyset((city.folder / name).read_bytes(), root or root_of(city))


@pytest.fixture
def signed(city: Program) -> Program:
    """A city with its first key set."""
    assert city.data(*sign_words(1, 2))["complete"] is True
    return city


# --- two holders


def test_two_holders_sign_one_after_the_other_on_two_computers(
    city: Program, tmp_path: Path
) -> None:
    first = city.data(*sign_words(3))
    assert (first["complete"], len(first["signers"])) == (False, 1)
    with pytest.raises(BadSignature, match="1 root keys of the 2"):
        keyset_of(city)
    elsewhere = city.elsewhere(tmp_path / "elsewhere")
    for name in ("keyset.json", "root/root.json", "root/root-1.pem"):
        path = elsewhere.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((city.folder / name).read_bytes())
    second = elsewhere.data("keyset", "cosign", "keyset.json", *ROOT, *root_keys(1))
    assert (second["complete"], len(second["signers"])) == (True, 2)
    keyset = keyset_of(elsewhere)
    assert keyset.document.number == 1
    assert len(keyset.keys) == 10


def test_central_puts_it_in_force_and_nothing_less(city: Program) -> None:
    database = Database(f"sqlite:///{city.folder}/central.db")
    upgrade(database)
    folder, root = city.folder / "keys", city.folder / "root/root.json"
    authority = open_authority(folder, SecretStr(KEYS_PASSPHRASE), root)
    city.data(*sign_words(1))
    path, now = city.folder / "keyset.json", datetime.now(UTC)  # noqa: TID251 - real periods
    with database.write() as session, pytest.raises(KeySetRefused, match="1 root keys of the 2"):
        authority.import_keyset(session, path.read_bytes(), now)
    city.data("keyset", "cosign", "keyset.json", *ROOT, *root_keys(2))
    with database.write() as session:
        keyset = authority.import_keyset(session, path.read_bytes(), now)
        assert authority.ring(session).warnings(now) == ()
    assert keyset.document.number == 1
    database.close()


def test_the_same_holder_twice_is_one_signature(city: Program) -> None:
    city.data(*sign_words(1))
    before = city.contents()
    again = city.data("keyset", "cosign", "keyset.json", *ROOT, *root_keys(1))
    assert again["complete"] is False
    assert city.contents() == before
    says = city.refusal(ExitCode.UNUSABLE, *sign_words(2, 2, out="other.json"))
    assert "given already" in says


def test_a_third_signature_does_no_harm(signed: Program) -> None:
    done = signed.data("keyset", "cosign", "keyset.json", *ROOT, *root_keys(3))
    assert len(done["signers"]) == 3
    assert keyset_of(signed).document.number == 1


def test_the_fingerprint_at_the_root_is_the_one_at_central(city: Program) -> None:
    made = city.data("keys", "create", "--out", "keys", "--purpose", "ack")
    request = KeyRequest.parse((city.folder / made["request"]).read_bytes())
    assert made["fingerprint"] == request.fingerprint


# --- what follows


def test_the_next_key_set_has_the_next_number_and_keeps_the_keys(signed: Program) -> None:
    made = signed.data("keys", "create", "--out", "keys", "--purpose", "credential")
    words = sign_words(2, 3, out="second.json", request=made["request"])
    done = signed.data(*words, "--previous", "keyset.json")
    assert (done["number"], done["complete"]) == (2, True)
    assert sorted(keyset_of(signed, "second.json").keys) == list(range(1, 14))


def test_a_key_can_be_dropped(signed: Program) -> None:
    words = ["keyset", "sign", *ROOT, *root_keys(1, 2), "--previous", "keyset.json"]
    signed.data(*words, "--drop", "3", "--out", "second.json")
    assert 3 not in keyset_of(signed, "second.json").keys
    says = signed.refusal(ExitCode.FAILED, *words, "--drop", "99", "--out", "third.json")
    assert "no key 99" in says


def test_a_new_root_is_signed_by_the_old_and_by_itself(signed: Program) -> None:
    signed.data("root", "create", "--out", "new")
    old, new = root_of(signed), root_of(signed, "new")
    words = ["keyset", "sign", *ROOT, "--new-root", "new/root.json", "--previous", "keyset.json"]
    half = signed.data(*words, *root_keys(1, 2), "--out", "second.json")
    assert half["complete"] is False
    signed.data("keyset", "cosign", "second.json", *ROOT, "--new-root", "new/root.json",
                *root_keys(1, folder="new"))  # fmt: skip
    done = signed.data("keyset", "cosign", "second.json", *ROOT, "--new-root", "new/root.json",
                       *root_keys(3, folder="new"))  # fmt: skip
    assert done["complete"] is True
    for root in (old, new):
        assert keyset_of(signed, "second.json", root).root == new
    after = ["keyset", "sign", "--root", "new/root.json", *root_keys(1, 2, folder="new")]
    third = signed.data(*after, "--previous", "second.json", "--drop", "9", "--out", "third.json")
    assert (third["number"], third["complete"]) == (3, True)


def test_a_new_root_that_nobody_announced_is_not_cosigned(signed: Program) -> None:
    signed.data("root", "create", "--out", "new")
    signed.data("keyset", "sign", *ROOT, "--new-root", "new/root.json", *root_keys(1),
                "--previous", "keyset.json", "--out", "second.json")  # fmt: skip
    before = signed.contents()
    says = signed.refusal(ExitCode.FAILED, "keyset", "cosign", "second.json", *ROOT, *root_keys(2))
    assert "another root" in says
    assert signed.contents() == before


# --- refusals


def test_a_wrong_passphrase_opens_nothing_and_writes_nothing(city: Program) -> None:
    before = city.contents()
    says = city.refusal(
        ExitCode.PASSPHRASE, *sign_words(1, 2), HALLPASS_ROOT_PASSPHRASE_2="not the right words"
    )
    assert says == "The passphrase does not open root/root-2.pem (or the file is damaged).\n"
    assert city.contents() == before


def test_passphrases_come_from_files_in_the_order_of_the_keys(city: Program) -> None:
    for number in (1, 2):
        (city.folder / f"p{number}").write_text(ROOT_PASSPHRASES[number - 1])
    nothing: dict[str, str | None] = {f"HALLPASS_ROOT_PASSPHRASE_{one}": None for one in (1, 2)}
    files = ["--passphrase-file", "p2", "--passphrase-file", "p1"]
    assert city.data(*sign_words(2, 1), *files, **nothing)["complete"] is True
    says = city.refusal(
        ExitCode.PASSPHRASE, *sign_words(1, 2, out="b"), *files, "--passphrase-file", "p1"
    )
    assert "2 times" in says


def test_a_key_of_another_city_is_refused(city: Program, other: Program) -> None:
    stranger = other.folder / "root/root-1.pem"
    says = city.refusal(ExitCode.UNUSABLE, *sign_words(2), "--root-key", stranger)
    assert "no key of this root" in says
    assert not (city.folder / "keyset.json").exists()


def test_a_key_set_of_another_city_is_no_previous_one(signed: Program, other: Program) -> None:
    says = signed.refusal(
        ExitCode.UNUSABLE, "keyset", "sign", "--root", other.folder / "root/root.json",
        "--root-key", other.folder / "root/root-1.pem", "--previous", "keyset.json",
        "--drop", "1", "--out", "second.json",
    )  # fmt: skip
    assert "no key set of this root" in says


def test_an_incomplete_key_set_is_no_previous_one(city: Program) -> None:
    city.data(*sign_words(1))
    says = city.refusal(
        ExitCode.UNUSABLE, "keyset", "sign", *ROOT, *root_keys(1), "--previous", "keyset.json",
        "--drop", "1", "--out", "second.json",
    )  # fmt: skip
    assert "signed by 1 root keys" in says


def test_a_key_set_is_never_overwritten_by_a_new_one(signed: Program) -> None:
    before = signed.contents()
    nobody: dict[str, str | None] = {"HALLPASS_ROOT_PASSPHRASE_1": None}  # is asked in vain
    signed.refusal(ExitCode.EXISTS, *sign_words(1, 2), **nobody)
    assert signed.contents() == before


def test_a_key_set_that_changes_nothing_is_not_signed(signed: Program) -> None:
    says = signed.refusal(
        ExitCode.FAILED, "keyset", "sign", *ROOT, *root_keys(1), "--previous", "keyset.json",
        "--out", "second.json",
    )  # fmt: skip
    assert "Nothing would change" in says


def test_the_same_request_twice_is_refused(signed: Program) -> None:
    words = sign_words(1, 2, out="second.json")
    says = signed.refusal(ExitCode.FAILED, *words, "--previous", "keyset.json")
    assert "This cannot be one key set" in says


@pytest.mark.parametrize("which", ["request", "keyset", "previous"])
def test_damaged_files_are_refused_in_words_and_nothing_is_lost(city: Program, which: str) -> None:
    (city.folder / "bad.json").write_bytes(NOT_A_DOCUMENT["deep"])
    words = {
        "request": sign_words(1, request="bad.json"),
        "keyset": ["keyset", "cosign", "bad.json", *ROOT, *root_keys(1)],
        "previous": [*sign_words(1), "--previous", "bad.json"],
    }[which]
    before = city.contents()
    assert "bad.json" in city.refusal(ExitCode.UNUSABLE, *words)
    assert city.contents() == before


def another_number(content: dict[str, Any]) -> None:
    payload = content["payload"]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    changed = plain.replace(b'"num":1', b'"num":9')
    assert changed != plain
    content["payload"] = base64.urlsafe_b64encode(changed).decode().rstrip("=")


def another_signature(content: dict[str, Any]) -> None:
    content["signatures"][0]["signature"] = base64.urlsafe_b64encode(bytes(64)).decode().rstrip("=")


def cut_off(content: dict[str, Any]) -> None:
    content["payload"] = content["payload"][:-4]


@pytest.mark.parametrize("change", [another_number, another_signature, cut_off])
def test_a_key_set_that_was_changed_on_its_way_is_not_cosigned(
    city: Program, change: Callable[[dict[str, Any]], None]
) -> None:
    city.data(*sign_words(1))
    path = city.folder / "keyset.json"
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))
    before = city.contents()
    city.refusal(ExitCode.UNUSABLE, "keyset", "cosign", "keyset.json", *ROOT, *root_keys(2))
    city.refusal(ExitCode.UNUSABLE, "keyset", "show", "keyset.json")
    assert city.contents() == before


@pytest.mark.parametrize(
    "damage", [b"", b"garbage", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"]
)
def test_a_half_written_root_key_is_refused_and_stays(city: Program, damage: bytes) -> None:
    (city.folder / "root/root-1.pem").write_bytes(damage)
    before = city.contents()
    done = city(*sign_words(1, 2))
    assert done.returncode in {ExitCode.UNUSABLE, ExitCode.PASSPHRASE}
    assert "root/root-1.pem" in done.stderr
    assert city.contents() == before


def test_a_missing_root_key_is_said(city: Program) -> None:
    says = city.refusal(ExitCode.UNUSABLE, *sign_words(9))
    assert says.startswith("root/root-9.pem: No such file or directory.")


# --- with the time as an argument


def entry(number: int, **changes: object) -> KeyEntry:
    minute = minute_of(NOW)
    values = {
        "id": number,
        "purpose": KeyPurpose.ACK,
        "public": f"{number:02x}" * 32,
        "sign_from": minute - 100,
        "sign_until": minute + 100,
        "verify_until": minute + 200,
        **changes,
    }
    return KeyEntry(**values)  # type: ignore[arg-type]


def known(*entries: KeyEntry, issued: datetime = NOW) -> tuple[KeySet, SoftwareSigner]:
    key = SoftwareSigner.generate()
    root = RootKeys(keys=(key.public.hex(),), threshold=1)
    public = [
        one.model_copy(update={"public": SoftwareSigner.generate().public.hex()}) for one in entries
    ]
    raw = sign_keyset(7, int(issued.timestamp()), KeySetBody(keys=tuple(public), root=root), [key])
    return verify_keyset(raw, root), key


def test_a_key_that_counts_no_longer_leaves_the_key_set() -> None:
    minute = minute_of(NOW)
    over = {"sign_until": minute - 50, "verify_until": minute}
    before, _ = known(entry(1, **over), entry(2, sign_until=minute - 50))
    body = draw_up(before, [entry(3)], (), before.root, NOW)
    assert [one.id for one in body.keys] == [2, 3]


def test_a_request_that_waited_too_long_is_refused() -> None:
    before, _ = known(entry(1))
    late = entry(2, sign_until=minute_of(NOW))
    with pytest.raises(ProvisioningError, match="Key 2 may sign no longer"):
        draw_up(before, [late], (), before.root, NOW)


def test_a_clock_that_went_back_is_noticed() -> None:
    before, key = known(entry(1), issued=NOW + timedelta(minutes=1))
    body = draw_up(before, [entry(2)], (), before.root, NOW)
    with pytest.raises(ProvisioningError, match="clock"):
        sign(before, body, [key], NOW)


# --- what people read


def shown(done: Done) -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_show_says_who_may_sign_what_until_when_and_who_signed(city: Program) -> None:
    city.data(*sign_words(1))
    lines = shown(city("keyset", "show", "keyset.json", *ROOT))
    assert lines[0].startswith("Key set 1, drawn up on 20")
    assert lines[1].startswith(
        "Key 1 signs passes of renters and crews over at most 31 days, until"
    )
    assert "what it signed counts until" in lines[1]
    assert lines[-5] == "2 of these 3 root keys must sign:"
    assert [line.endswith("has signed") for line in lines[-4:-1]] == [True, False, False]
    assert lines[-1] == "Key set 1 is NOT complete: it needs 1 more of the root's keys."


def test_show_without_the_root_says_that_it_proves_nothing(signed: Program) -> None:
    lines = shown(signed("keyset", "show", "keyset.json"))
    assert lines[-1] == "Signed as it says itself; --root root.json would prove it."
    assert signed.data("keyset", "show", "keyset.json")["complete"] is None


def test_show_with_the_root_of_another_city_says_it_is_not_complete(
    signed: Program, other: Program
) -> None:
    root = other.folder / "root/root.json"
    assert signed.data("keyset", "show", "keyset.json", "--root", root)["complete"] is False


def test_the_next_step_is_said(city: Program) -> None:
    first = shown(city(*sign_words(1)))
    assert first[-1].startswith(
        "Bring keyset.json to another holder: hallpass-provision keyset cosign"
    )
    second = shown(city("keyset", "cosign", "keyset.json", *ROOT, *root_keys(2)))
    assert second[-1] == "Bring keyset.json to central: hallpass-central keys import keyset.json"
