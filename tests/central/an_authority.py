"""The city's pen in a test: real keys in memory, the key set imported."""

from central.database import Database
from central.documents.authority import Authority, Keys
from central.keys.files import HeldKey
from contracts.keys import SoftwareSigner
from contracts.keyset import KeyEntry
from tests.simulators.city import KEY_IDS, NOW, City

More = list[tuple[KeyEntry, SoftwareSigner]]


def authority_of(keys: City, more: More | None = None) -> Authority:
    """Sign with the city's keys, and with `more`, which may grow."""

    def load() -> Keys:
        held = [HeldKey(KEY_IDS[purpose], purpose, key) for purpose, key in keys.keys.items()]
        held += [HeldKey(entry.id, entry.purpose, key) for entry, key in more or ()]
        return Keys(keys.root_keys, tuple(held))

    return Authority(load)


def an_authority(database: Database, keys: City, more: More | None = None) -> Authority:
    authority = authority_of(keys, more)
    with database.write() as session:
        authority.import_keyset(session, keys.keyset(), NOW)
    return authority
