"""The tables of halls, spaces, sites and doors."""

from datetime import date

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.accounts.models import CityService
from central.database import Base, words_of
from central.halls.access_type import AccessType

LARGEST_SITE = 0xFFFF
"""A credential names its site in two bytes."""
MOST_NAMED_PASSES = 20
"""A site's list of changes has place for so many passes of a reservation."""
AREA_BITS = 32
"""A credential has one bit for each area of its site."""


class Site(Base):
    """A building or campus: one list of amendments, one time zone, up to 32 areas."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(240), default="")
    zone: Mapped[str] = mapped_column(String(60))
    """IANA name."""
    latitude: Mapped[float | None] = mapped_column(Double)
    """Degrees north (WGS 84), for the map."""
    longitude: Mapped[float | None] = mapped_column(Double)
    """Degrees east."""

    areas: Mapped[list["Area"]] = relationship(order_by="Area.bit", lazy="raise")
    doors: Mapped[list["Door"]] = relationship(order_by="Door.id", lazy="raise")

    __table_args__ = (CheckConstraint(f"id BETWEEN 1 AND {LARGEST_SITE}", "id_fits_credential"),)


class Area(Base):
    """A part of a site that passes may open: a street door, a corridor, a hall."""

    __tablename__ = "area"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    bit: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Its place in a credential's mask; never given to another area while a pass lives."""
    name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (CheckConstraint(f"bit BETWEEN 0 AND {AREA_BITS - 1}", "bit_fits_credential"),)


class Door(Base):
    """A physical opening, and the areas that one may enter through it."""

    __tablename__ = "door"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    areas: Mapped[int] = mapped_column(BigInteger)
    """Mask over the site's areas: a pass with one of these bits opens it."""


class Space(Base):
    """The leaf that can be occupied once at a time: hall A, hall B, kitchen, foyer."""

    __tablename__ = "space"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))


class Hall(Base):
    """What is offered for rent. Halls over the same space exclude each other by themselves."""

    __tablename__ = "hall"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("city_service.id"), index=True)
    """Whose hall it is; empty: of the city, so only staff for the whole city keep it."""
    name: Mapped[str] = mapped_column(String(120), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    capacity: Mapped[int]
    """Most people at once, standing."""
    seated: Mapped[int | None]
    """Most people on chairs; empty: as many as standing."""
    kind: Mapped[str] = mapped_column(String(40), default="polyvalent", server_default="polyvalent")
    """Code of the list of kinds (`facts.toml`)."""
    surface: Mapped[int | None]
    """Square metres."""
    house_rules: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    arriving: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """How things work in the hall."""
    leaving: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """How to leave the place."""
    cents_per_hour: Mapped[int | None]
    """Price; empty: free of charge."""
    setup_minutes: Mapped[int] = mapped_column(default=0)
    """Kept free before each use."""
    turnaround_minutes: Mapped[int] = mapped_column(default=30)
    """Kept free after each use, for cleaning."""
    early_minutes: Mapped[int] = mapped_column(default=0)
    """A pass opens this much earlier; inside the set-up time, so never in another renter's."""
    late_minutes: Mapped[int] = mapped_column(default=15)
    """A pass opens this much longer; inside the turn-around."""
    is_offered: Mapped[bool] = mapped_column(default=True)
    live_from: Mapped[date | None]
    """First local day of use that is booked here; before it the old way holds. Empty: always."""
    named_passes: Mapped[int] = mapped_column(SmallInteger, default=3, server_default=text("3"))
    """How many passes with a name a renter may give to others at a time."""
    may_hold_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether renters may let its doors stand open for their guests."""
    closes_on_holidays: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Closed on Belgian public holidays, unless a special day says otherwise."""
    grid_minutes: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Uses start and end on wall times that this divides, counted from midnight."""
    shortest_minutes: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Of one use."""
    longest_minutes: Mapped[int | None]
    """Of one use; empty: as long as any reservation may be."""
    notice_hours: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """A use is booked at least this long before it starts."""
    horizon_days: Mapped[int | None]
    """A use is booked at most this many days before it starts; empty: no limit."""
    parts: Mapped[dict[str, list[int]] | None] = mapped_column(JSON(none_as_null=True))
    """Own hours of parts of the day (`day_parts.py`), in minutes after midnight; else the usual."""

    site: Mapped[Site] = relationship(lazy="raise")
    service: Mapped[CityService | None] = relationship(lazy="raise")
    spaces: Mapped[list[Space]] = relationship(
        secondary="hall_space", order_by=Space.id, lazy="raise"
    )
    route: Mapped[list["RouteStep"]] = relationship(
        order_by="RouteStep.position", lazy="raise", cascade="all, delete-orphan"
    )
    openings: Mapped[list["Opening"]] = relationship(
        order_by="Opening.weekday, Opening.opens", lazy="raise", cascade="all, delete-orphan"
    )
    special_days: Mapped[list["SpecialDay"]] = relationship(
        order_by="SpecialDay.day, SpecialDay.opens", lazy="raise", cascade="all, delete-orphan"
    )
    features: Mapped[list["HallFeature"]] = relationship(
        order_by="HallFeature.code", lazy="raise", cascade="all, delete-orphan"
    )
    access: Mapped[list["HallAccess"]] = relationship(
        order_by="HallAccess.first", lazy="raise", cascade="all, delete-orphan"
    )
    photos: Mapped[list["HallPhoto"]] = relationship(
        order_by="HallPhoto.position, HallPhoto.id", lazy="raise", passive_deletes=True
    )

    __table_args__ = (
        CheckConstraint("capacity > 0", "capacity_is_some"),
        CheckConstraint("cents_per_hour >= 0", "price_is_not_negative"),
        CheckConstraint("0 <= early_minutes AND early_minutes <= setup_minutes", "early_fits"),
        CheckConstraint("0 <= late_minutes AND late_minutes <= turnaround_minutes", "late_fits"),
    )


class HallSpace(Base):
    """Which spaces a hall takes up."""

    __tablename__ = "hall_space"

    hall_id: Mapped[int] = mapped_column(
        ForeignKey("hall.id", ondelete="CASCADE"), primary_key=True
    )
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"), primary_key=True, index=True)


class RouteStep(Base):
    """One area on the way into a hall, in walking order; together what its pass opens."""

    __tablename__ = "route_step"

    hall_id: Mapped[int] = mapped_column(
        ForeignKey("hall.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    bit: Mapped[int] = mapped_column(SmallInteger)
    """Of the hall's site."""


class Opening(Base):
    """When a hall may be used on a weekday, in local wall time."""

    __tablename__ = "opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """0 is Monday."""
    opens: Mapped[int] = mapped_column(SmallInteger)
    """Minutes after local midnight."""
    closes: Mapped[int] = mapped_column(SmallInteger)
    """Minutes after the same midnight; 1560 is two o'clock in the night after."""

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", "weekday_exists"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 2880", "closes_after_opens"),
    )


class SpecialDay(Base):
    """A local day on which a hall has other hours than usual on that weekday, or none."""

    __tablename__ = "special_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id", ondelete="CASCADE"))
    day: Mapped[date]
    opens: Mapped[int | None] = mapped_column(SmallInteger)
    """Minutes after local midnight; empty: closed that day."""
    closes: Mapped[int | None] = mapped_column(SmallInteger)
    """Minutes after the same midnight."""

    __table_args__ = (
        UniqueConstraint("hall_id", "day", "opens"),
        CheckConstraint(
            "(opens IS NULL AND closes IS NULL)"
            " OR (0 <= opens AND opens < closes AND closes <= 2880)",
            "closes_after_opens",
        ),
    )


class HallFeature(Base):
    """Something that a hall has: a facility, or what makes it accessible."""

    __tablename__ = "hall_feature"

    hall_id: Mapped[int] = mapped_column(
        ForeignKey("hall.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    """Of the lists in `facts.toml`."""


class HallAccess(Base):
    """From which local day on a hall is entered in which way; the newest such day counts."""

    __tablename__ = "hall_access"

    hall_id: Mapped[int] = mapped_column(
        ForeignKey("hall.id", ondelete="CASCADE"), primary_key=True
    )
    first: Mapped[date] = mapped_column(primary_key=True)
    access: Mapped[AccessType] = mapped_column(words_of(AccessType))
    instructions: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """Where the key is, whom to call: what renters read beside the way in."""


class HallPhoto(Base):
    """A photo of a hall; the picture itself is a file that its hash names."""

    __tablename__ = "hall_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    """The first one stands on the results of a search."""
    hash: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 of what is stored, in hexadecimal."""
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    """Pixels, so that a page keeps the place free before the picture is there."""
    words: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """What is to be seen, by language, for who cannot see it; shown once it says so in Dutch."""

    __table_args__ = (UniqueConstraint("hall_id", "hash"),)

    @property
    def is_shown(self) -> bool:
        """Whether renters see it."""
        return bool(self.words.get("nl"))

    def said(self, language: str) -> str:
        """Return what is to be seen in a language, else in Dutch."""
        return self.words.get(language) or self.words.get("nl", "")
