import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from central.keys.files import read_root
from contracts.keyset import RootKeys
from provisioning.errors import ExitCode, Unusable
from provisioning.private_keys import read_ed25519
from provisioning.root import read
from tests.provisioning.hostile import NOT_A_DOCUMENT
from tests.provisioning.program import ROOT_PASSPHRASES, Program

SMALL_ORDER = "00" * 32


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_root_key_is_a_file_of_its_own_with_its_own_passphrase(city: Program) -> None:
    root = read_root(city.folder / "root/root.json")  # as central reads it
    assert root.threshold == 2
    for number, passphrase in enumerate(ROOT_PASSPHRASES, 1):
        key = read_ed25519(city.folder / f"root/root-{number}.pem", passphrase)
        assert key.public_key().public_bytes_raw().hex() == root.keys[number - 1]


def test_nobody_else_may_read_what_is_made(city: Program) -> None:
    for path in [city.folder / "root", *(city.folder / "root").iterdir()]:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_openssl_opens_a_root_key(city: Program) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    shown = subprocess.run(
        [openssl, "pkey", "-in", "root/root-1.pem", "-passin", "env:PASSPHRASE", "-noout", "-text"],
        cwd=city.folder,
        env={"PASSPHRASE": ROOT_PASSPHRASES[0]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ED25519 Private-Key" in shown.stdout


def test_a_guess_at_a_passphrase_is_slow(city: Program) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    shown = subprocess.run(
        [openssl, "asn1parse", "-in", "root/root-1.pem"],
        cwd=city.folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "PBKDF2" in shown
    assert "INTEGER           :0927C0" in shown  # 600,000 rounds; the library's own are 2,048


def test_keys_go_straight_to_their_holders(program: Program) -> None:
    sticks = ["anna", "bert", "chris"]
    to = [word for stick in sticks for word in ("--key-to", stick)]
    made = program.data("root", "create", "--out", "public", *to)
    assert made["keys"] == ["anna/root-1.pem", "bert/root-2.pem", "chris/root-3.pem"]
    assert set(program.contents()) == {*made["keys"], "public/root.json"}


def test_a_root_of_another_size(program: Program) -> None:
    program.data(
        "root", "create", "--out", "root", "--keys", "5", "--threshold", "3",
        HALLPASS_ROOT_PASSPHRASE="one for all of the keys",
    )  # fmt: skip
    root = RootKeys.parse((program.folder / "root/root.json").read_bytes())
    assert (len(root.keys), root.threshold) == (5, 3)


@pytest.mark.parametrize("there", ["root/root.json", "root/root-2.pem"])
def test_nothing_is_overwritten_also_when_only_a_part_is_there(
    program: Program, there: str
) -> None:
    (program.folder / "root").mkdir(mode=0o700)
    (program.folder / there).write_bytes(b"precious")
    says = program.refusal(ExitCode.EXISTS, "root", "create", "--out", "root")
    assert there in says
    assert program.contents() == {there: b"precious"}


def test_a_link_that_leads_nowhere_is_not_overwritten_either(program: Program) -> None:
    (program.folder / "root").mkdir(mode=0o700)
    (program.folder / "root/root-3.pem").symlink_to("/nowhere/at/all")
    program.refusal(ExitCode.EXISTS, "root", "create", "--out", "root")


@pytest.mark.parametrize(
    "wanted", [("--keys", "3", "--threshold", "4"), ("--keys", "2", "--key-to", "one")]
)
def test_an_impossible_root_is_refused_before_anything_is_written(
    program: Program, wanted: tuple[str, ...]
) -> None:
    program.refusal(ExitCode.FAILED, "root", "create", "--out", "root", *wanted)
    assert program.contents() == {}


def test_a_weak_passphrase_is_refused_before_anything_is_written(program: Program) -> None:
    says = program.refusal(
        ExitCode.PASSPHRASE, "root", "create", "--out", "root", HALLPASS_ROOT_PASSPHRASE_2="short"
    )
    assert "root key 2 of 3 needs 12 characters" in says
    assert program.contents() == {}


def test_without_a_passphrase_and_nobody_to_ask_it_says_where_to_put_one(program: Program) -> None:
    says = program.refusal(
        ExitCode.PASSPHRASE, "root", "create", "--out", "root", HALLPASS_ROOT_PASSPHRASE_3=None
    )
    assert (
        "--passphrase-file, or set HALLPASS_ROOT_PASSPHRASE_3 or HALLPASS_ROOT_PASSPHRASE" in says
    )
    assert program.contents() == {}


def test_the_root_is_shown_in_words_and_as_data(city: Program) -> None:
    shown = city("root", "show", "root/root.json")
    root = read_root(city.folder / "root/root.json")
    assert shown.stdout.splitlines() == [
        "2 of these 3 root keys must sign:",
        *(f"  {number}. {key[:16]}" for number, key in enumerate(root.keys, 1)),
    ]
    assert city.data("root", "show", "root/root.json") == {
        "threshold": 2,
        "kids": [key[:16] for key in root.keys],
    }


def test_a_damaged_root_file_is_refused_in_words(program: Program) -> None:
    (program.folder / "root.json").write_bytes(NOT_A_DOCUMENT["binary"])
    says = program.refusal(ExitCode.UNUSABLE, "root", "show", "root.json")
    assert "root.json" in says
    assert "the root's public keys" in says


@pytest.mark.parametrize(
    ("keys", "threshold"),
    [([SMALL_ORDER], 1), (["11" * 32], 2), (["11" * 32, "11" * 32], 1), ([], 1), (["11" * 32], 0)],
)
def test_a_root_that_proves_nothing_is_refused(
    tmp_path: Path, keys: list[str], threshold: int
) -> None:
    path = tmp_path / "root.json"
    path.write_text(json.dumps({"keys": keys, "threshold": threshold}))
    with pytest.raises(Unusable, match=r"root\.json"):
        read(path)


def test_a_missing_root_file_is_said(program: Program) -> None:
    says = program.refusal(ExitCode.UNUSABLE, "root", "show", "nothing.json")
    assert says == (
        "nothing.json: No such file or directory. It should hold the root's public keys.\n"
    )
    assert "Is a directory" in program.refusal(ExitCode.UNUSABLE, "root", "show", ".")
