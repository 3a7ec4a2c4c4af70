"""Many members that subscribe, in a process of its own: each with its own connection and key, as plain clients.

`READY` on its output says that all of them listen; a line on its input ends them, and it answers with the least
number of messages that one of them was given.

    python -m bench.crowd URL SEED_FILE...
"""

import asyncio
import sys

import nats
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy


async def listen(url: str, seeds: list[str]) -> None:
    """Listen until a line comes in."""
    given = dict.fromkeys(seeds, 0)

    async def one(seed: str) -> Client:
        async def handler(_message: Msg) -> None:
            given[seed] += 1

        client = await nats.connect(url, nkeys_seed=seed)
        await client.jetstream().subscribe(
            "", stream="REGISTER", cb=handler, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
        )
        return client

    clients = [await one(seed) for seed in seeds]
    print("READY", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(min(given.values()), flush=True)
    for client in clients:
        await client.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(listen(sys.argv[1], sys.argv[2:]))
