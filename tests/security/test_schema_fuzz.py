"""What the OpenAPI document says, the hub does: schemathesis tries to show the contrary, as three roles.

All its checks are on (`schemathesis.toml` says which answers are right for us, and why); it follows the document's
links, so that what is made is used and changed. Bounded here and with a fixed seed; `make fuzz` tries for longer,
with a seed that it prints. The hub is one of its own: what is sent leaves nothing as it was.
"""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from case_api import Officer
from databases import Database
from hub_api import PLAN, Api
from hub_fixtures import directory
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import Struct
from openapi_spec_validator import validate
from small_workbook import ROWS, workbook

from nanduti_hub.access.policy import TABLE
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.directory.commands import Found
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS
from nanduti_hub.handoffs.examples import CASE
from nanduti_hub.hub import listen, listening, web_application
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.sequencer import sequence
from nanduti_hub.limits import Rate, Rates
from nanduti_hub.openapi import complete, documented
from nanduti_hub.settings import Settings

HERE = Path(__file__).parent
#: Cases that are made up for each operation; beside them, the examples and edges that the document implies.
EXAMPLES = int(os.environ.get("NANDUTI_FUZZ_EXAMPLES", "4"))
LONG = "NANDUTI_FUZZ_EXAMPLES" in os.environ
SEED = int(os.environ.get("NANDUTI_FUZZ_SEED") or (random.getrandbits(31) if LONG else 20261124))
ROLES = [
    (Role.STEWARD, "*"),
    (Role.COORDINATOR, "conaeti"),
    (Role.OBSERVER, "mtess"),
    (Role.CASE_OFFICER, "mtess"),
]
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")


class Fuzzed(Struct, frozen=True):
    """A hub that may be spoilt: where it is, its tokens by role, and what is in it, by the parameters that name it."""

    url: str
    tokens: dict[Role, str]
    #: The ids of those tokens.
    spared: list[str]
    known: dict[str, list[str]]


@pytest.fixture(scope="module")
async def fuzzed(
    postgres_server: Any, template: str, administrator: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fuzzed]:
    """The API over a database of its own, without a bus; nobody's requests are too many."""
    name = f"fuzzed_{random.getrandbits(48):012x}"
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}"')
    database = Database(postgres_server, name)
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate, committed = Gate(), asyncio.Event()
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    ledger = Ledger(pools, gate, "urn:nanduti:test", committed.set)

    async def found(connection: Any) -> None:
        for kind, entities in directory():
            for entity in entities:
                await execute(connection, ledger, DECIDERS[kind], id_of(entity), Found(entity))

    await run(ledger, WORKER, found)
    async with transaction(pools, STEWARD) as connection:
        tokens = {role: await create_token(connection, f"test:{role}", role, scope) for role, scope in ROLES}
    sequencing = asyncio.create_task(sequence(pools, gate, committed, lambda: None))
    often = Rate(100_000, 100_000)
    application = web_application(
        ledger, Rates(requests=often, uploads=often, refusals=often, knocks=often, devices=often)
    )
    settings = Settings(
        app_dsn="", worker_dsn="", nats_url="", keys=Path(), state=tmp_path_factory.mktemp("state"), source=""
    )
    listener = listen("127.0.0.1", 0)
    async with listening(application, listener, settings):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield await furnished(url, tokens)
    sequencing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sequencing
    await close_database(pools)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def furnished(url: str, tokens: dict[Role, str]) -> Fuzzed:
    """The hub with one of each thing in it."""
    clients = {
        role: Api(httpx.AsyncClient(base_url=url, headers=bearer(tokens[role])), "") for role in tokens
    }
    coordinator, steward = clients[Role.COORDINATOR], clients[Role.STEWARD]
    plan = await coordinator.made("/v1/plans", PLAN)
    action = await coordinator.added(plan["id"])
    uploaded = await coordinator.client.post(f"/v1/plans/{plan['id']}/imports", content=workbook(ROWS))
    roles = [{"role": "case_officer", "scope": "mtess"}]
    person = await steward.made("/v1/people", {"login": "ana", "name": "Ana Sintética", "roles": roles})
    listed = await steward.read("/v1/tokens")
    officer = Officer(clients[Role.CASE_OFFICER].client, "", "mtess")
    case, other = await officer.opened("protection", "labor"), await officer.opened()
    handoff = await officer.offered(case, "protection", "codeni")
    group = await officer.call("POST", "/v1/groups", json={"cases": [CASE]})
    for api in clients.values():
        await api.client.aclose()
    known = {
        "path.plan_id": [plan["id"]],
        "path.name": [action["id"], action["code"]],
        "path.import_id": [uploaded.json()["id"]],
        "path.person_id": [person["id"]],
        "path.reference": [case["reference"], other["reference"]],
        "path.track": ["protection", "labor"],
        "path.handoff_id": [handoff["id"]],
        "path.group_id": [group.json()["id"]],
        "header.If-Match": [f'"{version}"' for version in (1, 2, 3)],
    }
    return Fuzzed(url, tokens, [token["id"] for token in listed["items"]], known)


def bearer(token: str) -> dict[str, str]:
    """The header that says who calls."""
    return {"Authorization": f"Bearer {token}"}


def application() -> Litestar:
    """The application, to be looked at: it serves nobody."""
    return web_application(Ledger(None, Gate(), "urn:nanduti:test", lambda: None))


def configuration(fuzzed: Fuzzed, role: Role) -> str:
    """The committed one, with what is in the hub, how long to try, and which edges are another role's to try."""
    text = (HERE / "schemathesis.toml").read_text()
    for phase, cases in (("fuzzing", EXAMPLES), ("stateful", 4 * EXAMPLES)):
        text += f"\n[phases.{phase}.generation]\nmax-examples = {cases}\n"
    for name, values in fuzzed.known.items():
        text += f'\n[dictionaries."{name}"]\nvalues = {json.dumps(values)}\n'
        text += f'\n[parameters."{name}"]\ndictionary = "{name}"\nprobability = 0.7\n'
    if not LONG:
        names = json.dumps([name for name, first in first_to_do().items() if first is not role])
        text += f"\n[[operations]]\ninclude-name = {names}\nphases.coverage.enabled = false\n"
        # The edges begin with the examples.
        text += "\n[phases.examples]\nenabled = false\n"
    return text


def first_to_do() -> dict[str, Role]:
    """For each operation the first of the roles that may do it at all: to the others it is refused unread."""
    found = {}
    for route in documented(application()):
        reach = TABLE.get(route.handler.opt.get("act"), {})
        doers = [role for role, _ in ROLES if role in reach]
        found[f"{route.method.upper()} {route.path}"] = doers[0] if doers else ROLES[0][0]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", [role for role, _ in ROLES])
async def test_no_request_shows_a_failure_or_an_answer_that_is_not_as_documented(
    fuzzed: Fuzzed, role: Role, tmp_path: Path
) -> None:
    """Whatever is sent, by whoever: no 5xx, no answer beside its schema, nothing accepted that is not documented."""
    document, settings = tmp_path / "openapi.json", tmp_path / "schemathesis.toml"
    document.write_text(json.dumps(closed(complete(application()))))
    settings.write_text(configuration(fuzzed, role))
    print(f"NANDUTI_FUZZ_SEED={SEED}", flush=True)
    fuzzing = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(settings), "run", str(document), "--url", fuzzed.url),
        *("--header", f"Authorization: Bearer {fuzzed.tokens[role]}", "--seed", str(SEED), "--no-color"),
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}",
            "NANDUTI_FUZZ_SPARED": ",".join(fuzzed.spared),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = (await fuzzing.communicate())[0].decode()
    print(said)
    assert fuzzing.returncode == 0, f"NANDUTI_FUZZ_SEED={SEED} NANDUTI_FUZZ_EXAMPLES={EXAMPLES}\n{said}"


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document without room in its answers: a member that it does not name would be one that slips out."""
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and name != "Problem":
            schema.setdefault("additionalProperties", False)
    return document


def test_the_document_is_openapi() -> None:
    """Version 3.1, and every reference in it leads somewhere."""
    document = complete(application())
    assert document["openapi"].startswith("3.1")
    validate(document)
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)), "a link names an operation by its id"


def test_every_route_says_what_it_answers() -> None:
    """A success has a schema, a media type, or no body (204, 303), so that no route of a later issue forgets it."""
    silent = []
    for route in documented(application()):
        good = [code for code in route.answered if 200 <= code < 400 and code != 304]
        bodies = [
            code
            for code in good
            if code in (204, 302, 303)
            or route.answered[code].body is not None
            or route.answered[code].media_type != "application/json"
        ]
        if not bodies or bodies != good:
            silent.append(f"{route.method.upper()} {route.path}")
    assert not silent, "say `responses=answers(...)` where these routes are"


def test_no_route_of_the_api_is_hidden_from_the_document() -> None:
    """But the document's own, and OPTIONS. Pages are for people."""
    app = application()
    shown = {(route.path, route.method.upper()) for route in documented(app) if route.path.startswith("/v1/")}
    served = {
        (route.path_format, method)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        if route.path.startswith("/v1/") and not route.path.startswith("/v1/docs")
        for method in route.methods
        if method not in ("OPTIONS", "HEAD")
    }
    assert served == shown
