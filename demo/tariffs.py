"""Who may rent what, and for how much, in the demo's city: patterns of real municipal rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from central.accounts import grouping
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.rules import ExtraData, put_extra, put_price, put_priority
from central.booking.when import PUBLIC_HOLIDAY, Ahead, Hours

ACTOR = "system"
_WORKDAYS = frozenset(range(5))
_WEEKEND = frozenset({5, 6, PUBLIC_HOLIDAY})
_EVENING = Hours(frozenset({4}), 18 * 60, 26 * 60)
_MORNING, _NOON, _NIGHT = (Hours(begins=8 * 60, ends=12 * 60), Hours(begins=13 * 60, ends=18 * 60),
                           Hours(begins=19 * 60, ends=26 * 60))  # fmt: skip
_ALL_DAY = Hours(begins=8 * 60, ends=26 * 60)


@dataclass(frozen=True, slots=True)
class Owner:
    """A city service, its halls by the way they are let, and the city's target groups."""

    service: int
    halls: Mapping[str, Sequence[int]]
    groups: Mapping[str, int]

    def of(self, *codes: str) -> frozenset[int]:
        """Return some target groups."""
        return frozenset(self.groups[code] for code in codes)

    def let_as(self, *uses: str) -> frozenset[int]:
        """Return the halls that are let in some way."""
        return frozenset(hall for use in uses for hall in self.halls.get(use, ()))


Rules = Iterator[PriorityRule | PriceRule]


def write(
    session: Session, code: str, service: int, halls: Mapping[str, Sequence[int]], now: datetime
) -> None:
    """Write the rules of one city service."""
    groups = {one.code: one.id for one in grouping.groups(session)}
    owner = Owner(service, halls, groups)
    for place, rule in enumerate(TARIFFS[code](owner)):
        placed = replace(rule, position=place * 10)
        if isinstance(placed, PriorityRule):
            put_priority(session, service, placed, ACTOR, now)
        else:
            put_price(session, service, placed, ACTOR, now)


def extras(session: Session, service: int, kitchens: Sequence[int], now: datetime) -> None:
    """Offer what goes with the halls of a service, the kitchen where there is one."""
    offered = (
        ("kitchen", PriceUnit.USE, 2500, 21, None, 0,
         {"nl": "Gebruik van de keuken", "en": "Use of the kitchen", "fr": "Cuisine", "de": "Küche"}),
        ("chairs", PriceUnit.PIECE, 50, 21, 200, 3,
         {"nl": "Extra stoelen", "en": "Extra chairs", "fr": "Chaises", "de": "Stühle"}),
        ("coffee", PriceUnit.PERSON, 250, 6, None, 5,
         {"nl": "Koffie en thee", "en": "Coffee and tea", "fr": "Café et thé", "de": "Kaffee und Tee"}),
        ("cleaning", PriceUnit.USE, 9000, 21, 2, 5,
         {"nl": "Schoonmaak achteraf", "en": "Cleaning afterwards", "fr": "Nettoyage",
          "de": "Reinigung"}),
    )  # fmt: skip
    for place, (code, unit, cents, vat, stock, lead, names) in enumerate(offered):
        put_extra(
            session,
            ExtraData(
                code,
                unit,
                cents,
                names,
                service_id=service,
                halls=tuple(kitchens) if code == "kitchen" else (),
                vat_percent=vat,
                stock=stock,
                lead_working_days=lead,
                position=place,
            ),
            ACTOR,
            now,
        )


def _names(nl: str, en: str) -> dict[str, str]:
    return {"nl": nl, "en": en}


def _discount(owner: Owner, percent: int, nl: str, en: str, *groups: str) -> PriceRule:
    return PriceRule(
        0,
        PriceUnit.PERCENT,
        percent,
        LineKind.DISCOUNT,
        groups=owner.of(*groups),
        names=_names(nl, en),
    )


def _deposit(halls: frozenset[int], cents: int, *activities: str) -> PriceRule:
    return PriceRule(
        0,
        PriceUnit.USE,
        cents,
        LineKind.DEPOSIT,
        halls=halls,
        activities=frozenset(activities),
        names=_names("Waarborg", "Deposit"),
    )


def _from(months: int, halls: frozenset[int], groups: frozenset[int]) -> PriorityRule:
    return PriorityRule(0, Effect.ALLOW, halls=halls, groups=groups, opens=Ahead(months=months))


def _never(halls: frozenset[int], *groups: int) -> PriorityRule:
    return PriorityRule(0, Effect.DENY, halls=halls, groups=frozenset(groups))


def _parts(halls: frozenset[int], cents: Sequence[int], *groups: int) -> Rules:
    named = (("Voormiddag", "Morning"), ("Namiddag", "Afternoon"), ("Avond", "Evening"),
             ("Hele dag", "All day"))  # fmt: skip
    for hours, price, (nl, en) in zip(
        (_MORNING, _NOON, _NIGHT, _ALL_DAY), cents, named, strict=True
    ):
        rule = PriceRule(0, PriceUnit.PART, price, halls=halls, groups=frozenset(groups))
        yield replace(rule, hours=hours, names=_names(nl, en))


def culture(owner: Owner) -> Rules:
    """Parts of the day; associations first; a council chamber that is not for everybody."""
    stage, civic = owner.let_as("stage"), owner.let_as("civic")
    first = owner.of("city", "youth", "recognised")
    yield _from(24, civic, first)
    yield _never(civic)
    yield PriorityRule(0, Effect.DENY, halls=stage, activities=frozenset({"party"}))
    yield _from(18, stage, first)
    yield PriorityRule(0, Effect.APPROVE, halls=stage, opens=Ahead(months=9))
    yield _never(stage)
    yield from _parts(stage, (18_000, 24_000, 36_000, 65_000), *owner.of("others"))
    yield from _parts(stage, (9_000, 12_000, 18_000, 32_000))
    yield PriceRule(
        0,
        PriceUnit.USE,
        15_000,
        halls=owner.let_as("reception"),
        activities=frozenset({"reception", "party"}),
        names=_names("Receptie of feest", "Reception or party"),
    )
    yield _discount(owner, 60, "Jeugd en scholen", "Youth and schools", "youth")
    yield _discount(owner, 40, "Erkende vereniging", "Recognised association", "recognised")
    yield _discount(owner, 100, "Stadsdienst", "City service", "city")
    yield _deposit(stage, 25_000)
    yield _deposit(owner.let_as("reception"), 15_000, "party")


def sport(owner: Owner) -> Rules:
    """Half hours; clubs first; tournaments by approval."""
    floors = owner.let_as("training", "pitch")
    yield PriorityRule(0, Effect.DENY, activities=frozenset({"party"}), halls=floors)
    yield PriorityRule(0, Effect.APPROVE, halls=owner.let_as("tournament"))
    yield _from(12, floors, owner.of("city", "youth", "recognised"))
    yield _from(3, floors, owner.of("associations", "citizens"))
    yield _from(1, floors, owner.of("others"))
    yield _never(floors)
    for groups, cents in (
        (("city",), 0),
        (("youth",), 300),
        (("recognised",), 500),
        (("associations", "citizens"), 900),
        ((), 1500),
    ):
        yield PriceRule(
            0,
            PriceUnit.HALF_HOUR,
            cents,
            halls=floors,
            groups=owner.of(*groups),
            names=_names("Per half uur", "Per half hour"),
        )
    yield _discount(
        owner, 40, "Erkende vereniging", "Recognised association", "recognised", "youth"
    )
    yield _deposit(owner.let_as("tournament"), 50_000)


def youth(owner: Owner) -> Rules:
    """Youth twelve months ahead, others three; parties by approval with a deposit."""
    party = owner.let_as("party", "youth")
    yield PriorityRule(
        0, Effect.APPROVE, activities=frozenset({"party"}), halls=party, opens=Ahead(months=12)
    )
    yield _from(12, frozenset(), owner.of("city", "youth"))
    yield _from(6, frozenset(), owner.of("recognised", "associations"))
    yield _from(3, frozenset(), owner.of("citizens"))
    yield _never(frozenset())
    yield PriceRule(
        0,
        PriceUnit.USE,
        45_000,
        halls=party,
        activities=frozenset({"party"}),
        names=_names("Fuif", "Party night"),
    )
    yield _discount(owner, 75, "Jeugd en scholen", "Youth and schools", "youth")
    yield _discount(owner, 25, "Erkende vereniging", "Recognised association", "recognised")
    yield _deposit(party, 40_000, "party")


def neighbourhood(owner: Owner) -> Rules:
    """Friday evening for private persons by approval; with or without kitchen; a second day for less."""
    rooms = owner.let_as("party", "neighbours")
    yield PriorityRule(
        0, Effect.APPROVE, halls=rooms, groups=owner.of("citizens", "others"), hours=_EVENING
    )
    yield _from(12, rooms, owner.of("city", "youth", "recognised"))
    yield _from(6, rooms, owner.of("associations", "citizens"))
    yield _from(3, rooms, owner.of("others"))
    yield _never(rooms)
    weekend = PriceRule(
        0,
        PriceUnit.DAY,
        22_000,
        halls=owner.let_as("party"),
        with_extras=frozenset({"kitchen"}),
        hours=Hours(_WEEKEND, 0, 26 * 60),
        names=_names("Weekenddag met keuken", "Day of a weekend with the kitchen"),
    )
    yield weekend
    yield replace(weekend, cents=16_000, with_extras=frozenset(),
                  names=_names("Weekenddag", "Day of a weekend"))  # fmt: skip
    yield PriceRule(
        0,
        PriceUnit.PERCENT,
        30,
        LineKind.DISCOUNT,
        from_day=2,
        names=_names("Vanaf de tweede dag", "From the second day"),
    )
    yield _discount(
        owner, 50, "Erkende vereniging", "Recognised association", "recognised", "youth"
    )
    yield _discount(owner, 100, "Stadsdienst", "City service", "city")
    yield _deposit(owner.let_as("party"), 20_000)


def school(owner: Owner) -> Rules:
    """Associations and residents only, outside school hours."""
    yield _never(frozenset(), owner.groups["others"])
    yield PriorityRule(
        0, Effect.DENY, groups=owner.of("citizens"), hours=Hours(_WORKDAYS, 0, 18 * 60)
    )
    yield PriorityRule(0, Effect.APPROVE, activities=frozenset({"party"}))
    yield _discount(
        owner, 50, "Erkende vereniging", "Recognised association", "recognised", "youth"
    )
    yield _deposit(frozenset(), 10_000, "party")


def library(owner: Owner) -> Rules:
    """Free for recognised associations; no parties."""
    yield PriorityRule(0, Effect.DENY, activities=frozenset({"party", "reception"}))
    yield _from(6, frozenset(), owner.of("city", "youth", "recognised", "associations"))
    yield _from(2, frozenset(), owner.of("citizens", "others"))
    yield _never(frozenset())
    yield _discount(
        owner, 100, "Gratis voor erkende verenigingen", "Free for recognised associations",
        "recognised", "youth", "city",
    )  # fmt: skip


TARIFFS: Mapping[str, Callable[[Owner], Rules]] = {
    "culture": culture,
    "sport": sport,
    "youth": youth,
    "neighbourhood": neighbourhood,
    "school": school,
    "library": library,
}
