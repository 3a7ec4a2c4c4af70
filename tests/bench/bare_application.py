"""The peer of the API's pages: a bare Litestar application, uvicorn set as the hub's, one asyncpg query a request.

`/stored` answers bytes that one row holds; `/rows` fetches the same rows that the hub's page does and joins them.
`READY <port>` on its output says that it serves; a line on its input ends it.

    python -m bench.bare_application DSN
"""

import asyncio
import sys

import asyncpg
import uvicorn
import uvloop
from litestar import Litestar, Response, get

from nanduti_hub.hub import listen

ROWS = "SELECT number, version, body FROM action WHERE axis = $1 ORDER BY number LIMIT 51"


def application(pool: asyncpg.Pool) -> Litestar:
    """Both routes over a pool."""

    @get("/stored")
    async def stored() -> Response[bytes]:
        async with pool.acquire() as connection:
            body = await connection.fetchval("SELECT body FROM floor.page")
        return Response(body, media_type="application/json")

    @get("/rows")
    async def rows() -> Response[bytes]:
        async with pool.acquire() as connection:
            found = await connection.fetch(ROWS, "PRE")
        body = b'{"items":[%b],"next":"bjMwMQ"}' % b",".join(
            it["body"][:-1] + b',"version":%d,"overdue":false,"due_soon":false,"stale":false}' % it["version"]
            for it in found[:50]
        )
        return Response(body, media_type="application/json")

    return Litestar([stored, rows], openapi_config=None, logging_config=None, debug=False)


async def serve(dsn: str) -> None:
    """Serve until a line comes in."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=12)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        application(pool), log_config=None, access_log=False, server_header=False, timeout_keep_alive=30
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    print(f"READY {listener.getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    server.should_exit = True
    await serving
    await pool.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1]))
