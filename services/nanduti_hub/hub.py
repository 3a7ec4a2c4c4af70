"""The composition root: reads top to bottom, passes everything by hand, starts and stops all of it in order."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import asyncpg
import structlog
import uvicorn
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from msgspec import Struct
from nats.aio.client import Client

from nanduti_hub import status
from nanduti_hub.access.door import COOKIE, Door, new_door
from nanduti_hub.access.oidc import close_provider, open_provider
from nanduti_hub.access.sealing import open_sealing
from nanduti_hub.accounts import people_http, provider_http, session_http, token_http
from nanduti_hub.actions import differences_http, facets_http, indicators_http, simore_http
from nanduti_hub.actions import export_http as actions_export_http
from nanduti_hub.actions import http as actions_http
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.audit import http as audit_http
from nanduti_hub.caller import WORKER
from nanduti_hub.dashboard import http as dashboard_http
from nanduti_hub.dashboard.problem_pages import HANDLERS
from nanduti_hub.directory import http as directory_http
from nanduti_hub.directory import recipients_http, seed
from nanduti_hub.directory.commands import Entity, Found
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS as DIRECTORY_DECIDERS
from nanduti_hub.directory.project import RECIPIENTS
from nanduti_hub.handoffs import (
    answers_http,
    cases_http,
    count_http,
    dossier_http,
    groups_http,
    handoffs_http,
    lists_http,
    paper_http,
    procedure_http,
    tracks_http,
)
from nanduti_hub.handoffs import export_http as cases_export_http
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.handoffs.project import CASES, GROUPS, NOTICES, TRACKS
from nanduti_hub.headers import add_headers
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, close_database, open_database, transaction
from nanduti_hub.ledger.execute import Folding, Ledger, execute, run
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.sequencer import sequence
from nanduti_hub.ledger.statements import statement
from nanduti_hub.limits import Rates, limits, rates_for
from nanduti_hub.methods import with_options
from nanduti_hub.offload import kept_ready
from nanduti_hub.openapi import Document
from nanduti_hub.patience import Patience, PatientProtocol
from nanduti_hub.plans import changes_http, import_http
from nanduti_hub.plans import http as plans_http
from nanduti_hub.plans.background import end_all
from nanduti_hub.plans.outgoing import http as outgoing_http
from nanduti_hub.plans.project import PLANS
from nanduti_hub.reception import receive
from nanduti_hub.recording import recording
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.admission import OwnServer, Roll
from nanduti_hub.relay.comparison import Standing, compare
from nanduti_hub.relay.connection import Address, close, connect
from nanduti_hub.relay.credentials import open_keyring, seed_file
from nanduti_hub.relay.membership import Bus, keep_copies, make_ledger
from nanduti_hub.relay.publishing import COMPARE_EVERY, POLL, relay
from nanduti_hub.saved import calendar_http
from nanduti_hub.saved import http as saved_http
from nanduti_hub.sentinel.chores import chores
from nanduti_hub.sentinel.heartbeat import keep_beating
from nanduti_hub.sentinel.watch import keep_watch
from nanduti_hub.serving import Hub
from nanduti_hub.settings import Settings
from nanduti_hub.statistics import flow_http
from nanduti_hub.statistics import http as statistics_http
from nanduti_hub.statistics.freezing import FLOW
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)

#: Every kind of stream, and what its events make of it.
DECIDERS: dict[str, Folding[Any, Any]] = {
    "action": ACTIONS,
    "plan": PLANS,
    **{decider.kind: decider for decider in DIRECTORY_DECIDERS.values()},
    RECIPIENTS.kind: RECIPIENTS,
    **{folding.kind: folding for folding in (CASES, TRACKS, GROUPS, NOTICES)},
    FLOW.kind: FLOW,
}
#: Bytes of a request's body, where a route says nothing else.
MOST_BYTES = 1_000_000
#: What `serve` can run, each in a process of its own if wanted.
SERVICES = ("api", "sequencer", "relay", "sentinel")


#: What a spare process for workbooks has imported before it is needed.
OFFLOADED = ("nanduti_hub.plans.offloaded",)
#: Seconds to wait for the first comparison and the copies.
BEGIN_WITHIN = 30.0


class Running(Struct, frozen=True):
    """A running hub: its ledger, the port on which the API listens (0 where it does not), and whether one of
    its services has ended, which none should.
    """

    ledger: Ledger
    port: int
    failed: asyncio.Event


def web_application(ledger: Ledger, rates: Rates | None = None, door: Door | None = None) -> Litestar:
    """The API over a ledger; `rates` are how often one may ask, where not as usual, `door` one with keys that last.

    Raises:
        ValueError: a route neither names its act nor says that it is open.

    """
    application = Litestar(
        route_handlers=with_options(
            *status.ROUTES,
            *session_http.ROUTES,
            *provider_http.ROUTES,
            *people_http.ROUTES,
            *token_http.ROUTES,
            *directory_http.ROUTES,
            *recipients_http.ROUTES,
            *procedure_http.ROUTES,
            *lists_http.ROUTES,
            *cases_export_http.ROUTES,
            *cases_http.ROUTES,
            *tracks_http.ROUTES,
            *handoffs_http.ROUTES,
            *answers_http.ROUTES,
            *dossier_http.ROUTES,
            *paper_http.ROUTES,
            *groups_http.ROUTES,
            *plans_http.ROUTES,
            *changes_http.ROUTES,
            *import_http.ROUTES,
            *outgoing_http.ROUTES,
            *actions_export_http.ROUTES,
            *simore_http.ROUTES,
            *facets_http.ROUTES,
            *differences_http.ROUTES,
            *actions_http.ROUTES,
            *indicators_http.ROUTES,
            *statistics_http.ROUTES,
            *count_http.ROUTES,
            *flow_http.ROUTES,
            *audit_http.ROUTES,
            *saved_http.ROUTES,
            *calendar_http.ROUTES,
            *dashboard_http.ROUTES,
        ),
        exception_handlers=HANDLERS,
        openapi_config=OpenAPIConfig(
            title="Ñandutí",
            version=version("nanduti-hub"),
            description="Registro sincronizado de acciones de las tres plataformas.",
            openapi_router=Router(
                "/v1/docs", route_handlers=[], include_in_schema=False, opt={"open": True, "free": True}
            ),
            # The pages that Litestar offers load from other hosts; the document alone does not.
            render_plugins=[Document(path="/openapi.json")],
            components=Components(
                security_schemes={
                    "token": SecurityScheme(type="http", scheme="bearer"),
                    "session": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
                },
            ),
            security=[{"token": []}, {"session": []}],
        ),
        state=State({"hub": Hub(ledger, door or new_door(), limits(rates))}),
        guards=[receive],
        middleware=[recording],
        before_send=[add_headers],
        request_max_body_size=MOST_BYTES,
        logging_config=None,
        debug=False,
    )
    for route in application.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if not (handler.opt.get("open") or "act" in handler.opt or handler.http_methods == {"OPTIONS"}):
                raise ValueError(f"{route.path}: the route names no act")
    return application


async def found_directory(ledger: Ledger) -> None:
    """Enter what the starting directory has and this installation has never had."""
    start = seed.load()
    entities: list[Entity] = [
        *start.departments,
        *start.institutions,
        *start.platforms,
        *start.seats,
        starting(),
    ]
    by_stream = {f"{DIRECTORY_DECIDERS[type(entity)].kind}:{id_of(entity)}": entity for entity in entities}

    async def work(connection: Any) -> None:
        for stream, stored in (await read_streams(connection, list(by_stream))).items():
            if stored.version == 0:
                entity = by_stream[stream]
                decider = DIRECTORY_DECIDERS[type(entity)]
                await execute(connection, ledger, decider, id_of(entity), Found(entity))

    await run(ledger, WORKER, work)


@asynccontextmanager
async def running(
    settings: Settings,
    services: Sequence[str] = SERVICES,
    listener: socket.socket | None = None,
    server: OwnServer | None = None,
    settled: Callable[[Roll], None] = lambda _roll: None,
) -> AsyncIterator[Running]:
    """Run services until the block ends. The block begins when commands are accepted, or are known to be held.

    `server` is the bus's, where its configuration is ours to write; `settled` is told whom it has taken.
    """
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    keyring, address = open_keyring(settings.keys), Address(settings.nats_url, settings.nats_ca)
    gate = Gate()
    committed, numbered = asyncio.Event(), asyncio.Event()
    acknowledged = Acknowledged(settings.state / "acked")
    ledger = Ledger(database, gate, settings.source, committed.set)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(close_database, database)
        stack.callback(acknowledged.close)
        # The bus may be away at the start: the hub then stands by the last acknowledged number, and goes on trying.
        broker = Client()
        connecting = asyncio.ensure_future(connect(address, seed_file(keyring, "relay"), "relay", broker))
        stack.push_async_callback(close, broker)
        stack.push_async_callback(_cancelled, connecting)
        await asyncio.wait({connecting}, timeout=5)

        wants_copies, has_copies, failed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        tasks: list[Coroutine[Any, Any, None]] = []
        if "relay" in services:
            bus = Bus(address, keyring, database, server, settled)
            make = functools.partial(make_ledger, bus)
            tasks.append(relay(database, broker, gate, acknowledged, numbered, make, wants_copies))
            tasks.append(keep_copies(bus, wants_copies, has_copies))
        else:
            has_copies.set()
            tasks.append(watch(database, broker, gate, acknowledged))
        if "sequencer" in services:
            tasks.append(sequence(database, gate, committed, numbered.set))
            tasks.append(clear_away(database))
        if "api" in services:
            tasks.append(keep_beating(ledger))
        if "sentinel" in services:
            tasks.append(keep_watch(ledger, chores=chores()))
        for task in tasks:
            stack.push_async_callback(_cancelled, asyncio.ensure_future(_guarded(task, failed)))
        await _begun(gate, has_copies)
        port = 0
        if "api" in services:
            listener = listener or listen(settings.host, settings.port)
            port = listener.getsockname()[1]
            rates = rates_for(settings.requests_per_second)
            door = await _door(stack, settings, port)
            application = web_application(ledger, rates, door)
            await stack.enter_async_context(kept_ready(*OFFLOADED))
            stack.push_async_callback(end_all, application.state.hub.reading)
            await stack.enter_async_context(listening(application, listener, settings))
        yield Running(ledger, port, failed)


async def _door(stack: contextlib.AsyncExitStack, settings: Settings, port: int) -> Door:
    """The door, with the identity provider where one is configured."""
    provider = open_provider(settings.oidc) if settings.oidc is not None else None
    if provider is not None:
        stack.push_async_callback(close_provider, provider)
    return new_door(open_sealing(settings.keys), provider, settings.url or settings.listening_at(port))


async def watch(database: Database, broker: Client, gate: Gate, acknowledged: Acknowledged) -> None:
    """Keep the gate of a process that does not run the relay: compare as often as the relay does."""
    while True:
        pause = POLL
        try:
            found = await compare(database, broker, gate, acknowledged)
            if found.standing in (Standing.LEVEL, Standing.BEHIND):
                pause = COMPARE_EVERY
        except Exception as error:  # noqa: BLE001  # whatever it is, we ask again
            log.warning("comparison_failed", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await gate.doubted.wait()
        # A doubt that stays is looked at again, but not at once.
        await asyncio.sleep(POLL if gate.doubted.is_set() else 0)


async def clear_away(database: Database) -> None:
    """Once an hour, forget the answers that no caller will ask for again, and sessions and links that ended long ago."""
    while True:
        try:
            async with transaction(database, WORKER) as connection:
                await connection.execute(statement("nanduti_hub.ledger", "forget_answers"))
                await connection.execute(statement("nanduti_hub.access", "clear_sessions"))
                await connection.execute(statement("nanduti_hub.access", "clear_invitations"))
        except (asyncpg.PostgresError, *DATABASE_AWAY) as error:
            log.warning("ended_not_cleared", error=type(error).__name__)
        await asyncio.sleep(3_600)


async def _begun(gate: Gate, has_copies: asyncio.Event) -> None:
    """Wait until the ledger has been compared and the copies are made; a hub that is held still serves reads."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BEGIN_WITHIN):
            await gate.judged.wait()
            if gate.is_open:
                await has_copies.wait()
    if not gate.is_open:
        log.error("ledger_held", reason=gate.reason)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    # The protocol is named because asyncio takes Nagle's delay off only where it is: without, an answer's body
    # waits 40 ms for the acknowledgement of its head.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: the composition root has the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def listening(
    application: Litestar, listener: socket.socket, settings: Settings, patience: Patience | None = None
) -> AsyncIterator[None]:
    """Answer what comes in at a socket until the block ends."""
    server = _Server(
        uvicorn.Config(
            application,
            http=functools.partial(PatientProtocol, patience or Patience()),  # type: ignore[arg-type]  # it is called
            ws="none",
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=settings.proxies or None,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        await serving


async def _guarded(task: Awaitable[None], failed: asyncio.Event) -> None:
    """A task that is to run for ever: its end is told, loudly, and ends the hub."""
    try:
        await task
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        log.critical("service_ended", error=type(error).__name__, at=where(error))
        failed.set()
        raise


async def _cancelled(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
