"""What a unit believes after any order, loss, replay or forgery of documents."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.decision import Denied, Granted, decide
from contracts.documents import DocumentType, sign_document
from contracts.errors import (
    BadSignature,
    ContractError,
    Equivocation,
    Malformed,
    Rollback,
    UnknownKey,
)
from contracts.freshness import DeniedKey, DenyList, Freshness
from contracts.keys import KeyPurpose
from contracts.modes import DoorMode
from contracts.reasons import DenyReason
from edge.core.beliefs import (
    IN_ORDER,
    Beliefs,
    meet_freshness,
    prove,
    receive,
)
from edge.core.gone import gone
from edge.core.timekeeping import FAR_MS
from edge.core.waiting import MOST_WAITING
from tests.simulators.city import KEY_IDS, NOW, UNIT, City, a_config, at, some_claims

NONCE = "0" * 32
UNIX_MS = int(NOW.timestamp() * 1000)


def told(city: City, *documents: tuple[DocumentType, bytes]) -> Beliefs:
    beliefs = Beliefs(UNIT, city.root_keys)
    for kind, raw in documents:
        beliefs, _ = receive(beliefs, kind, raw)
    return beliefs


def in_service(city: City) -> Beliefs:
    return told(
        city,
        (DocumentType.KEY_SET, city.keyset()),
        (DocumentType.CONFIG, city.config()),
        (DocumentType.AMENDMENTS, city.amendments()),
    )


def with_answer(city: City, beliefs: Beliefs, **numbers: int) -> Beliefs:
    named = {DocumentType[name]: number for name, number in numbers.items()}
    raw = city.freshness(NONCE, named)
    document = prove(beliefs, DocumentType.FRESHNESS, raw)
    return meet_freshness(beliefs, document, document.read(Freshness))


def answer(city: City, beliefs: Beliefs) -> Granted | Denied:
    text = city.sign_pass(some_claims())
    trust = beliefs.trust(DoorMode.LOCKED, UNIX_MS)
    return decide(text, at(), beliefs.config, trust, lambda _: 0)


def test_a_pass_opens_once_everything_is_here_and_central_said_it_is_current() -> None:
    city = City()
    beliefs = with_answer(city, in_service(city), KEY_SET=1, CONFIG=1, AMENDMENTS=1)
    assert isinstance(answer(city, beliefs), Granted)
    assert beliefs.lists_age(UNIX_MS + 5000) == 5


def test_a_new_unit_opens_for_nobody_before_a_freshness_answer() -> None:
    city = City()
    result = answer(city, in_service(city))
    assert isinstance(result, Denied)
    assert result.reason is DenyReason.LISTS_TOO_OLD


def test_an_answer_that_names_a_list_not_yet_here_is_not_met() -> None:
    city = City()
    beliefs = with_answer(city, in_service(city), AMENDMENTS=2)
    assert not beliefs.fresh
    assert beliefs.lists_age(UNIX_MS) is None
    beliefs, accepted = receive(beliefs, DocumentType.AMENDMENTS, city.amendments(2))
    assert beliefs.fresh
    assert [document.number for document in accepted] == [2]


def test_an_answer_from_the_future_does_not_keep_lists_young() -> None:
    city = City()
    beliefs = with_answer(city, in_service(city), KEY_SET=1, CONFIG=1, AMENDMENTS=1)
    assert beliefs.lists_age(UNIX_MS - FAR_MS) == 0
    assert beliefs.lists_age(UNIX_MS - FAR_MS - 1) is None


def test_an_answer_that_was_only_kept_ends_no_loss_of_state() -> None:
    city = City()
    before = with_answer(city, in_service(city), KEY_SET=1, CONFIG=1, AMENDMENTS=1)
    kept = [(kind, before.held[kind].raw) for kind in IN_ORDER if kind in before.held]
    assert DocumentType.FRESHNESS in dict(kept)
    beliefs = told(city, *kept)
    assert beliefs.is_current
    assert not beliefs.fresh
    beliefs = with_answer(city, beliefs, KEY_SET=1, CONFIG=1, AMENDMENTS=1)
    assert beliefs.fresh


def test_a_list_that_arrives_after_a_loss_ends_it_only_together_with_an_answer() -> None:
    city = City()
    beliefs, _ = receive(in_service(city), DocumentType.AMENDMENTS, city.amendments(2))
    assert not beliefs.fresh
    assert with_answer(city, beliefs, AMENDMENTS=2).fresh


def test_a_unit_that_lost_nothing_opens_at_once_after_a_restart() -> None:
    city = City()
    before = with_answer(city, in_service(city), KEY_SET=1, CONFIG=1, AMENDMENTS=1)
    beliefs = Beliefs(UNIT, city.root_keys, lost=False)
    for kind in IN_ORDER:
        if kind in before.held:
            beliefs, _ = receive(beliefs, kind, before.held[kind].raw)
    assert isinstance(answer(city, beliefs), Granted)
    assert beliefs.lists_age(UNIX_MS + 5000) == 5


def test_documents_may_arrive_in_any_order() -> None:
    city = City()
    documents = [
        (DocumentType.KEY_SET, city.keyset()),
        (DocumentType.CONFIG, city.config()),
        (DocumentType.AMENDMENTS, city.amendments(revoked=[b"passpass".hex()])),
        (DocumentType.MODES, city.modes()),
    ]
    for order in itertools.permutations(documents):
        beliefs = told(city, *order)
        assert set(beliefs.held) == {kind for kind, _ in documents}
        assert not beliefs.waiting
        assert b"passpass" in beliefs.amendments.revoked


def test_an_older_list_is_refused_and_the_newer_one_stays() -> None:
    city = City()
    beliefs = in_service(city)
    beliefs, _ = receive(
        beliefs, DocumentType.AMENDMENTS, city.amendments(5, revoked=[b"passpass".hex()])
    )
    with pytest.raises(Rollback):
        receive(beliefs, DocumentType.AMENDMENTS, city.amendments(4))
    assert b"passpass" in beliefs.amendments.revoked


@pytest.mark.parametrize("audience", ["site:3", ""], ids=["of the site", "of an earlier release"])
def test_an_older_list_is_refused_after_the_list_itself_was_lost(audience: str) -> None:
    city = City()
    beliefs = Beliefs(UNIT, city.root_keys, floors={(DocumentType.AMENDMENTS, audience): 5})
    for kind, raw in (
        (DocumentType.KEY_SET, city.keyset()),
        (DocumentType.CONFIG, city.config()),
    ):
        beliefs, _ = receive(beliefs, kind, raw)
    with pytest.raises(Rollback):
        receive(beliefs, DocumentType.AMENDMENTS, city.amendments(4))


def test_numbers_of_another_unit_or_site_say_nothing_about_ours() -> None:
    city = City()
    floors = {(DocumentType.CONFIG, "unit:u-another2"): 9, (DocumentType.AMENDMENTS, "site:4"): 9}
    beliefs = Beliefs(UNIT, city.root_keys, floors=floors)
    assert gone(beliefs) == (DocumentType.CONFIG,)  # the memory is another unit's
    for kind, raw in (
        (DocumentType.KEY_SET, city.keyset()),
        (DocumentType.CONFIG, city.config()),
        (DocumentType.AMENDMENTS, city.amendments()),
    ):
        beliefs, accepted = receive(beliefs, kind, raw)
        assert len(accepted) == 1
    assert gone(beliefs) == ()


def test_a_unit_that_comes_back_to_a_site_knows_how_new_its_list_was() -> None:
    city = City()
    beliefs = in_service(city)
    beliefs, _ = receive(beliefs, DocumentType.AMENDMENTS, city.amendments(7))
    for number, site in ((2, 4), (3, 3)):
        beliefs, _ = receive(beliefs, DocumentType.CONFIG, city.config(number, site=site))
    with pytest.raises(Rollback):
        receive(beliefs, DocumentType.AMENDMENTS, city.amendments(6))
    beliefs, accepted = receive(beliefs, DocumentType.AMENDMENTS, city.amendments(7))
    assert len(accepted) == 1


def test_the_same_document_again_changes_nothing() -> None:
    city = City()
    raw = city.amendments()
    beliefs = told(
        city,
        (DocumentType.KEY_SET, city.keyset()),
        (DocumentType.CONFIG, city.config()),
        (DocumentType.AMENDMENTS, raw),
    )
    assert receive(beliefs, DocumentType.AMENDMENTS, raw) == (beliefs, ())


def test_two_lists_with_one_number_are_an_equivocation() -> None:
    city = City()
    beliefs = in_service(city)
    with pytest.raises(Equivocation):
        receive(beliefs, DocumentType.AMENDMENTS, city.amendments(1, revoked=["00" * 8]))


def test_a_document_for_another_unit_is_refused() -> None:
    city, other = City(), City(unit="u-zzzzzzzz")
    other.root, other.keys = city.root, city.keys
    with pytest.raises(Malformed):
        receive(in_service(city), DocumentType.CONFIG, other.config(2))


def test_a_list_of_another_site_is_refused() -> None:
    city = City()
    with pytest.raises(Malformed):
        receive(in_service(city), DocumentType.AMENDMENTS, city.amendments(2, site=4))


def test_a_key_set_of_another_city_is_refused() -> None:
    with pytest.raises(BadSignature):
        receive(Beliefs(UNIT, City().root_keys), DocumentType.KEY_SET, City().keyset())


def test_a_config_signed_by_another_key_of_the_city_is_refused() -> None:
    city = City()
    beliefs = in_service(city)
    city.keys[KeyPurpose.CONFIG] = city.keys[KeyPurpose.ACK]
    with pytest.raises(BadSignature):
        receive(beliefs, DocumentType.CONFIG, city.config(2))


def test_a_document_by_a_key_that_is_still_to_come_waits_for_it() -> None:
    city = City()
    beliefs = in_service(city)
    old = city.keys[KeyPurpose.MODES]
    without = tuple(e for e in city.entries if e.public != old.public.hex())
    beliefs, _ = receive(beliefs, DocumentType.KEY_SET, city.keyset(2, without))
    beliefs, accepted = receive(beliefs, DocumentType.MODES, city.modes())
    assert accepted == ()
    beliefs, accepted = receive(beliefs, DocumentType.KEY_SET, city.keyset(3))
    assert [document.kind for document in accepted] == [DocumentType.KEY_SET, DocumentType.MODES]


def test_nothing_signed_by_a_removed_key_is_taken() -> None:
    city = City()
    removed = DenyList(removed=(DeniedKey(key=KEY_IDS[KeyPurpose.ACK]),))
    beliefs, _ = receive(in_service(city), DocumentType.DENY, city.deny(removed))
    with pytest.raises(UnknownKey):
        prove(beliefs, DocumentType.ACK, city.ack_of_nothing())


def test_another_site_starts_without_the_old_list() -> None:
    city = City()
    beliefs = with_answer(city, in_service(city), AMENDMENTS=1)
    beliefs, _ = receive(beliefs, DocumentType.CONFIG, city.config(2, site=9))
    assert DocumentType.AMENDMENTS not in beliefs.held
    assert not beliefs.fresh
    beliefs, _ = receive(beliefs, DocumentType.AMENDMENTS, city.amendments(1, site=9))
    assert not beliefs.fresh
    assert with_answer(city, beliefs, CONFIG=2, AMENDMENTS=1).fresh


def test_every_single_changed_byte_of_every_document_is_refused() -> None:
    city = City()
    beliefs = in_service(city)
    for kind, raw in (
        (DocumentType.KEY_SET, city.keyset(2)),
        (DocumentType.CONFIG, city.config(2)),
        (DocumentType.AMENDMENTS, city.amendments(2)),
    ):
        for index in range(0, len(raw), 7):
            broken = raw[:index] + bytes([raw[index] ^ 1]) + raw[index + 1 :]
            try:
                after, accepted = receive(beliefs, kind, broken)
            except ContractError:
                continue
            assert accepted == ()
            assert after.held == beliefs.held


def test_a_document_from_outside_its_keys_period_is_refused() -> None:
    city = City()
    beliefs = in_service(city)
    city.moment = NOW + timedelta(days=800)
    beliefs, accepted = receive(beliefs, DocumentType.MODES, city.modes())
    assert accepted == ()
    assert beliefs.modes is None


# --- what waits


def test_a_forged_document_pushes_no_genuine_one_out_that_waits() -> None:
    city, stranger = City(), City()
    beliefs = Beliefs(UNIT, city.root_keys)
    beliefs, _ = receive(beliefs, DocumentType.CONFIG, city.config())
    for number in range(2, 12):  # with the very number of the genuine key
        beliefs, _ = receive(beliefs, DocumentType.CONFIG, stranger.config(number))
    assert len(beliefs.waiting[DocumentType.CONFIG]) == MOST_WAITING
    beliefs, accepted = receive(beliefs, DocumentType.KEY_SET, city.keyset())
    assert [(one.kind, one.number) for one in accepted] == [
        (DocumentType.KEY_SET, 1),
        (DocumentType.CONFIG, 1),
    ]
    assert beliefs.waiting == {}


def test_of_several_that_waited_the_newest_is_in_force() -> None:
    city = City()
    beliefs = Beliefs(UNIT, city.root_keys)
    for number in (2, 3, 1):
        beliefs, _ = receive(beliefs, DocumentType.CONFIG, city.config(number))
    beliefs, _ = receive(beliefs, DocumentType.KEY_SET, city.keyset())
    assert beliefs.number(DocumentType.CONFIG) == 3


def test_what_waits_for_a_key_that_the_new_key_set_does_not_have_makes_room() -> None:
    city = City()
    strange = sign_document(
        DocumentType.CONFIG, f"unit:{UNIT}", 1, 0, a_config(), key_id="99", signer=city.root[0]
    )
    beliefs, _ = receive(Beliefs(UNIT, city.root_keys), DocumentType.CONFIG, strange)
    beliefs, _ = receive(beliefs, DocumentType.AMENDMENTS, city.amendments())
    assert set(beliefs.waiting) == {DocumentType.CONFIG, DocumentType.AMENDMENTS}
    beliefs, _ = receive(beliefs, DocumentType.KEY_SET, city.keyset())
    assert set(beliefs.waiting) == {DocumentType.AMENDMENTS}  # the site is still to come


# --- keys that were removed


def denying(*keys: KeyPurpose, keep: tuple[bytes, ...] = ()) -> DenyList:
    kept = tuple(one.hex() for one in keep)
    return DenyList(removed=tuple(DeniedKey(key=KEY_IDS[one], keep=kept) for one in keys))


def test_a_later_deny_list_brings_no_removed_key_back() -> None:
    city = City()
    beliefs = in_service(city)
    lists = [denying(KeyPurpose.COMMAND, KeyPurpose.MODES), denying(KeyPurpose.ACK), denying()]
    for number, body in enumerate(lists, 1):
        beliefs, _ = receive(beliefs, DocumentType.DENY, city.deny(body, number))
    removed = {KEY_IDS[one] for one in (KeyPurpose.COMMAND, KeyPurpose.MODES, KeyPurpose.ACK)}
    assert set(beliefs.denied) == removed


def test_a_later_deny_list_may_keep_fewer_passes_of_a_key_and_never_more() -> None:
    city = City()
    first, second = b"pass one", b"pass two"
    beliefs = in_service(city)
    for number, keep in enumerate([(first, second), (second,), (first, second)], 1):
        body = denying(KeyPurpose.CREDENTIAL, keep=keep)
        beliefs, _ = receive(beliefs, DocumentType.DENY, city.deny(body, number))
    assert beliefs.denied == {KEY_IDS[KeyPurpose.CREDENTIAL]: frozenset({second})}


@pytest.mark.parametrize(
    ("kept", "named", "is_held"),
    [(True, KeyPurpose.DENY, True), (False, KeyPurpose.DENY, False), (True, KeyPurpose.ACK, False)],
    ids=["kept", "by whoever has the removed key", "kept, and another list removed its key"],
)
def test_a_list_that_removed_its_own_key_counts_on_after_a_start_and_no_other_by_that_key(
    *, kept: bool, named: KeyPurpose, is_held: bool
) -> None:
    city = City()
    denied: dict[int, frozenset[bytes]] = {KEY_IDS[KeyPurpose.DENY]: frozenset()}
    beliefs = replace(in_service(city), denied=denied)
    beliefs, _ = receive(beliefs, DocumentType.DENY, city.deny(denying(named)), kept=kept)
    assert (DocumentType.DENY in beliefs.held) is is_held


def test_with_another_key_set_the_root_decides_anew_and_only_the_last_list_counts() -> None:
    city = City()
    beliefs = in_service(city)
    for number, purpose in enumerate((KeyPurpose.COMMAND, KeyPurpose.ACK), 1):
        beliefs, _ = receive(beliefs, DocumentType.DENY, city.deny(denying(purpose), number))
    again, _ = receive(beliefs, DocumentType.KEY_SET, city.keyset())
    assert set(again.denied) == {KEY_IDS[KeyPurpose.COMMAND], KEY_IDS[KeyPurpose.ACK]}
    beliefs, _ = receive(beliefs, DocumentType.KEY_SET, city.keyset(2))
    assert set(beliefs.denied) == {KEY_IDS[KeyPurpose.ACK]}
