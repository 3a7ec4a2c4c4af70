"""What the tests of the embedded servers run as a process of its own, with arguments `servers|lock HOME`.

It prints one line, `READY {"postgres": {...}, "nats": {...}}` or why not, and waits for its end.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from nanduti_hub.embedded import nats, postgres
from nanduti_hub.embedded.home import Home, HomeInUse, kept_port, locked, open_home


def nats_config(home: Home, port: int) -> str:
    """The least that a JetStream server needs."""
    return f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{home.jetstream}" }}\n'


async def start_servers(home: Home) -> tuple[postgres.Postgres, nats.Nats]:
    """Both servers of the home, after whatever an earlier run left over."""
    await postgres.stop_left_over(home)
    await nats.stop_left_over(home)
    database = await postgres.start(home, kept_port(home, "postgres"))
    port = kept_port(home, "nats")
    return database, await nats.start(home, nats_config(home, port), port)


async def run_servers(home: Home) -> None:
    database, broker = await start_servers(home)
    facts = {server.name: {"pid": server.pid, "port": server.port} for server in (database, broker)}
    print("READY", msgspec.json.encode(facts).decode(), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    what, path = sys.argv[1:]
    home = open_home(Path(path))
    try:
        with locked(home):
            if what == "servers":
                asyncio.run(run_servers(home))
            else:
                print("READY", flush=True)
                sys.stdin.read()
    except HomeInUse as error:
        print(error.pid, error, flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
