"""The city's pen in a test: real keys in memory, the key set imported."""

from central.database import Database
from central.documents.authority import Authority, Keys
from central.keys.files import HeldKey
from tests.simulators.city import KEY_IDS, NOW, City


def authority_of(keys: City) -> Authority:
    held = (HeldKey(KEY_IDS[purpose], purpose, signer) for purpose, signer in keys.keys.items())
    loaded = Keys(keys.root_keys, tuple(held))
    return Authority(lambda: loaded)


def an_authority(database: Database, keys: City) -> Authority:
    authority = authority_of(keys)
    with database.write() as session:
        authority.import_keyset(session, keys.keyset(), NOW)
    return authority
