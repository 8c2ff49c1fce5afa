from datetime import timedelta

import pytest

from central.keys.errors import KeysError, NoKeyFor
from central.keys.files import HeldKey
from central.keys.ring import KeyRing, Need
from contracts.credential import Kind
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import KeyEntry, verify_keyset
from contracts.moments import minute_of
from tests.central.keys.key_files import entry_of
from tests.simulators.city import KEY_IDS, NOW, YEAR, City

NOW_MINUTE = minute_of(NOW)
DAY = 1440
CREDENTIAL = Need(KeyPurpose.CREDENTIAL, site=3, kind=Kind.RENTER)


def a_ring(city: City, *more: tuple[KeyEntry, SoftwareSigner]) -> KeyRing:
    held = {
        KEY_IDS[purpose]: HeldKey(KEY_IDS[purpose], purpose, signer)
        for purpose, signer in city.keys.items()
    } | {entry.id: HeldKey(entry.id, entry.purpose, signer) for entry, signer in more}
    entries = (*city.entries, *(entry for entry, _ in more))
    return KeyRing(held, verify_keyset(city.keyset(entries=entries), city.root_keys))


def a_key(city: City, number: int, **limits: object) -> tuple[KeyEntry, SoftwareSigner]:
    signer = SoftwareSigner.generate()
    return entry_of(city, KeyPurpose.CREDENTIAL, signer, id=number, **limits), signer


@pytest.mark.parametrize("purpose", KeyPurpose)
def test_each_purpose_is_signed_by_its_own_key(purpose: KeyPurpose) -> None:
    city = City()
    kind = Kind.RENTER if purpose is KeyPurpose.CREDENTIAL else None
    key = a_ring(city).signer(Need(purpose, 3, kind), NOW)
    assert key.id == KEY_IDS[purpose]
    assert key.signer.public == city.keys[purpose].public


def test_while_two_keys_may_sign_the_one_that_ends_first_does() -> None:
    city = City()
    soon = a_key(city, 90, sign_until=NOW_MINUTE + DAY)
    assert a_ring(city, soon).signer(CREDENTIAL, NOW).id == 90
    assert a_ring(city, soon).signer(CREDENTIAL, NOW + timedelta(days=1)).id == 1


def test_a_key_of_the_future_does_not_sign_yet() -> None:
    city = City()
    later = a_key(city, 90, sign_from=NOW_MINUTE + 1, sign_until=NOW_MINUTE + 2)
    assert a_ring(city, later).signer(CREDENTIAL, NOW).id == 1
    assert a_ring(city, later).signer(CREDENTIAL, NOW + timedelta(minutes=1)).id == 90


@pytest.mark.parametrize(
    "limits",
    [
        {"sites": (4,)},
        {"kinds": (Kind.STAFF,)},
        {"longest_span": 59},
        {"verify_until": NOW_MINUTE + 119, "sign_until": NOW_MINUTE + 100},
    ],
)
def test_a_key_whose_limits_do_not_fit_is_passed_over(limits: dict[str, object]) -> None:
    city = City()
    narrow = a_key(city, 90, **{"sign_until": NOW_MINUTE + DAY, **limits})
    need = Need(KeyPurpose.CREDENTIAL, 3, Kind.RENTER, span=60, until=NOW_MINUTE + 120)
    assert a_ring(city, narrow).signer(need, NOW).id == 1


def test_a_doubted_key_signs_only_where_there_is_no_other() -> None:
    city = City()
    usual = KEY_IDS[KeyPurpose.FRESHNESS]
    signer = SoftwareSigner.generate()
    second = entry_of(city, KeyPurpose.FRESHNESS, signer, id=90), signer
    for doubted, chosen in ((None, usual), (usual, 90), (90, usual), (91, usual)):
        need = Need(KeyPurpose.FRESHNESS, 3, besides=doubted)
        assert a_ring(city, second).signer(need, NOW).id == chosen
        assert a_ring(city).signer(need, NOW).id == usual


def test_a_city_with_one_key_for_the_time_is_told_to_make_a_second() -> None:
    city = City()
    signer = SoftwareSigner.generate()
    second = entry_of(city, KeyPurpose.FRESHNESS, signer, id=90), signer
    assert ["--purpose freshness" in one for one in a_ring(city).warnings(NOW)] == [True]
    assert a_ring(city, second).warnings(NOW) == ()


def test_what_must_count_everywhere_is_not_signed_by_a_key_of_one_site() -> None:
    city = City()
    ours = a_key(city, 90, sites=(3,), sign_until=NOW_MINUTE + DAY)
    everywhere = Need(KeyPurpose.CREDENTIAL, kind=Kind.RENTER)
    assert a_ring(city, ours).signer(everywhere, NOW).id == 1
    assert a_ring(city, ours).signer(CREDENTIAL, NOW).id == 90


def test_no_key_is_said_with_what_it_was_for_and_what_to_do() -> None:
    ring = a_ring(City())
    with pytest.raises(NoKeyFor, match=r"credential \(renter\) for site 3") as refused:
        ring.signer(CREDENTIAL, NOW + timedelta(minutes=YEAR))
    assert "keys create" in str(refused.value)
    assert refused.value.code == "no_signing_key"


def test_a_key_that_the_key_set_does_not_name_never_signs() -> None:
    city = City()
    _, stranger = a_key(city, 90)
    held = {90: HeldKey(90, KeyPurpose.CREDENTIAL, stranger)}
    ring = KeyRing(held, verify_keyset(city.keyset(), city.root_keys))
    with pytest.raises(NoKeyFor):
        ring.signer(CREDENTIAL, NOW)


def test_another_key_under_a_number_of_the_key_set_is_refused() -> None:
    city = City()
    held = {1: HeldKey(1, KeyPurpose.CREDENTIAL, SoftwareSigner.generate())}
    with pytest.raises(KeysError, match="key 1 at hand is not key 1"):
        KeyRing(held, verify_keyset(city.keyset(), city.root_keys))


def test_the_end_of_the_last_key_is_announced_two_weeks_before() -> None:
    city = City()
    signer = SoftwareSigner.generate()
    ring = a_ring(city, (entry_of(city, KeyPurpose.FRESHNESS, signer, id=90), signer))
    last = NOW + timedelta(minutes=YEAR)
    assert ring.warnings(last - timedelta(days=15)) == ()
    words = ring.warnings(last - timedelta(days=13))
    assert len(words) == 7
    assert all("stops signing on 2027-11-25" in one for one in words)
    assert all("stopped signing" in one for one in ring.warnings(last))


def test_a_purpose_without_a_key_is_a_warning() -> None:
    city = City()
    ring = KeyRing({}, verify_keyset(city.keyset(), city.root_keys))
    assert "There is no key for ack." in ring.warnings(NOW)
