"""One complete, valid value of every body that central and the units exchange."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import contracts
from contracts.amendments import Amendments, GrantAmendment
from contracts.bodies import Body
from contracts.clock import ClockTrust
from contracts.commands import Command, CommandName, CommandResult, NonceGiven, NonceRequest
from contracts.credential import Kind, Language
from contracts.documents import ALGORITHM, DocumentType, Envelope, Header
from contracts.door_config import DoorConfig, Policy, Timings
from contracts.floor_reset import FloorReset, ResetRequest
from contracts.freshness import (
    Ack,
    DeniedKey,
    DenyList,
    Freshness,
    FreshnessRequest,
    Held,
    HeldDocument,
)
from contracts.journal import Batch, Event, EventKind, Head
from contracts.keys import KeyPurpose
from contracts.keyset import KeyEntry, KeySetBody, RootKeys, RootSignature, SignedByRoot
from contracts.messages import Birth, CentralState, Health, UnitState
from contracts.modes import DoorMode, Modes
from contracts.reasons import Fault
from tests.contracts.brussels import BRUSSELS

ID, OTHER_ID = "0123456789abcdef", "fedcba9876543210"
DIGEST, NONCE = "ab" * 32, "cd" * 16

GRANT = GrantAmendment(
    grant=77,
    minimum_issue=1,
    windows=((1, 2), (5, 9)),
    areas=3,
    cancelled=(4,),
    added=((11, 12),),
)
ENTRY = KeyEntry(
    id=1,
    purpose=KeyPurpose.CREDENTIAL,
    public="11" * 32,
    sites=(1,),
    kinds=(Kind.RENTER,),
    sign_from=1,
    sign_until=2,
    verify_until=3,
    longest_span=1,
)
ROOT = RootKeys(keys=("22" * 32, "33" * 32), threshold=1)
SIGNATURE = RootSignature(protected="e30", signature="AAAA")
HELD = HeldDocument(type=DocumentType.CONFIG, audience="unit:u-abcdefgh", number=1, digest=DIGEST)
DENIED = DeniedKey(key=1, keep=(ID,))
TIMINGS, POLICY = Timings(release=4_000), Policy(staff_without_clock=True, grace_minutes=1)

SAMPLES: tuple[Body, ...] = (
    GRANT,
    Amendments(revoked=(ID,), grants=(GRANT,)),
    NonceRequest(ask=ID),
    NonceGiven(ask=ID, nonce=NONCE),
    Command(id=ID, command=CommandName.UNLOCK_ONCE, nonce=NONCE, actor="staff-1"),
    CommandResult(id=ID, outcome="done", detail={"entry": 1}),
    Header(alg=ALGORITHM, kid="1", typ=DocumentType.ACK),
    Envelope(aud="central", num=1, iat=1, body={"any": "thing"}),
    TIMINGS,
    POLICY,
    BRUSSELS,
    DoorConfig(
        door=1,
        name="Zaal A",
        site=1,
        areas=1,
        zone=BRUSSELS,
        language=Language.NL,
        duty_phone="0800 12 345",
        commissioned=True,
        timings=TIMINGS,
        policy=POLICY,
        refusals_before_pause=1,
    ),
    FreshnessRequest(nonce=NONCE),
    ResetRequest(unit="u-abcdefgh", nonce=NONCE, floor_ms=1),
    FloorReset(nonce=NONCE, unix_ms=1),
    Freshness(nonce=NONCE, unix_ms=1, numbers={DocumentType.CONFIG: 1}, spent={ID: 1}),
    Ack(epoch=ID, upto=1, head=DIGEST, resend_from=1),
    DENIED,
    DenyList(removed=(DENIED,)),
    HELD,
    Held(documents=(HELD,)),
    Event(
        epoch=ID,
        seq=1,
        boot=OTHER_ID,
        mono=1,
        wall=1,
        trust=ClockTrust.SIGNED,
        kind=EventKind.STARTED,
        data={"any": "thing"},
    ),
    Batch(unit="u-abcdefgh", epoch=ID, first=1, previous=DIGEST, events=("{}",), head="a.b.c"),
    Head(epoch=ID, seq=1, hash=DIGEST),
    ROOT,
    ENTRY,
    KeySetBody(keys=(ENTRY,), root=ROOT),
    SIGNATURE,
    SignedByRoot(payload="e30", signatures=(SIGNATURE,)),
    UnitState(online=True, session=1, birth="a.b.c"),
    Birth(
        session=1,
        boot=OTHER_ID,
        software="0.1.0",
        epoch=ID,
        seq=1,
        hash=DIGEST,
        acked=1,
        base=1,
        base_hash=DIGEST,
    ),
    Birth(
        session=1,
        boot=OTHER_ID,
        software="0.1.0",
        epoch=ID,
        seq=1,
        hash=DIGEST,
        state_lost=True,
    ),
    CentralState(online=True, session=1),
    Health(
        mode=DoorMode.LOCKED,
        leaf="closed",
        strike="secured",
        trust=ClockTrust.SIGNED,
        faults=(Fault.TAMPER,),
        unacked=1,
        lists_age=1,
        temperature=1,
        disk_free_percent=1,
    ),
    Modes(mode=DoorMode.UNLOCKED, until=1, cause="staff-1"),
)


def bodies() -> Iterator[type[Body]]:
    """Every kind of body there is in contracts/."""
    for module in iter_modules(contracts.__path__, "contracts."):
        for value in vars(import_module(module.name)).values():
            is_body = isinstance(value, type) and issubclass(value, Body) and value is not Body
            if is_body and value.__module__ == module.name:
                yield value
