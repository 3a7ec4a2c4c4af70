"""No secret and nothing that somebody typed in a log, in the record, or in another's answer.

A hub runs as a process, told to log all that it can. Recognisable secrets are sent in every place of every route,
to a hub that is well, to one whose database fails in the middle of a command, and to one whose database is being
killed. Then everything that it has written is searched for them.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from bench.register import owner_dsn
from hub_process import HubProcess, server_of, start_hub, stop_servers
from matrix_requests import ACTION, CONFIRMATION, PLAN, WORKBOOK
from msgspec import Struct

from nanduti_hub.access.tokens import create_token
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import close_database, open_database, transaction

#: What stands in all secrets of this test, and in nothing else.
MARK = "zafiro9"
OPERATOR = Caller(name="test", role=Role.STEWARD, scope="*")
FREE_TEXT = f"Juana Sintética de {MARK}texto contó que"
TOKEN = f"nan_{MARK}token{'x' * 31}"[:47]
HEADERS = {
    "Cookie": f"__Host-nanduti={MARK}cookie; otra={MARK}cookie",
    "Idempotency-Key": f"{MARK}key",
    "If-Match": f'"{MARK}match"',
    "X-CSRF-Token": f"{MARK}csrf",
    "X-Forwarded-For": f"{MARK}forwarded",
    "traceparent": f"00-{MARK}trace",
    "Accept-Language": f"{MARK}language",
    "User-Agent": f"{MARK}agent",
    "Referer": f"http://x/{MARK}referer",
    "Nanduti-Role": f"{MARK}role",
}
#: What a program may send as a value: of each kind, with the mark wherever there is room for it.
VALUES: list[Any] = [FREE_TEXT, {MARK: FREE_TEXT}, [FREE_TEXT], f"inv_{MARK}link", f"{MARK}@mtess"]
BODIES = (
    b'{"title": "' + FREE_TEXT.encode() + b'"',
    FREE_TEXT.encode(),
    b'"' + FREE_TEXT.encode() + b'"',
    b'{"title": "' + MARK.encode() + b'\xff"}',
    b'{"title": "' + MARK.encode() + b'\x00"}',
    json.dumps({MARK: 1}).encode(),
)


class Watched(Struct):
    """The hub, two callers' tokens, its routes, and what it answered."""

    hub: HubProcess
    tokens: list[str]
    routes: list[tuple[str, str, dict[str, Any]]]
    answers: list[tuple[str, int, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Its state directory."""
    home = tmp_path_factory.mktemp("redaction") / "home"
    yield home
    stop_servers(home)


@pytest.fixture(scope="module")
async def watched(home: Path) -> AsyncIterator[Watched]:
    """A hub that says all that it can, asyncio too."""
    os.environ["PYTHONASYNCIODEBUG"] = "1"
    try:
        hub = await asyncio.to_thread(start_hub, home, log_level="debug")
    finally:
        del os.environ["PYTHONASYNCIODEBUG"]
    settings = installation_settings(home)
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    async with transaction(database, OPERATOR) as connection:
        tokens = [
            await create_token(connection, "test:coordinator", Role.COORDINATOR, "conaeti"),
            await create_token(connection, "test:steward", Role.STEWARD, "*"),
        ]
    await close_database(database)
    async with httpx.AsyncClient(base_url=hub.file["api"]) as client:
        document = (await client.get("/v1/docs/openapi.json")).json()
    routes = [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    yield Watched(hub, tokens, routes, [])
    if hub.process.poll() is None:
        await asyncio.to_thread(hub.stop)


async def send(watched: Watched, token: str, method: str, path: str, **sent: Any) -> None:
    """One request, and its answer kept; a hub that is away is no matter here."""
    headers = {**HEADERS, "Authorization": f"Bearer {token}", **sent.pop("headers", {})}
    with contextlib.suppress(httpx.TransportError):
        async with httpx.AsyncClient(base_url=watched.hub.file["api"], timeout=60) as client:
            answer = await client.request(method, path, headers=headers, **sent)
        watched.answers.append((f"{method} {path}", answer.status_code, answer.text))


async def send_everywhere(watched: Watched) -> None:
    """Every route, with what it cannot understand, and with whatever credential."""
    for method, path, operation in watched.routes:
        address = re.sub(r"\{\w+\}", f"{MARK}path", path)
        query = {
            parameter["name"]: f"{MARK}query"
            for parameter in operation.get("parameters", ())
            if parameter.get("in") == "query"
        }
        fields = sorted(re.findall(r'"(\w+)": ?\{', json.dumps(operation.get("requestBody", {}))))
        bodies = [*BODIES, *(json.dumps(dict.fromkeys(fields, value)).encode() for value in VALUES)]
        for token in (*watched.tokens, TOKEN):
            await send(watched, token, method, address, params=query, content=bodies[0])
        for body in bodies[1:] if method != "GET" else ():
            await send(watched, watched.tokens[0], method, address, content=body)
    for scheme in (f"Basic {MARK}basic", f"Bearer {MARK}", MARK, f"Bearer ey.{MARK}.jwt"):
        await send(watched, "", "GET", "/v1/me", headers={"Authorization": scheme})
    for path in (f"/{MARK}none", f"/v1/{MARK}none?x={MARK}", f"/invitacion/inv_{MARK}link"):
        await send(watched, TOKEN, "GET", path)
        await send(watched, TOKEN, "POST", path, data={"passphrase": f"{MARK}passphrase"})
    sign_in = {"login": f"{MARK}@mtess", "passphrase": f"{MARK}passphrase", "code": "123456"}
    await send(watched, TOKEN, "POST", "/v1/session", json=sign_in)
    for raw in (f"GET /{MARK} HTTP/9\r\n\r\n", f"{MARK}\r\n\r\n", f"GET / HTTP/1.1\r\n{MARK}: \x00\r\n\r\n"):
        host, _, port = watched.hub.file["api"].removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(raw.encode())
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(2):
                await reader.read()
        writer.close()


async def write_well(watched: Watched) -> None:
    """What a coordinator rightly sends, full of the text that must be in the register and nowhere else."""
    coordinator = watched.tokens[0]
    text = {"title": FREE_TEXT, "description": FREE_TEXT}
    own = {"headers": {"Idempotency-Key": f"{MARK}key-{len(watched.answers)}", "If-Match": '"1"'}}
    await send(watched, coordinator, "POST", "/v1/plans", json=PLAN | {"title": FREE_TEXT}, **own)
    if watched.answers[-1][1] != 201:
        return
    plan = json.loads(watched.answers[-1][2])["id"]
    await send(watched, coordinator, "POST", f"/v1/plans/{plan}/actions", json=ACTION | text, headers={
        "Idempotency-Key": f"{MARK}key-{len(watched.answers)}"
    })  # fmt: skip
    action = json.loads(watched.answers[-1][2]).get("id", MARK)
    await send(watched, coordinator, "PATCH", f"/v1/actions/{action}", json=text, **own)
    name = f"{MARK}file.xlsx"
    await send(
        watched,
        coordinator,
        "POST",
        f"/v1/plans/{plan}/imports",
        params={"file_name": name},
        content=WORKBOOK,
    )
    await send(
        watched, coordinator, "POST", f"/v1/plans/{plan}/imports", files={"file": (name, b"no es planilla")}
    )
    draft = json.loads(watched.answers[-2][2]).get("id", MARK)
    act = CONFIRMATION | {"act": FREE_TEXT}
    await send(watched, coordinator, "POST", f"/v1/imports/{draft}/confirm", json=act)


@pytest.mark.slow
async def test_no_secret_is_in_a_log_in_the_record_or_in_anothers_answer(
    watched: Watched, home: Path
) -> None:
    """Whatever fails, and wherever it fails."""
    async with asyncio.timeout(400):
        await write_well(watched)
        await send_everywhere(watched)
        statuses = {status for _, status, _ in watched.answers}
        assert statuses >= {200, 201, 400, 401, 403, 404}
        assert 500 not in statuses, [one for one in watched.answers if one[1] == 500]
        owner = await asyncpg.connect(owner_dsn(home))
        # A constraint that nothing meets: PostgreSQL knows the row that fails, and says so to whoever logs it.
        for table in ("plan", "action", "import"):
            await owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT never CHECK (false) NOT VALID")
        await write_well(watched)
        await owner.execute("ALTER TABLE plan DROP CONSTRAINT never")
        await write_well(watched)
        # A statement that is no longer one.
        await owner.execute("ALTER TABLE action RENAME COLUMN body TO gone")
        await send_everywhere(watched)
        await owner.execute("ALTER TABLE action RENAME COLUMN gone TO body")
        assert 500 in {status for _, status, _ in watched.answers}
        await owner.close()
        # A database that dies under it, again and again.
        sending = asyncio.ensure_future(send_everywhere(watched))
        for _ in range(3):
            server_of(home, "postgres").send_signal(signal.SIGKILL)
            await asyncio.wait({sending}, timeout=1)
        await sending
        rows = await rows_of_the_record(home)
        # And a hub that is killed.
        sending = asyncio.ensure_future(write_well(watched))
        watched.hub.process.send_signal(signal.SIGTERM)
        await sending
    await asyncio.to_thread(watched.hub.process.wait, 60)

    assert rows
    assert not [row for row in rows if MARK in json.dumps(row, default=str)]
    secrets = [*watched.tokens, *kept_secrets(home)]
    assert len(secrets) > 6
    for file in logs(home):
        written = file.read_text(errors="replace")
        for line in written.splitlines():
            assert MARK not in line, f"{file.name}: {line[:500]}"
        for secret in secrets:
            assert secret not in written, file.name
    assert not [secret for secret in secrets for row in rows if secret in json.dumps(row, default=str)]
    in_headers = [*re.findall(rf"{MARK}\w+", str(HEADERS)), f"{MARK}passphrase", TOKEN, *secrets]
    for asked, status, text in watched.answers:
        if status >= 400:
            told = [secret for secret in in_headers if secret in text]
            assert not told, f"{asked}: {status} {text[:300]}"


async def rows_of_the_record(home: Path) -> list[dict[str, Any]]:
    """All of it, once the database is there again."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                owner = await asyncpg.connect(owner_dsn(home))
                rows = await owner.fetch("SELECT * FROM audit")
                await owner.close()
                return [dict(row) for row in rows]
            await asyncio.sleep(0.1)


def kept_secrets(home: Path) -> list[str]:
    """Passwords, seeds and keys of the installation, as they lie in its files."""
    texts = (file.read_bytes() for file in (home / "keys").rglob("*") if file.is_file())
    readable = (text.decode(errors="ignore").strip() for text in texts)
    seeds = itertools.chain.from_iterable(re.findall(r"\bS[A-Z0-9]{57}\b", text) for text in readable)
    passwords = (
        (home / "keys" / f"nanduti_{role}").read_text().strip() for role in ("owner", "app", "worker")
    )
    return [*passwords, *seeds]


def logs(home: Path) -> list[Path]:
    """What the hub and its servers have written for people to read."""
    found = [home.parent / f"{home.name}.log", *home.rglob("*.log"), *home.rglob("*.log.*")]
    assert found[0].stat().st_size > 0
    assert len(found) >= 3, "the hub's own, PostgreSQL's, and nats-server's"
    return found


def test_what_a_library_logs_is_told_without_the_values_in_it() -> None:
    """Its text as it stands in the library, and where an error came from; no value, no message, no traceback."""
    program = f"""
import logging
from nanduti_hub import telemetry
telemetry.configure(level="debug", readable=False)
log = logging.getLogger("some.library")
log.warning("a connection to %s was lost", "{MARK}address")
try:
    raise ValueError("{MARK}message")
except ValueError as error:
    log.exception("it failed\\nfuture: {MARK}representation")
log.error(ValueError("{MARK}object"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["text"] for line in lines] == ["a connection to %s was lost", "it failed", "ValueError"]
    assert {line["source"] for line in lines} == {"some.library"}
    assert lines[1]["error"] == "ValueError"
    assert MARK not in done.stderr + done.stdout
