"""Which key signs what now: the private keys at hand, limited by the key set in force. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from central.keys.errors import KeysError, NoKeyFor
from central.keys.files import HeldKey
from contracts.credential import Kind
from contracts.keys import KeyPurpose, Signer
from contracts.keyset import KeyEntry, KeySet
from contracts.moments import minute_of, moment_of

WARN_BEFORE = timedelta(days=14)
"""How long before the last key of a purpose stops signing somebody is told."""
NEEDED = tuple(one for one in KeyPurpose if one not in {KeyPurpose.DENY, KeyPurpose.RELEASE})
"""Purposes without which central cannot work. Deny keys are rare; releases are signed elsewhere."""

_ONE_KEY = (
    "Only one key signs the time (freshness): a door unit whose clock stopped waits for a second one."
    " Make it: `hallpass-provision keys create --purpose freshness`."
)


@dataclass(frozen=True, slots=True)
class Need:
    """What is to be signed."""

    purpose: KeyPurpose
    site: int | None = None
    """Where it must count; None: everywhere in the city."""
    kind: Kind | None = None
    """For credentials."""
    span: int = 0
    """Minutes from the first start to the last end in it."""
    until: int = 0
    """Minute until which it must verify."""
    besides: int | None = None
    """Number of a key that shall not sign it if another one can: a unit doubts what that one said."""

    def met_by(self, entry: KeyEntry, minute: int) -> bool:
        """Tell whether a key may sign this at that minute."""
        return (
            self.is_signed_by(entry, minute)
            and (entry.sites is None or self.site in entry.sites)
            and (self.kind is None or self.kind in entry.kinds)
            and self.span <= entry.longest_span
            and self.until <= entry.verify_until
        )

    def is_signed_by(self, entry: KeyEntry, minute: int) -> bool:
        """Tell whether a key has this purpose and signs at that minute."""
        return entry.purpose is self.purpose and entry.sign_from <= minute < entry.sign_until

    def __str__(self) -> str:
        kind = f" ({self.kind.name.lower()})" if self.kind else ""
        site = f" for site {self.site}" if self.site is not None else ""
        until = (
            f", verifying until {moment_of(self.until):%Y-%m-%d %H:%M} UTC" if self.until else ""
        )
        span = f", over {self.span} minutes" if self.span else ""
        return f"{self.purpose}{kind}{site}{until}{span}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that may sign now."""

    entry: KeyEntry
    signer: Signer

    @property
    def id(self) -> int:
        """Its number in the key set."""
        return self.entry.id

    @property
    def kid(self) -> str:
        """The same, as a document names it."""
        return str(self.entry.id)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The private keys at hand, and the signed key set that says what each may sign."""

    held: Mapping[int, HeldKey]
    keyset: KeySet
    _usable: Mapping[int, SigningKey] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Match files and key set.

        Raises:
            KeysError: a file is not the key of its number in the key set.

        """
        object.__setattr__(self, "_usable", {one.id: one for one in self._matched()})

    def _matched(self) -> Iterator[SigningKey]:
        for number, key in self.held.items():
            entry = self.keyset.keys[number].entry if number in self.keyset.keys else None
            if entry is None:
                continue  # made for a key set that is still to come
            if entry.purpose is not key.purpose or entry.public != key.signer.public.hex():
                raise KeysError(f"key {number} at hand is not key {number} of the key set.")
            yield SigningKey(entry, key.signer)

    def signer(self, need: Need, at: datetime) -> SigningKey:
        """Return the key to sign with: of those that may, the one that stops signing first.

        Doors have known that one the longest.

        Raises:
            NoKeyFor: none may.

        """
        minute = minute_of(at)
        fitting = (one for one in self._usable.values() if need.met_by(one.entry, minute))
        chosen = min(
            fitting,
            key=lambda one: (one.id == need.besides, one.entry.sign_until, one.id),
            default=None,
        )
        if chosen is None:
            raise NoKeyFor(
                f"no key at hand may sign {need}. Make one and sign a new key set with it:"
                " `hallpass-provision keys create`, then `hallpass-central keys import`."
            )
        return chosen

    def warnings(self, at: datetime, ahead: timedelta = WARN_BEFORE) -> tuple[str, ...]:
        """Return, in words, what will keep central from signing soon or already does."""
        found = [_warning(purpose, self._last_end(purpose), at, ahead) for purpose in NEEDED]
        found.append(self._second_key(at))
        return tuple(words for words in found if words)

    def _second_key(self, at: datetime) -> str | None:
        """Return what to do where only one key signs the time: a unit in doubt asks for a second."""
        need, minute = Need(KeyPurpose.FRESHNESS), minute_of(at)
        entries = (one.entry for one in self._usable.values())
        signing = [one for one in entries if need.is_signed_by(one, minute)]
        return _ONE_KEY if len(signing) == 1 else None

    def _last_end(self, purpose: KeyPurpose) -> datetime | None:
        entries = (one.entry for one in self._usable.values() if one.entry.purpose is purpose)
        last = max((entry.sign_until for entry in entries), default=None)
        return None if last is None else moment_of(last)


def _warning(
    purpose: KeyPurpose, ends: datetime | None, at: datetime, ahead: timedelta
) -> str | None:
    if ends is None:
        return f"There is no key for {purpose}."
    if ends <= at:
        return f"The last key for {purpose} stopped signing on {ends:%Y-%m-%d}."
    if ends <= at + ahead:
        return (
            f"The last key for {purpose} stops signing on {ends:%Y-%m-%d}: prepare its successor."
        )
    return None
