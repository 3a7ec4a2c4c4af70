"""A plain subscriber in a process of its own: nats-py as anyone would use it, nothing of the kit.

It notes when each message came to its handler. `READY` on its output says that it listens; a line on its input
ends it, and it answers `[[action id, version, nanoseconds], ...]`.

    python -m bench.listener URL STREAM [SEED_FILE]
"""

import asyncio
import sys
import time

import msgspec
import nats
import uvloop
from msgspec import Struct
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy


class _Action(Struct):
    id: str


class _Data(Struct):
    version: int
    action: _Action


class _Event(Struct):
    data: _Data


async def listen(url: str, stream: str, seed: str | None) -> None:
    """Listen until a line comes in."""
    client = await nats.connect(url, nkeys_seed=seed)
    arrived: list[tuple[int, bytes]] = []

    async def handler(message: Msg) -> None:
        arrived.append((time.time_ns(), message.data))

    await client.jetstream().subscribe(
        "", stream=stream, cb=handler, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
    )
    print("READY", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await client.close()
    events = [(msgspec.json.decode(body, type=_Event).data, at) for at, body in arrived]
    sys.stdout.buffer.write(
        msgspec.json.encode([(data.action.id, data.version, at) for data, at in events]) + b"\n"
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(listen(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
