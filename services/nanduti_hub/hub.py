"""The composition root: reads top to bottom, passes everything by hand, starts and stops all of it in order."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncIterator, Awaitable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import nats.errors
import structlog
import uvicorn
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from msgspec import Struct
from nats.aio.client import Client

from nanduti.directory import Institution, Platform
from nanduti_hub import status
from nanduti_hub.access.tokens import Door
from nanduti_hub.actions import http as actions_http
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.caller import WORKER
from nanduti_hub.directory import http as directory_http
from nanduti_hub.directory import seed
from nanduti_hub.directory.commands import Entity, Found
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS as DIRECTORY_DECIDERS
from nanduti_hub.directory.queries import entries
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, close_database, open_database, transaction
from nanduti_hub.ledger.execute import Decider, Ledger, execute, run
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.sequencer import sequence
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans import http as plans_http
from nanduti_hub.plans.project import PLANS
from nanduti_hub.problems import on_failure, on_http_exception, on_refused
from nanduti_hub.reception import receive
from nanduti_hub.refusal import Refused
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.comparison import Standing, compare
from nanduti_hub.relay.credentials import Keyring, open_keyring, seed_file
from nanduti_hub.relay.keeper import ensure_ledger, provision
from nanduti_hub.relay.publishing import COMPARE_EVERY, POLL, relay
from nanduti_hub.relay.streams import Member
from nanduti_hub.serving import Hub
from nanduti_hub.settings import Settings
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)

#: Every kind of stream and its decider.
DECIDERS: dict[str, Decider[Any, Any, Any]] = {
    "action": ACTIONS,
    "plan": PLANS,
    **{decider.kind: decider for decider in DIRECTORY_DECIDERS.values()},
}
#: Bytes of a request's body, where a route says nothing else.
MOST_BYTES = 1_000_000
#: What `serve` can run, each in a process of its own if wanted.
SERVICES = ("api", "sequencer", "relay")


#: Seconds to wait for the first comparison and the copies; and before copies that failed are made again.
BEGIN_WITHIN = 30.0
COPIES_AGAIN = 5.0


class Running(Struct, frozen=True):
    """A running hub: its ledger, the port on which the API listens (0 where it does not), and whether one of
    its services has ended, which none should.
    """

    ledger: Ledger
    port: int
    failed: asyncio.Event


def web_application(ledger: Ledger) -> Litestar:
    """The API over a ledger.

    Raises:
        ValueError: a route neither names its act nor says that it is open.

    """
    application = Litestar(
        route_handlers=[
            *status.ROUTES,
            *directory_http.ROUTES,
            *plans_http.ROUTES,
            *actions_http.ROUTES,
        ],
        exception_handlers={
            Refused: on_refused,
            HTTPException: on_http_exception,
            Exception: on_failure,
        },
        openapi_config=OpenAPIConfig(
            title="Ñandutí",
            version="0.1.0",
            description="Registro sincronizado de acciones de las tres plataformas.",
            openapi_router=Router("/v1/docs", route_handlers=[], include_in_schema=False, opt={"open": True}),
            # The pages that Litestar offers load from other hosts; the document alone does not.
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=Components(
                security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
            ),
            security=[{"token": []}],
        ),
        state=State({"hub": Hub(ledger, Door({}))}),
        guards=[receive],
        request_max_body_size=MOST_BYTES,
        logging_config=None,
        debug=False,
    )
    for route in application.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if not (handler.opt.get("open") or "act" in handler.opt or handler.http_methods == {"OPTIONS"}):
                raise ValueError(f"{route.path}: the route names no act")
    return application


async def connect(
    url: str, keyring: Keyring, user: str, client: Client | None = None, *, goes_on: bool = True
) -> Client:
    """A connection to the bus that never gives up, unless told; `client` is one that is not connected yet."""
    connection = client or Client()
    await connection.connect(
        url,
        nkeys_seed=str(seed_file(keyring, user)),
        name=f"nanduti-hub {user}",
        allow_reconnect=goes_on,
        max_reconnect_attempts=-1 if goes_on else 1,
        reconnect_time_wait=0.2,  # type: ignore[arg-type]  # nats-py says int and only waits so long
        connect_timeout=5,
        disconnected_cb=functools.partial(_told, "bus_lost", user),
        reconnected_cb=functools.partial(_told, "bus_back", user),
        error_cb=_passed_over,
    )
    return connection


async def _told(event: str, user: str) -> None:
    log.info(event, user=user)


async def _passed_over(_error: Exception) -> None:
    """Each attempt to connect again fails with the same; that the bus is lost has been told."""


async def members_of(database: Database) -> list[Member]:
    """Who has an account on the bus: every platform, and every institution on the hub."""
    async with transaction(database, WORKER) as connection:
        platforms = await entries(connection, Platform)
        institutions = await entries(connection, Institution)
    return members_among(platforms or seed.load().platforms, institutions or seed.load().institutions)


def members_among(platforms: Sequence[Platform], institutions: Sequence[Institution]) -> list[Member]:
    """The members among the entries of a directory."""
    found = [Member(platform.code, is_platform=True) for platform in platforms]
    return found + [Member(entry.code, is_platform=False) for entry in institutions if entry.on_hub]


async def found_directory(ledger: Ledger) -> None:
    """Enter what the starting directory has and this installation has never had."""
    start = seed.load()
    entities: list[Entity] = [*start.departments, *start.institutions, *start.platforms, *start.seats]
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
    settings: Settings, services: Sequence[str] = SERVICES, listener: socket.socket | None = None
) -> AsyncIterator[Running]:
    """Run services until the block ends. The block begins when commands are accepted, or are known to be held."""
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    keyring = open_keyring(settings.keys)
    gate = Gate()
    committed, numbered = asyncio.Event(), asyncio.Event()
    acknowledged = Acknowledged(settings.state / "acked")
    ledger = Ledger(database, gate, settings.source, committed.set)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(close_database, database)
        stack.callback(acknowledged.close)
        # The bus may be away at the start: the hub then stands by the last acknowledged number, and goes on trying.
        broker = Client()
        connecting = asyncio.ensure_future(connect(settings.nats_url, keyring, "relay", broker))
        stack.push_async_callback(broker.close)
        stack.push_async_callback(_cancelled, connecting)
        await asyncio.wait({connecting}, timeout=5)

        wants_copies, has_copies, failed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        tasks: list[Coroutine[Any, Any, None]] = []
        if "relay" in services:
            bus = Bus(settings.nats_url, keyring, database)
            make = functools.partial(make_ledger, bus)
            tasks.append(relay(database, broker, gate, acknowledged, numbered, make, wants_copies))
            tasks.append(keep_copies(bus, wants_copies, has_copies))
        else:
            has_copies.set()
            tasks.append(watch(database, broker, gate, acknowledged))
        if "sequencer" in services:
            tasks.append(sequence(database, gate, committed, numbered.set))
            tasks.append(forget_answers(database))
        for task in tasks:
            stack.push_async_callback(_cancelled, asyncio.ensure_future(_guarded(task, failed)))
        await _begun(gate, has_copies)
        port = 0
        if "api" in services:
            listener = listener or listen(settings.host, settings.port)
            port = listener.getsockname()[1]
            await stack.enter_async_context(_serving(web_application(ledger), listener))
        yield Running(ledger, port, failed)


class Bus(Struct, frozen=True):
    """What making streams needs: where the bus is, the hub's keys, and the directory that names the members."""

    url: str
    keyring: Keyring
    database: Database


async def make_ledger(bus: Bus) -> None:
    """Make LEDGER where it is gone."""
    keeper = await connect(bus.url, bus.keyring, "keeper")
    try:
        await ensure_ledger(keeper)
    finally:
        await keeper.close()


async def keep_copies(bus: Bus, wanted: asyncio.Event, made: asyncio.Event) -> None:
    """Make what hangs on LEDGER whenever that is wanted, for ever. A member that fails holds up nobody else."""

    async def connect_as(name: str) -> Client:
        # A member that the server does not know yet must fail, not wait.
        return await connect(bus.url, bus.keyring, name, goes_on=False)

    while True:
        await wanted.wait()
        wanted.clear()
        keeper = await connect(bus.url, bus.keyring, "keeper")
        try:
            await provision(keeper, connect_as, await members_of(bus.database))
            made.set()
        except (*DATABASE_AWAY, nats.errors.Error, RuntimeError) as error:
            log.error("copies_not_made", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
            made.set()
            await asyncio.sleep(COPIES_AGAIN)
            wanted.set()
        finally:
            await keeper.close()


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


async def forget_answers(database: Database) -> None:
    """Once an hour, forget the answers that no caller will ask for again."""
    while True:
        try:
            async with transaction(database, WORKER) as connection:
                await connection.execute(statement("nanduti_hub.ledger", "forget_answers"))
        except (asyncpg.PostgresError, *DATABASE_AWAY) as error:
            log.warning("answers_not_forgotten", error=type(error).__name__)
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
async def _serving(application: Litestar, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(
        uvicorn.Config(
            application,
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
