import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from demo.processes import wait_until
from provisioning import ca, certificates, crl, files
from provisioning.certificates import common_name, new_key
from provisioning.errors import AlreadyThere, ExitCode, ProvisioningError, Unusable
from provisioning.private_keys import encrypted, plain, read_p256
from tests.provisioning.launcher import Launcher
from tests.provisioning.openssl import openssl, verifies
from tests.provisioning.program import CA_PASSPHRASE, CA_ROOT_PASSPHRASE, Program, command

UNIT = "u-abcdefgh"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BROKER = ("ca", "broker", "--ca", "ca", "--host", "Broker.Stad.be", "--host", "10.0.0.5")


def a_request(folder: Path, name: str = UNIT, key: object = None) -> Path:
    """A unit's own request, in a file."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    signer = key or new_key()
    algorithm = None if isinstance(signer, Ed25519PrivateKey) else SHA256()
    made = builder.sign(signer, algorithm)  # type: ignore[arg-type]
    path = folder / "unit.csr"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


def certificate(city: Program, name: str) -> x509.Certificate:
    return ca.read_certificate(city.folder / name)


def opened(city: Program) -> ca.Ca:
    return ca.open_ca(city.folder / "ca", CA_PASSPHRASE)


@pytest.fixture(scope="module")
def one_of_each(
    launcher: Launcher, founded: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A city whose CA issued one certificate of each sort."""
    folder = tmp_path_factory.mktemp("issued") / "city"
    city = Program(Path(shutil.copytree(founded, folder)), launcher)
    city.data(*BROKER, "--out", "broker")
    city.data("ca", "central", "--ca", "ca", "--out", "central")
    a_request(folder)
    city.data("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt")
    return folder


@pytest.fixture
def issued(launcher: Launcher, one_of_each: Path, tmp_path: Path) -> Program:
    """A copy of that city."""
    return Program(Path(shutil.copytree(one_of_each, tmp_path / "issued")), launcher)


# --- chains


def test_openssl_follows_every_chain_to_the_root(issued: Program) -> None:
    host, address = ("-verify_hostname", "broker.stad.be"), ("-verify_ip", "10.0.0.5")
    assert verifies(issued.folder, "broker/server.crt", "sslserver", *host)
    assert verifies(issued.folder, "broker/server.crt", "sslserver", *address)
    assert verifies(issued.folder, "central/central.crt", "sslclient")
    assert verifies(issued.folder, "unit.crt", "sslclient")


def test_no_certificate_stands_for_another_sort(issued: Program) -> None:
    assert not verifies(issued.folder, "broker/server.crt", "sslclient")
    assert not verifies(issued.folder, "central/central.crt", "sslserver")
    assert not verifies(issued.folder, "unit.crt", "sslserver")
    wrong_host = ("-verify_hostname", "other.stad.be")
    assert not verifies(issued.folder, "broker/server.crt", "sslserver", *wrong_host)


def test_a_clock_that_is_a_little_behind_takes_a_new_certificate(issued: Program) -> None:
    for name in ("ca/root.crt", "ca/intermediate.crt", "unit.crt", "broker/server.crt"):
        found = certificate(issued, name)
        made_at = (issued.folder / name).stat().st_mtime
        assert found.not_valid_before_utc.timestamp() < made_at - 1800, name


def test_a_leaf_cannot_issue(issued: Program) -> None:
    for name in ("broker/server.crt", "central/central.crt", "unit.crt"):
        found = certificate(issued, name).extensions
        assert not found.get_extension_for_class(x509.BasicConstraints).value.ca
        assert not found.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_the_intermediate_issues_leaves_only(city: Program) -> None:
    found = certificate(city, "ca/intermediate.crt").extensions
    limits = found.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


def test_names_in_certificates_are_what_the_broker_reads(issued: Program) -> None:
    assert common_name(certificate(issued, "unit.crt")) == UNIT
    assert common_name(certificate(issued, "central/central.crt")) == "central"
    names = certificate(issued, "unit.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    uris = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    assert uris == [f"urn:hallpass:unit:{UNIT}"]


def test_the_unit_gets_the_key_it_asked_with(city: Program) -> None:
    key = new_key()
    a_request(city.folder, key=key)
    city.data("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt")
    assert certificate(city, "unit.crt").public_key() == key.public_key()
    assert not (city.folder / "tls.key").exists()


def test_nobody_else_may_read_what_is_made(issued: Program) -> None:
    for name in ("ca", "broker", "central"):
        for path in [issued.folder / name, *(issued.folder / name).rglob("*")]:
            wanted = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_the_root_s_key_goes_elsewhere_and_has_its_own_passphrase(program: Program) -> None:
    program.data("ca", "create", "--out", "ca", "--city", "Teststad", "--root-key-to", "stick")
    assert not list((program.folder / "ca").rglob("*root.key"))
    key = read_p256(program.folder / "stick/ca-root.key", CA_ROOT_PASSPHRASE)
    assert key.public_key() == certificate(program, "ca/root.crt").public_key()


# --- refusals


@pytest.mark.parametrize(
    "host",
    ["https://broker.stad.be", "broker.stad.be:8883", "a b", "-a.be", "*.stad.be", "stad..be", "",
     "x" * 64, "a." * 130 + "be", "broker.stad.be\n", "1.2.3.4.5/8", "u@stad.be"],
)  # fmt: skip
def test_what_is_no_host_is_refused(city: Program, host: str) -> None:
    with pytest.raises(ProvisioningError, match="neither a host name nor an address"):
        opened(city).issue_server(
            ["broker.stad.be", host], new_key().public_key(), NOW, timedelta(1)
        )


@pytest.mark.parametrize(
    "host", ["broker.stad.be", "localhost", "127.0.0.1", "::1", "xn--mller-kva.be"]
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    key = new_key()
    issuer = certificates.Issuer(certificates.root("Teststad", key, NOW), key)
    made = certificates.server([host], key.public_key(), issuer, NOW, timedelta(1))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one.value) for one in names] == [host]


def test_a_bad_host_on_the_command_line_leaves_nothing_behind(city: Program) -> None:
    before = city.contents()
    city.refusal(ExitCode.FAILED, "ca", "broker", "--ca", "ca", "--host", "a b", "--out", "broker")
    assert city.contents() == before


@pytest.mark.parametrize(
    "name", ["central", "u-abc", "u-ABCDEFGH", "u-abcdefgh/+", "#", "u-aaaaaaa1"]
)
def test_a_request_of_what_is_no_unit_is_refused(city: Program, name: str) -> None:
    """Above all central's own name: its holder would be central."""
    with pytest.raises(ProvisioningError, match="not the id of a unit"):
        opened(city).issue_unit(name, new_key().public_key(), NOW, timedelta(1))


def test_a_unit_that_asks_to_be_central_is_refused(city: Program) -> None:
    a_request(city.folder, "central")
    words = ("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt")
    assert "not the id of a unit" in city.refusal(ExitCode.FAILED, *words)
    assert not (city.folder / "unit.crt").exists()


def test_a_request_with_another_kind_of_key_is_refused(city: Program) -> None:
    words = ("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt")
    for key in (generate_private_key(SECP384R1()), Ed25519PrivateKey.generate()):
        a_request(city.folder, key=key)
        assert "another key than P-256" in city.refusal(ExitCode.UNUSABLE, *words)


def test_a_request_that_was_changed_on_its_way_is_refused(city: Program) -> None:
    a_request(city.folder)
    request = x509.load_pem_x509_csr((city.folder / "unit.csr").read_bytes())
    der = request.public_bytes(Encoding.DER).replace(UNIT.encode(), b"u-hgfedcba")
    changed = x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)
    (city.folder / "unit.csr").write_bytes(changed)
    words = ("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt")
    assert "not signed with the key it names" in city.refusal(ExitCode.UNUSABLE, *words)


def test_no_key_or_certificate_is_overwritten(issued: Program) -> None:
    before = issued.contents()
    for words in (
        ("ca", "create", "--out", "ca", "--city", "Teststad"),
        (*BROKER, "--out", "broker"),
        ("ca", "central", "--ca", "ca", "--out", "central"),
        ("ca", "unit", "--ca", "ca", "--request", "unit.csr", "--out", "unit.crt"),
    ):
        issued.refusal(ExitCode.EXISTS, *words)
    assert issued.contents() == before


@pytest.mark.parametrize(
    "there", ["ca/root.crt", "ca/intermediate.key", "ca/intermediate.crt", "ca/offline/ca-root.key"]
)
def test_a_ca_that_is_there_in_part_is_not_completed(tmp_path: Path, there: str) -> None:
    path = tmp_path / there
    path.parent.mkdir(parents=True)
    path.write_bytes(b"precious")
    folder = tmp_path / "ca"
    with pytest.raises(AlreadyThere, match=path.name):
        ca.create(folder, folder / "offline", "Teststad", "x" * 12, "y" * 12, NOW)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


def test_a_wrong_passphrase_issues_nothing(city: Program) -> None:
    before = city.contents()
    words = (*BROKER, "--out", "broker")
    says = city.refusal(ExitCode.PASSPHRASE, *words, HALLPASS_CA_PASSPHRASE="another passphrase")
    assert "does not open ca/intermediate.key" in says
    assert city.contents() == before


@pytest.mark.parametrize("missing", ["root.crt", "intermediate.crt", "intermediate.key"])
def test_a_missing_file_of_the_ca_is_named(city: Program, missing: str) -> None:
    (city.folder / "ca" / missing).unlink()
    with pytest.raises(Unusable, match=missing):
        opened(city)


def test_files_of_two_cas_do_not_mix(city: Program, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    ca.create(folder, folder, "Elders", CA_PASSPHRASE, CA_PASSPHRASE, datetime.now(UTC))  # noqa: TID251 - real periods
    for name in ("root.crt", "intermediate.key"):
        mixed = tmp_path / f"mixed-{name}"
        shutil.copytree(city.folder / "ca", mixed)
        shutil.copy(folder / name, mixed / name)
        with pytest.raises(Unusable, match="do not belong together"):
            ca.open_ca(mixed, CA_PASSPHRASE)


def test_a_key_that_is_not_encrypted_is_refused(city: Program) -> None:
    path = city.folder / "ca/intermediate.key"
    path.write_bytes(plain(read_p256(path, CA_PASSPHRASE)))
    assert "not an encrypted" in city.refusal(ExitCode.UNUSABLE, "ca", "crl", "--ca", "ca")
    path.write_bytes(encrypted(Ed25519PrivateKey.generate(), CA_PASSPHRASE))
    assert "no P-256 key" in city.refusal(ExitCode.UNUSABLE, "ca", "crl", "--ca", "ca")


@pytest.mark.parametrize("name", ["", " Gent", "'", "12", "x" * 40, "Gent\n", "Gent\x00", "a=b"])
def test_a_name_that_cannot_stand_in_a_certificate_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProvisioningError, match="a city's name"):
        ca.create(tmp_path, tmp_path, name, "x" * 12, "y" * 12, NOW)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["'s-Gravenbrakel", "Liège", "Sint-Niklaas", "Gent (stad)"])
def test_the_names_of_real_cities_stand_in_certificates(tmp_path: Path, name: str) -> None:
    ca.create(tmp_path, tmp_path, name, "x" * 12, "y" * 12, NOW)
    assert name in ca.read_certificate(tmp_path / "root.crt").subject.rfc4514_string()


def test_a_ca_issues_nothing_that_outlives_it(tmp_path: Path) -> None:
    ca.create(tmp_path, tmp_path, "Teststad", "x" * 12, "y" * 12, NOW)
    old = ca.open_ca(tmp_path, "y" * 12)
    late = old.issuer.certificate.not_valid_after_utc - timedelta(days=10)
    with pytest.raises(ProvisioningError, match=r"The CA itself ends on 2031-11-23"):
        old.issue_central(new_key().public_key(), late, timedelta(days=11))
    old.issue_central(new_key().public_key(), late, timedelta(days=9))


# --- revoking


def test_the_list_outlives_a_long_weekend_and_openssl_believes_it(issued: Program) -> None:
    issued.data("ca", "crl", "--ca", "ca", "--out", "broker/crl.pem")
    found = crl.read_list(issued.folder / "ca")
    assert found.next_update_utc
    assert found.next_update_utc - found.last_update_utc >= timedelta(days=7)
    assert (issued.folder / "broker/crl.pem").read_bytes() == found.public_bytes(Encoding.PEM)
    done = openssl(
        issued.folder, "crl", "-in", "broker/crl.pem", "-CAfile", "ca/intermediate.crt", "-noout"
    )
    assert "verify OK" in done.stderr + done.stdout


def test_a_revoked_certificate_does_not_verify_and_the_others_do(issued: Program) -> None:
    issued.data("ca", "revoke", UNIT, "--ca", "ca", "--why", "lost", "--out", "broker/crl.pem")
    check = ("-crl_check", "-CRLfile", "broker/crl.pem")
    assert not verifies(issued.folder, "unit.crt", "sslclient", *check)
    assert verifies(issued.folder, "central/central.crt", "sslclient", *check)
    text = openssl(issued.folder, "crl", "-in", "broker/crl.pem", "-noout", "-text").stdout
    assert "Key Compromise" in text


def test_the_broker_gets_a_list_with_its_certificate(city: Program) -> None:
    city.data(*BROKER, "--out", "broker")
    check = ("-crl_check", "-CRLfile", "broker/crl.pem")
    assert verifies(city.folder, "broker/server.crt", "sslserver", *check)


def test_revoking_twice_says_so_and_changes_nothing(issued: Program) -> None:
    words = ("ca", "revoke", UNIT, "--ca", "ca", "--why", "lost")
    assert issued(*words).stdout.startswith("Revoked ")
    known = (issued.folder / "ca/revoked.json").read_bytes()
    assert issued(*words).stdout.startswith("It was revoked already.")
    assert (issued.folder / "ca/revoked.json").read_bytes() == known


def test_every_certificate_of_a_name_is_revoked_or_one_by_its_number(city: Program) -> None:
    authority = opened(city)
    made = [
        authority.issue_unit(UNIT, new_key().public_key(), NOW, timedelta(days=30))[0]
        for _ in range(3)
    ]
    one = crl.revoke(authority, f"{made[0].serial_number:x}", crl.Why.REPLACED, NOW)
    assert [int(each.serial, 16) for each in one] == [made[0].serial_number]
    rest = crl.revoke(authority, UNIT, crl.Why.LOST, NOW)
    assert {int(each.serial, 16) for each in rest} == {one.serial_number for one in made[1:]}
    assert len(crl.read_list(authority.folder)) == 3


def test_somebody_unknown_cannot_be_revoked(issued: Program) -> None:
    says = issued.refusal(
        ExitCode.FAILED, "ca", "revoke", "u-hgfedcba", "--ca", "ca", "--why", "lost"
    )
    assert "never issued a certificate for 'u-hgfedcba'" in says


def test_the_number_of_the_list_always_rises(city: Program) -> None:
    authority, numbers = opened(city), []
    for moment in (NOW, NOW, NOW - timedelta(days=1)):  # the clock may even go back
        found = crl.renew(authority, moment).extensions
        numbers.append(found.get_extension_for_class(x509.CRLNumber).value.crl_number)
    (city.folder / "ca/crl.pem").unlink()  # an older backup came back
    found = crl.renew(authority, NOW + timedelta(days=1)).extensions
    numbers.append(found.get_extension_for_class(x509.CRLNumber).value.crl_number)
    assert numbers == sorted(set(numbers))


def test_with_a_damaged_record_no_list_is_signed_that_would_let_the_revoked_in(
    issued: Program,
) -> None:
    issued.data("ca", "revoke", UNIT, "--ca", "ca", "--why", "lost")
    (issued.folder / "ca/revoked.json").write_bytes(b'{"revoked":[{')
    before = issued.contents()
    says = issued.refusal(ExitCode.UNUSABLE, "ca", "crl", "--ca", "ca")
    assert "revoked.json is damaged" in says
    assert issued.contents() == before


def test_two_who_revoke_at_once_both_count(city: Program) -> None:
    authority = opened(city)
    for unit in (UNIT, "u-hgfedcba"):
        authority.issue_unit(unit, new_key().public_key(), NOW, timedelta(days=30))
    first = crl.Revocation(serial="abcdef", name="u-hgfedcba", at=0, why=crl.Why.LOST)
    with files.locked(authority.folder):
        second = subprocess.Popen(
            command("ca", "revoke", UNIT, "--ca", "ca", "--why", "retired"),
            cwd=city.folder,
            env=city.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: waits_for_a_lock(second.pid) or second.poll() is not None, "the second")
        record = crl.Revocations(revoked=(first,)).to_bytes()
        files.replace(authority.folder / "revoked.json", record)
    assert second.wait(60) == 0
    assert {one.name for one in crl.revocations(authority.folder)} == {UNIT, "u-hgfedcba"}
    assert len(crl.read_list(authority.folder)) == 2


def waits_for_a_lock(process: int) -> bool:
    """Whether a process stands in line for a lock that another one holds."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any("-> FLOCK" in line and f" {process} " in line for line in lines)


def test_show_lists_what_was_issued_and_when_things_end(issued: Program) -> None:
    issued.data("ca", "revoke", UNIT, "--ca", "ca", "--why", "lost")
    shown = issued.data("ca", "show", "--ca", "ca")
    assert {one["name"]: one["revoked"] for one in shown["issued"]} == {
        "broker.stad.be": "",
        "central": "",
        UNIT: "lost",
    }
    lines = issued("ca", "show", "--ca", "ca").stdout.splitlines()
    assert lines[2].startswith("The list counts until 20")
    assert any(line.startswith(UNIT) and " lost " in line for line in lines)


def test_show_needs_no_passphrase_and_works_before_there_is_a_list(city: Program) -> None:
    done = city("ca", "show", "--ca", "ca", HALLPASS_CA_PASSPHRASE=None)
    assert done.returncode == 0
    assert "(there is none yet)" in done.stdout
