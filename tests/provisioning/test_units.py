import hashlib
import re
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from central.fleet.schemas import UnitIn
from contracts.bodies import UNIT_ID
from edge.config import BadConfig, read_config
from edge.drivers.identity import load_identity
from provisioning import ca, identity, units
from provisioning.errors import AlreadyThere, ExitCode, ProvisioningError
from provisioning.root import read
from provisioning.units import Enrolment
from tests.provisioning.openssl import verifies
from tests.provisioning.program import CA_PASSPHRASE, Program

CREATE = ("units", "create", "--door", "12", "--ca", "ca", "--root", "root/root.json",
          "--broker-host", "broker.stad.be")  # fmt: skip
REAL_NOW = datetime.now(UTC)  # noqa: TID251 - certificates are checked against the real time


@pytest.fixture
def created(city: Program) -> Program:
    """A city that enrolled one unit."""
    city.data(*CREATE, "--out", "unit")
    return city


def make(city: Program, folder: str, **changes: object) -> units.Registration:
    """The same without a process of its own."""
    values = {"door": 12, "broker_host": "broker.stad.be", "broker_port": 8883, **changes}
    opened = ca.open_ca(city.folder / "ca", CA_PASSPHRASE)
    root = read(city.folder / "root/root.json")
    wanted = Enrolment(**values)  # type: ignore[arg-type]
    return units.create(city.folder / folder, units.new_unit_id(), wanted, opened, root, REAL_NOW)


def test_the_door_unit_s_program_takes_what_is_made(created: Program) -> None:
    config = read_config(created.folder / "unit/door_unit.toml")
    assert (config.broker.host, config.broker.port) == ("broker.stad.be", 8883)
    loaded = load_identity(config.identity)
    assert loaded.root == read(created.folder / "root/root.json")
    ends = loaded.certificate_ends()
    assert ends is not None
    assert timedelta(days=396) < ends - REAL_NOW < timedelta(days=398)


def test_central_takes_the_registration(created: Program) -> None:
    raw = (created.folder / "unit/registration.json").read_bytes()
    new = UnitIn.model_validate_json(raw).new()
    loaded = load_identity(created.folder / "unit/identity")
    assert new.statement_key == loaded.signer.public
    chain = (created.folder / "unit/identity/tls.crt").read_bytes()
    leaf = x509.load_pem_x509_certificate(chain).public_bytes(Encoding.DER)
    assert new.certificate_sha256 == hashlib.sha256(leaf).hexdigest()
    assert (new.door, new.is_commissioned) == (12, False)


def test_key_and_certificate_fit_and_lead_to_the_root(created: Program) -> None:
    folder = created.folder / "unit/identity"
    ssl.create_default_context(cafile=str(folder / "ca.crt")).load_cert_chain(
        folder / "tls.crt", folder / "tls.key"
    )
    assert verifies(created.folder, "unit/identity/tls.crt", "sslclient")
    config = read_config(created.folder / "unit/door_unit.toml")
    leaf = x509.load_pem_x509_certificate((folder / "tls.crt").read_bytes())
    assert leaf.subject.rfc4514_string() == f"CN={config.unit}"


def test_nobody_else_may_read_the_unit_s_keys(created: Program) -> None:
    for path in [created.folder / "unit", *(created.folder / "unit").rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_the_registration_holds_nothing_secret(created: Program) -> None:
    raw = (created.folder / "unit/registration.json").read_bytes()
    signing = load_pem_private_key(
        (created.folder / "unit/identity/signing.key").read_bytes(), None
    )
    assert isinstance(signing, Ed25519PrivateKey)
    assert signing.private_bytes_raw().hex().encode() not in raw
    assert b"PRIVATE" not in raw
    assert b"stad" not in raw


def test_ids_are_random_and_of_the_agreed_form() -> None:
    made = {units.new_unit_id() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(UNIT_ID, one) for one in made)


def test_what_is_asked_for_stands_in_the_configuration(city: Program) -> None:
    city.data(
        *CREATE, "--out", "unit", "--broker-port", "18883", "--unit", "u-abcdefgh",
        "--set", "reader.source=push:/run/x.sock", "--set", "reader.rate=5",
        "--set", "hardware.pins=mock", "--set", "data=/srv/unit 1", "--set", "run=run",
    )  # fmt: skip
    config = read_config(city.folder / "unit/door_unit.toml")
    assert config.unit == "u-abcdefgh"
    assert config.broker.port == 18883
    assert (config.reader.source, config.reader.rate) == ("push:/run/x.sock", 5)
    assert config.hardware.pins == "mock"
    assert config.data == Path("/srv/unit 1")
    assert config.run == city.folder / "unit/run"


@pytest.mark.parametrize(
    "setting", ["reader", "reader.source", "=x", "a.b.c=1", "Reader.x=1", "x]\n[y=1", "run=a\nb=c",
                "run=\x00"],
)  # fmt: skip
def test_what_is_no_setting_is_refused(setting: str) -> None:
    with pytest.raises(ProvisioningError):
        units.config_text("u-abcdefgh", Enrolment(1, "host", 1, (setting,)))


@pytest.mark.parametrize(
    "value", ['a"b', "a\\b", "'", "é", "# x", "1 # x", "[1]", "true", "2026-01-01", '"quoted"', ""]
)
def test_any_value_stays_one_value(tmp_path: Path, value: str) -> None:
    path = tmp_path / "door_unit.toml"
    text = units.config_text("u-abcdefgh", Enrolment(1, "host", 1, (f"run={value}",)))
    path.write_text(text, encoding="utf-8")
    try:
        config = read_config(path)
    except BadConfig as refused:
        assert "run must be a path" in str(refused)  # noqa: PT017 - some values are no text
    else:
        assert config.run == tmp_path / value.strip('"' if value == '"quoted"' else "")
        assert config.broker.host == "host"


def test_an_untested_unit_opens_for_nobody_unless_somebody_says_so(city: Program) -> None:
    assert make(city, "a").commissioned is False
    assert make(city, "b", commissioned=True).commissioned is True
    assert city.data(*CREATE, "--out", "unit", "--commissioned")["commissioned"] is True


def test_a_unit_s_folder_is_never_overwritten(created: Program) -> None:
    before = created.contents()
    created.refusal(ExitCode.EXISTS, *CREATE, "--out", "unit")
    assert created.contents() == before


def test_a_folder_with_anything_in_it_stays(city: Program) -> None:
    (city.folder / "unit").mkdir()
    (city.folder / "unit/notes.txt").write_bytes(b"precious")
    with pytest.raises(AlreadyThere):
        make(city, "unit")
    (city.folder / "file").write_bytes(b"precious")
    with pytest.raises(AlreadyThere):
        make(city, "file")
    assert [path.name for path in (city.folder / "unit").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("there", ["signing.key", "tls.key", "tls.crt", "ca.crt", "root.json"])
def test_an_identity_is_never_mixed_with_another_one(city: Program, there: str) -> None:
    folder = city.folder / "identity"
    folder.mkdir()
    (folder / there).write_bytes(b"precious")
    opened = ca.open_ca(city.folder / "ca", CA_PASSPHRASE)
    root = read(city.folder / "root/root.json")
    with pytest.raises(AlreadyThere, match=there):
        identity.make_unit(folder, "u-abcdefgh", opened, root, REAL_NOW, timedelta(days=1))
    assert [path.name for path in folder.iterdir()] == [there]


def test_an_empty_folder_is_filled(city: Program) -> None:
    (city.folder / "unit").mkdir(mode=0o700)
    make(city, "unit")
    assert (city.folder / "unit/registration.json").exists()


def test_what_fails_half_way_leaves_nothing_behind(city: Program) -> None:
    """The certificate is noted as issued, so that it can be revoked; of the unit there is nothing."""
    before = set(city.contents())
    with pytest.raises(ProvisioningError, match="825 days"):
        make(city, "unit", life=timedelta(days=10_000))
    (city.folder / "ca/issued").write_bytes(b"where certificates should be noted")
    with pytest.raises(ProvisioningError):
        make(city, "unit")
    assert set(city.contents()) - before == {"ca/issued"}
    assert not list(city.folder.glob(".unit*"))


def test_a_wrong_passphrase_makes_no_unit(city: Program) -> None:
    before = city.contents()
    words = (*CREATE, "--out", "unit")
    city.refusal(ExitCode.PASSPHRASE, *words, HALLPASS_CA_PASSPHRASE="another passphrase")
    assert city.contents() == before


def test_a_bad_id_makes_no_unit(city: Program) -> None:
    before = city.contents()
    says = city.refusal(ExitCode.FAILED, *CREATE, "--out", "unit", "--unit", "central")
    assert "not the id of a unit" in says
    assert city.contents() == before


def test_the_next_step_is_said(city: Program) -> None:
    lines = city(*CREATE, "--out", "unit").stdout.splitlines()
    assert re.fullmatch(r"Made unit u-[a-z2-7]{16} for door 12 in unit\.", lines[0])
    assert lines[1] == "Next: hallpass-provision units register unit --central https://..."
