"""Put central together: settings, database, routes, background work. Nothing else builds things."""

import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from central import reactions
from central.accounts import routes as accounts
from central.accounts.continuing import Continuing
from central.accounts.identities import IdentityProvider
from central.accounts.jobs import Forgetting
from central.accounts.links import Links
from central.accounts.logging_in import LogIns
from central.accounts.mailer import Mailbox, Mailer, PostOffice
from central.accounts.sealing import Sealer
from central.accounts.second_factor import SecondFactor
from central.accounts.throttle import Throttle
from central.booking import approval_routes
from central.booking import photo_routes as photos_on_offer
from central.booking import routes as bookings
from central.booking import rule_routes as booking_rules
from central.booking import search_routes as halls_on_offer
from central.booking.jobs import Housekeeping
from central.clock import Clock, utc_now
from central.credentials import routes as credentials
from central.credentials.jobs import NamesForgetting
from central.database import Database
from central.documents.authority import Authority, open_authority
from central.feedback import answer_routes
from central.feedback import routes as defect_routes
from central.feedback.jobs import Cleaning
from central.fleet import routes as fleet
from central.fleet.channel import NoChannel
from central.fleet.configuring import CityWide
from central.fleet.gate import Gate
from central.fleet.publisher import Publisher
from central.fleet.receiving import Receiver
from central.fleet.service_loop import ServiceLoop
from central.halls import photo_routes as hall_photos
from central.halls import routes as halls
from central.halls.jobs import PhotoTidying
from central.halls.photos import store_in
from central.integrations.mqtt import Address, MqttChannel
from central.integrations.smtp import USUAL_PORT, Security, SmtpMailer, SmtpServer
from central.notifications.jobs import Telling
from central.notifications.office import MessageOffice
from central.operations import health
from central.operations import routes as operations
from central.outbox.worker import Worker
from central.payments.cashier import Cashier
from central.payments.reconciling import Reconciling
from central.payments.simulated_bank import SimulatedBank
from central.payments.till import Till
from central.photos import PhotoStore
from central.settings import Settings
from central.web import (
    account,
    account_email,
    account_log_in,
    account_organisations,
    account_providers,
    approvals,
    booking,
    calls,
    catalogue,
    choosing,
    defects,
    defects_desk,
    demo,
    desk,
    entries,
    feedback,
    feedback_desk,
    hall_admin,
    hall_admin_photos,
    hall_page,
    mailbox,
    moving,
    order_passes,
    orders,
    pass_guests,
    pass_papers,
    passes,
    payments,
    payments_bank,
    payments_desk,
    payments_receipt,
    problems,
    staff,
    staff_account,
    staff_audit,
    staff_callers,
    staff_groups,
    staff_kinds,
    staff_log_in,
    staff_one,
    staff_organisations,
    staff_password,
    staff_services,
)
from central.web.guard import AccessLog, Limited, OwnOrigin, Protected, Unbroken
from central.web.message_facts import MessageLinks
from central.web.messages import MessageWriter
from central.web.messages_staff import StaffLetters
from central.web.pages import Pages, Static
from central.web.payment_mails import PaymentMails
from contracts.door_config import Policy

Task = Callable[[threading.Event], None]
"""Background work: runs in a thread of its own until the event is set."""

ROUTERS = (
    health.router,
    operations.router,
    accounts.router,
    halls.router,
    hall_photos.router,
    bookings.router,
    booking_rules.router,
    approval_routes.router,
    halls_on_offer.router,
    photos_on_offer.router,
    credentials.router,
    fleet.router,
    defect_routes.router,
    answer_routes.router,
    catalogue.router,
    hall_page.router,
    booking.router,
    choosing.router,
    moving.router,
    orders.router,
    payments.router,
    payments_receipt.router,
    payments_desk.router,
    order_passes.router,
    approvals.router,
    calls.router,
    passes.worker_router,
    pass_papers.router,
    passes.router,
    pass_guests.router,
    defects.router,
    defects_desk.router,
    feedback.router,
    feedback_desk.router,
    hall_admin.router,
    hall_admin_photos.router,
    desk.router,
    entries.router,
    account_log_in.router,
    account_email.router,
    account_providers.router,
    account_organisations.router,
    account.router,
    staff_log_in.router,
    staff_password.router,
    staff_account.router,
    staff_services.router,
    staff_callers.router,
    staff_organisations.router,
    staff_groups.router,
    staff_kinds.router,
    staff_audit.router,
    staff.router,
    staff_one.router,
)
DEMO_ROUTERS = (demo.router, mailbox.router, payments_bank.router)
"""Simulated parts; outside the demo they do not exist."""
PUBLIC_MOUNTS = {"/static": "style sheets and pictures, the same for everybody"}
"""What is served without a route; a test allows nothing else."""
TAKE_PHOTOS = (
    "/hall-sheets/", "/uses/", "/api/v1/reports/", "/desk/hall-photos/", "/api/v1/hall-photos/",
)  # fmt: skip
"""Paths that take photos, and so larger requests than others; all need a signed link or staff."""

DESCRIPTION = """
Book a city hall, receive a pass, open its door.

Programs send `Authorization: Bearer ...` with a token that somebody of staff made for them. Renters
hold a signed link, which stands in the path. A refusal is `application/problem+json` (RFC 9457)
with a `code` that does not change. Moments are UTC or carry their offset; money is in cents.
"""
log = logging.getLogger(__name__)
_PATIENCE = 10  # seconds to wait for background work at the end


class Background:
    """The work that goes on without a request: in the web's process, or in one of its own."""

    def __init__(  # noqa: PLR0913 - everything that works in the background
        self,
        database: Database,
        authority: Authority,
        clock: Clock,
        mailer: Mailer,
        broker: Address | None = None,
        data: Path | None = None,
        *,
        messages: MessageOffice,
        city: CityWide,
        till: Till | None = None,
    ) -> None:
        """Prepare the work; without a broker nothing reaches units, and the rest goes on.

        `data`: the city's folder, of which files that nobody needs are dropped.
        """
        post_office = PostOffice(database, mailer)
        channel = MqttChannel(broker, clock) if broker else None
        publisher = Publisher(database, authority, channel or NoChannel(), clock, city)
        receiver = Receiver(database, authority)
        table = reactions.reactions(authority, publisher, post_office, messages, till)
        self.outbox = Worker(database, table, clock)
        self.fleet = ServiceLoop(database, receiver, publisher, clock)
        self._tasks: Sequence[Task] = (
            self.outbox.run,
            self.fleet.run,
            Housekeeping(database, clock).run,
            Forgetting(database, clock).run,
            Telling(database, clock).run,
            *([Reconciling(database, till.cashier, clock).run] if till else []),
            NamesForgetting(database, clock).run,
            *([Cleaning(database, PhotoStore(data), clock).run] if data else []),
            *([PhotoTidying(database, store_in(data), clock).run] if data else []),
            *([partial(channel.run, self.fleet)] if channel else []),
        )
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start each task in a thread of its own."""
        self._threads = [
            threading.Thread(target=task, args=(self._stop,), daemon=True) for task in self._tasks
        ]
        for thread in self._threads:
            thread.start()
        log.info("background work started")

    def stop(self) -> None:
        """Let each task finish what it does, and wait for that."""
        self._stop.set()
        self.outbox.wake()
        for thread in self._threads:
            thread.join(_PATIENCE)


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the web application; with `settings.worker` it also does the background work."""
    database = Database(settings.database)
    authority = authority_of(settings)
    till = till_of(settings, database, clock)
    background = Background(
        database,
        authority,
        clock,
        mailer_of(settings),
        broker_of(settings),
        settings.data,
        messages=messages_of(settings, database),
        city=city_wide_of(settings),
        till=till,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if settings.worker:
            background.start()
        yield
        background.stop()
        database.close()

    app = FastAPI(
        title="Hallpass",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.state.background = background
    app.state.authority = authority
    app.state.units = Gate(database)
    app.state.links = Links(settings.secrets)
    app.state.cashier = till.cashier
    _accounts(app, settings)
    app.state.pages = Pages(settings)
    for router in (*ROUTERS, *(DEMO_ROUTERS if settings.demo else ())):
        app.include_router(router)
    app.mount("/static", Static(directory=Pages.static_folder()))
    problems.install(app)
    _guard(app, settings)
    return app


def _accounts(app: FastAPI, settings: Settings) -> None:
    sealer, throttle = Sealer(settings.secrets), Throttle(settings.secrets[-1])
    app.state.throttle = throttle
    app.state.sealer = sealer
    app.state.continuing = Continuing(settings.secrets)
    app.state.log_ins = LogIns(sealer, throttle)
    app.state.second_factor = SecondFactor(sealer, throttle, settings.city)
    app.state.identity_providers = {one.name: one for one in identity_providers(settings)}


def identity_providers(_settings: Settings) -> Sequence[IdentityProvider]:
    """Return who else than the e-mail link vouches for renters; their buttons stand on the log-in page."""
    return ()


def mailer_of(settings: Settings) -> Mailer:
    """Return what sends mail: the city's mail server, or in the demo the mailbox page."""
    if settings.demo and not settings.smtp_host:
        return Mailbox()
    is_local = not settings.smtp_host
    security = Security.NONE if is_local else Security(settings.smtp_security)
    server = SmtpServer(
        host=settings.smtp_host or "localhost",
        port=settings.smtp_port or USUAL_PORT[security],
        security=security,
        sender=settings.mail_sender,
        sender_name=settings.city,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
    )
    return SmtpMailer(server)


def city_wide_of(settings: Settings) -> CityWide:
    """Return what every door is told of the city."""
    policy = Policy(
        staff_without_clock=settings.staff_without_clock, grace_minutes=settings.grace_minutes
    )
    return CityWide(settings.duty_phone, policy)


def messages_of(settings: Settings, database: Database) -> MessageOffice:
    """Return what sends messages to renters; a gateway to mobile phones would be given here."""
    links = MessageLinks(Links(settings.secrets), settings.base_url)
    pages = Pages(settings)
    writer, letters = MessageWriter(pages, links, settings), StaffLetters(pages, settings)
    return MessageOffice(database, writer, letters, settings.pass_days)


def till_of(settings: Settings, database: Database, clock: Clock) -> Till:
    """Return what takes money and gives it back; another payment provider would be given here."""
    providers = [SimulatedBank(settings)] if settings.demo else []
    cashier = Cashier(database, providers, clock, settings.base_url)
    return Till(cashier, PaymentMails(settings, Links(settings.secrets), Pages(settings)))


def authority_of(settings: Settings) -> Authority:
    """Return what signs for the city; its keys are read when they are first needed."""
    return open_authority(settings.key_folder, settings.keys_passphrase, settings.root_file)


def broker_of(settings: Settings) -> Address | None:
    """Return where the broker is; None when the city has none."""
    if settings.broker_identity is None:
        return None
    return Address(settings.broker_host, settings.broker_port, settings.broker_identity)


def _guard(app: FastAPI, settings: Settings) -> None:
    # The last one added is the first one met.
    app.add_middleware(OwnOrigin, base_url=settings.base_url)
    larger = dict.fromkeys(TAKE_PHOTOS, settings.largest_upload)
    app.add_middleware(
        Limited, largest=settings.largest_request, larger=larger, answer=problems.too_large
    )
    app.add_middleware(Unbroken, answer=problems.unforeseen)
    app.add_middleware(AccessLog)
    app.add_middleware(Protected, is_https=settings.is_https)
