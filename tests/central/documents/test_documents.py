import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from central.database import Database
from central.documents import service
from central.documents.authority import Authority
from central.keys.errors import KeysError, KeySetRefused
from contracts.documents import DocumentType, unit_audience, verify_document
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import CITY, KeySetBody, RootKeys, sign_keyset
from contracts.modes import DoorMode, Modes
from tests.central.an_authority import an_authority, authority_of
from tests.simulators.city import KEY_IDS, NOW, SITE, UNIT, City

MODES, AUDIENCE = DocumentType.MODES, unit_audience(UNIT)
LOCKED = Modes(mode=DoorMode.LOCKED, cause="test")


def sign_modes(database: Database, authority: Authority) -> service.NewDocument:
    with database.write() as session:
        new = authority.sign(session, MODES, AUDIENCE, LOCKED, NOW, site=SITE)
        service.keep(session, new, NOW)
    return new


def test_a_document_is_numbered_signed_and_in_force(database: Database) -> None:
    keys = City()
    authority = an_authority(database, keys)
    numbers = [sign_modes(database, authority).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    with database.read() as session:
        stored = service.current(session, MODES, AUDIENCE)
        assert stored is not None
        finder = authority.ring(session).keyset.finder(MODES, SITE)
    document = verify_document(stored.raw, MODES, finder, AUDIENCE)
    assert (document.number, document.digest) == (3, stored.digest)
    assert document.read(Modes) == LOCKED


def test_numbers_of_another_audience_count_on_their_own(database: Database) -> None:
    with database.write() as session:
        assert service.next_number(session, MODES, "unit:u-aaaaaaaa") == 1
        assert service.next_number(session, MODES, "unit:u-bbbbbbbb") == 1
        assert service.next_number(session, DocumentType.ACK, "unit:u-aaaaaaaa") == 1
        assert service.next_number(session, MODES, "unit:u-aaaaaaaa") == 2


def test_a_number_can_be_raised_and_never_goes_down(database: Database) -> None:
    with database.write() as session:
        assert service.next_number(session, MODES, AUDIENCE, at_least=40) == 40
        assert service.next_number(session, MODES, AUDIENCE) == 41
        assert service.next_number(session, MODES, AUDIENCE, at_least=10) == 42
        assert service.next_number(session, MODES, AUDIENCE, at_least=60) == 60


def test_a_number_that_was_rolled_back_was_never_given(database: Database) -> None:
    def failing() -> None:
        with database.write() as session:
            service.next_number(session, MODES, AUDIENCE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with database.write() as session:
        assert service.next_number(session, MODES, AUDIENCE) == 1


def test_eight_at_once_get_eight_numbers_and_the_highest_is_in_force(database: Database) -> None:
    authority = an_authority(database, City())
    together = threading.Barrier(8)

    def one(_index: int) -> int:
        together.wait(10)
        return sign_modes(database, authority).number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(one, range(8)))
    assert sorted(numbers) == list(range(1, 9))
    with database.read() as session:
        assert service.number_in_force(session, MODES, AUDIENCE) == 8


def test_who_takes_the_number_later_sees_what_the_earlier_one_wrote(database_url: str) -> None:
    """Two processes revoke at once: the list with the higher number must hold both."""
    first, second = Database(database_url), Database(database_url)
    has_number, saw = threading.Event(), []

    def later() -> None:
        has_number.wait(10)
        with second.write() as session:
            number = service.next_number(session, MODES, "site:1")
            found = service.number_in_force(session, MODES, "site:2")
            saw.append((number, found))

    thread = threading.Thread(target=later)
    thread.start()
    with first.write() as session:
        service.next_number(session, MODES, "site:1")
        has_number.set()
        number = service.next_number(session, MODES, "site:2")
        new = service.NewDocument(MODES, "site:2", number, b"x", "0" * 64, 1, None)
        service.keep(session, new, NOW)
    thread.join(10)
    assert saw == [(2, 1)]
    first.close()
    second.close()


def test_without_a_key_set_nothing_is_signed(database: Database) -> None:
    with database.write() as session, pytest.raises(KeysError, match="keys import"):
        authority_of(City()).ring(session)


def test_a_newer_key_set_replaces_and_an_older_one_is_refused(database: Database) -> None:
    keys = City()
    authority = an_authority(database, keys)
    with database.write() as session:
        authority.import_keyset(session, keys.keyset(number=5), NOW)
        assert authority.ring(session).keyset.document.number == 5
        assert service.number_in_force(session, DocumentType.KEY_SET, CITY) == 5
    with database.write() as session, pytest.raises(KeySetRefused, match="older"):
        authority.import_keyset(session, keys.keyset(number=4), NOW)


def test_importing_the_same_key_set_again_changes_nothing(database: Database) -> None:
    keys = City()
    authority, raw = authority_of(keys), keys.keyset()
    for _ in range(2):
        with database.write() as session:
            authority.import_keyset(session, raw, NOW)
            assert len(service.all_of(session, DocumentType.KEY_SET, CITY)) == 1


def by_another_root(_keys: City) -> bytes:
    return City().keyset()


def by_one_root_key(keys: City) -> bytes:
    body = KeySetBody(keys=keys.entries, root=keys.root_keys)
    return sign_keyset(1, int(NOW.timestamp()), body, keys.root[:1])


def other_under_the_same_number(keys: City) -> bytes:
    return keys.keyset(entries=keys.entries[:3])


@pytest.mark.parametrize(
    "forge", [by_another_root, by_one_root_key, other_under_the_same_number, lambda _keys: b"{}"]
)
def test_a_key_set_that_is_not_the_roots_is_refused(
    database: Database, forge: Callable[[City], bytes]
) -> None:
    keys = City()
    authority = an_authority(database, keys)
    with database.write() as session, pytest.raises(KeySetRefused):
        authority.import_keyset(session, forge(keys), NOW)
    with database.read() as session:
        assert authority.ring(session).keyset.document.raw == keys.keyset()


def test_a_new_root_counts_once_the_old_one_signed_it(database: Database) -> None:
    keys = City()
    authority = an_authority(database, keys)
    root = [SoftwareSigner.generate() for _ in range(3)]
    public = RootKeys(keys=tuple(key.public.hex() for key in root), threshold=2)
    body, issued = KeySetBody(keys=keys.entries, root=public), int(NOW.timestamp())
    change = sign_keyset(2, issued, body, [*keys.root[:2], *root[:2]])
    following = sign_keyset(3, issued, body, root[1:])
    with database.write() as session:
        authority.import_keyset(session, change, NOW)
    with database.write() as session:
        authority.import_keyset(session, following, NOW)
    again = authority_of(keys)  # a new process knows only the first root
    with database.read() as session:
        assert again.ring(session).keyset.document.number == 3


def test_a_key_set_imported_elsewhere_is_used_at_once(database: Database) -> None:
    keys = City()
    authority = an_authority(database, keys)
    elsewhere = authority_of(keys)
    with database.write() as session:
        elsewhere.import_keyset(session, keys.keyset(number=2), NOW)
    with database.read() as session:
        assert authority.ring(session).keyset.document.number == 2


def test_a_key_that_stopped_signing_signs_nothing(database: Database) -> None:
    keys = City()
    authority = an_authority(database, keys)
    late = NOW + timedelta(days=400)
    with database.write() as session, pytest.raises(KeysError, match="may sign modes"):
        authority.sign(session, MODES, AUDIENCE, LOCKED, late, site=SITE)


def test_each_purpose_signs_only_its_documents(database: Database) -> None:
    authority = an_authority(database, City())
    new = sign_modes(database, authority)
    with database.read() as session:
        keyset = authority.ring(session).keyset
    found = keyset.keys[KEY_IDS[KeyPurpose.MODES]].public
    verify_document(new.raw, MODES, lambda _kid, _envelope: found)
