"""Clients that are slow, silent or many keep the hub from nobody."""

import asyncio
import json
import socket

import asyncpg
import psutil
import pytest
from databases import Database
from own_door import DEADLINE, OPERATOR, QUICK, answer_to, client, read_all, served, token_of

from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.patience import Patience


@pytest.mark.slow
async def test_a_head_that_does_not_end_is_cut(ledger: Ledger) -> None:
    """Also where a byte comes now and then, where none comes at all, and where the head is without end."""
    async with served(ledger, patience=QUICK) as port:
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
        drip = [bytes([byte]) for byte in request + b"a" * 1_000]
        for sent in (drip, [], [b"\r\n"] * 1_000):
            got = await answer_to(port, *sent, pause=0.05)
            assert got.startswith(b"HTTP/1.1 408 "), got
            assert json.loads(got.rpartition(b"\r\n\r\n")[2])["code"] == "too_slow"
        # A second request on a connection that was idle for longer than that is answered, and cut likewise.
        first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        got = await answer_to(port, first, first, *drip, pause=0.6)
        assert got.count(b"HTTP/1.1 200 ") == 2
        assert b"HTTP/1.1 408 " in got
    async with served(ledger, patience=Patience(head_bytes=10_000)) as port:
        got = await answer_to(port, b"GET / HTTP/1.1\r\n", *(b"X-Many: %b\r\n" % (b"a" * 1_000),) * 20)
        assert got.startswith(b"HTTP/1.1 431 "), got


@pytest.mark.slow
async def test_a_body_that_does_not_go_on_is_cut(ledger: Ledger) -> None:
    """One that stops, and one that comes so slowly that it never ends; its row says so."""
    token = (await token_of(ledger, Role.COORDINATOR, "conaeti")).encode()
    head = b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n" % token
    async with served(ledger, patience=QUICK) as port:
        for declared in (b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n"):
            got = await answer_to(port, head + declared + b"{")
            assert got.startswith(b"HTTP/1.1 408 "), got
            got = await answer_to(port, head + declared, *[b" "] * 900, pause=0.1)
            assert got.startswith(b"HTTP/1.1 408 "), got
        # Who is not known is answered at once; what is still being sent is then cut as well.
        got = await answer_to(
            port,
            b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
            *[b" "] * 900,
            pause=0.1,
        )
        assert got.startswith(b"HTTP/1.1 401 "), got
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT status, code FROM audit")
    assert [tuple(row) for row in rows] == [(408, "too_slow")] * 4


async def test_what_waits_on_us_is_not_cut(ledger: Ledger, database: Database) -> None:
    """The client's time stands still while the hub is at work."""
    token = await token_of(ledger)
    owner = await asyncpg.connect(database.dsn("superuser"))
    async with served(ledger, patience=QUICK) as port, client(port, token) as known:
        async with owner.transaction():
            await owner.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
            asking = asyncio.ensure_future(known.get("/v1/actions"))
            await asyncio.wait({asking}, timeout=1.5)
            assert not asking.done()
        assert (await asking).status_code == 200
    await owner.close()


@pytest.mark.slow
async def test_who_does_not_take_an_answer_holds_no_database_connection_and_is_cut(
    ledger: Ledger, database: Database
) -> None:
    """An export of 40 MB to a client that reads nothing."""
    token = await token_of(ledger, Role.STEWARD, "*")
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute("""
        INSERT INTO audit (actor, name, role, scope, method, route, status)
        SELECT 'token:x', repeat('x', 200), 'observer', 'mtess', 'GET', '/v1/me', 200
        FROM generate_series(1, 100000)""")
    await owner.close()
    patience = Patience(taking=1.0, look=0.1)
    async with served(ledger, patience=patience) as port:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=1_024)
        writer.write(
            b"GET /v1/audit.ndjson HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % token.encode()
        )
        async with asyncio.timeout(DEADLINE):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            pool = ledger.database.app
            while pool.get_idle_size() != pool.get_size():
                await asyncio.sleep(0.01)
            # The hub gives up by itself: what is read afterwards ends before the export does.
            while any(
                connection.laddr[1] == port and connection.status == psutil.CONN_ESTABLISHED
                for connection in psutil.Process().net_connections("tcp")
            ):
                await asyncio.sleep(0.05)
            got = await read_all(reader)
        writer.close()
    assert b"0\r\n\r\n" not in got[-10:]


async def test_where_too_many_are_connected_the_one_that_asks_nothing_for_longest_goes(
    ledger: Ledger, database: Database
) -> None:
    """So that nobody fills the hub with connections on which nothing is asked, or never the whole of it. What is
    being answered is left alone: where that fills it, who comes is told to come again.
    """
    token = (await token_of(ledger)).encode()
    head = b"GET /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % token
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    owner = await asyncpg.connect(database.dsn("superuser"))

    async def working(count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:
                await asyncio.sleep(0.01)

    async with served(ledger, patience=Patience(connections=4)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        # The first has sent no whole head, the second is idle after an answer, the third has sent no whole body.
        for (_, writer), sent in zip(
            held[:3],
            (
                b"GET / HTTP/1.1\r\nHost",
                whole.replace(b"Connection: close\r\n", b""),
                b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
            ),
            strict=True,
        ):
            writer.write(sent)
        assert (await held[1][0].readline()).startswith(b"HTTP/1.1 200 ")
        async with owner.transaction():
            await owner.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
            held[3][1].write(head)
            await working(1)
            busy = []
            for count, (reader, _) in enumerate(held[:3], 2):
                busy.append(await asyncio.open_connection("127.0.0.1", port))
                busy[-1][1].write(head)
                await working(count)
                async with asyncio.timeout(DEADLINE):
                    await read_all(reader)
            got = await answer_to(port, whole)
            assert got.startswith(b"HTTP/1.1 503 "), got
            assert b"retry-after: " in got
        for reader, writer in [held[3], *busy]:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            writer.close()
    await owner.close()
