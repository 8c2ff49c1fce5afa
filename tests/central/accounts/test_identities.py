"""Which person an identity is: the rules in central/accounts/identities.py."""

from datetime import timedelta

import pytest

from central.accounts import elsewhere, identities
from central.accounts.identities import BY_EMAIL, Identity, IdentityTaken, NeedsMailbox
from central.accounts.logging_in import LIFE, LinkSpent, Wish
from central.accounts.models import Person
from central.accounts.sealing import Sealer, new_secret
from central.database import Database
from tests.central.a_city import NOW
from tests.central.some_people import People

SEALER = Sealer(["a secret"])
THEIRS = Identity("https://idp.example", "s-1", name="Anna P", email="anna@example.org")
WISH = Wish("", "/book", remembered="verifier")


def test_the_mailbox_itself_is_the_proof_of_a_person_known_or_new(
    database: Database, people: People
) -> None:
    with database.write() as session:
        known = identities.person_for(session, Identity(BY_EMAIL, "anna@example.org"), "fr", NOW)
        new = identities.person_for(session, Identity(BY_EMAIL, "new@example.org"), "fr", NOW)
        assert known == people.anna
        assert session.get_one(Person, known).language == "nl", "what is known stays"
        assert session.get_one(Person, new).language == "fr"
        assert session.get_one(Person, new).email_proven_at == NOW


def test_a_provider_s_word_about_an_address_opens_no_account_that_exists(
    database: Database, people: People
) -> None:
    assert people.anna
    with pytest.raises(NeedsMailbox), database.write() as session:
        identities.person_for(session, THEIRS, "nl", NOW)


def test_a_linked_identity_is_that_person_for_ever(database: Database, people: People) -> None:
    with database.write() as session:
        identities.link(session, people.bram, THEIRS, NOW)
        assert identities.person_for(session, THEIRS, "nl", NOW) == people.bram
        assert identities.linked_to(session, people.bram) == {"https://idp.example"}
        with pytest.raises(IdentityTaken):
            identities.link(session, people.anna, THEIRS, NOW)
        identities.link(session, people.bram, THEIRS, NOW)


def test_subjects_of_two_providers_are_two_identities(database: Database, people: People) -> None:
    other = Identity("https://other.example", THEIRS.subject)
    with database.write() as session:
        identities.link(session, people.bram, THEIRS, NOW)
        with pytest.raises(NeedsMailbox):
            identities.person_for(session, other, "nl", NOW)


def began(database: Database, state: str, person: int | None = None) -> None:
    with database.write() as session:
        elsewhere.begin(session, "idp", state, WISH, NOW, person_id=person)


def test_a_browser_comes_back_once_with_what_was_remembered(
    database: Database, people: People
) -> None:
    state = new_secret()
    began(database, state, people.anna)
    with database.write() as session:
        returned = elsewhere.back(session, "idp", state, state, NOW)
    assert (returned.wish.then, returned.wish.remembered) == ("/book", "verifier")
    assert returned.person_id == people.anna
    with pytest.raises(LinkSpent), database.write() as session:
        elsewhere.back(session, "idp", state, state, NOW)


@pytest.mark.parametrize("browser", [None, "", "x"])
def test_another_browser_cannot_finish_it(database: Database, browser: str | None) -> None:
    state = new_secret()
    began(database, state)
    with pytest.raises(LinkSpent), database.write() as session:
        elsewhere.back(session, "idp", state, browser, NOW)


def test_it_is_finished_only_with_the_provider_it_began_with_and_in_time(
    database: Database,
) -> None:
    state = new_secret()
    began(database, state)
    for provider, now in (("other", NOW), ("idp", NOW + LIFE)):
        with pytest.raises(LinkSpent), database.write() as session:
            elsewhere.back(session, provider, state, state, now)


def test_a_state_that_was_never_given_is_refused(database: Database) -> None:
    with pytest.raises(LinkSpent), database.write() as session:
        elsewhere.back(session, "idp", "x", "x", NOW)


def test_an_identity_is_carried_by_a_form_of_the_browser_that_brought_it() -> None:
    browser = new_secret()
    text = elsewhere.carried(SEALER, THEIRS, browser, NOW)
    assert THEIRS.email not in text
    assert elsewhere.uncarried(SEALER, text, NOW, browser) == THEIRS
    assert elsewhere.uncarried(SEALER, text, NOW) == THEIRS, "once it stands in our own table"
    assert elsewhere.uncarried(SEALER, text, NOW, new_secret()) is None
    late = NOW + LIFE + timedelta(seconds=1)
    assert elsewhere.uncarried(SEALER, text, late, browser) is None
    assert elsewhere.uncarried(Sealer(["another"]), text, NOW, browser) is None


@pytest.mark.parametrize("text", ["", "x", "é", "AAAA", "=" * 40])
def test_what_no_form_of_ours_carried_is_no_identity(text: str) -> None:
    assert elsewhere.uncarried(SEALER, text, NOW) is None
