"""The city's pen in a test: real keys in memory, the key set imported."""

from central.database import Database
from central.documents.authority import Authority
from central.keys.files import HeldKey
from tests.simulators.city import KEY_IDS, NOW
from tests.simulators.city import City as Keys


def authority_of(keys: Keys) -> Authority:
    held = (HeldKey(KEY_IDS[purpose], purpose, signer) for purpose, signer in keys.keys.items())
    return Authority(keys.root_keys, held)


def an_authority(database: Database, keys: Keys) -> Authority:
    authority = authority_of(keys)
    with database.write() as session:
        authority.import_keyset(session, keys.keyset(), NOW)
    return authority
