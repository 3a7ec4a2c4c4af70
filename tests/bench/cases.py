"""Fifty desks of five institutions at work on cases, over HTTP, on a hub that runs as `up` starts it.

The load is a process of its own (`desk_load`): commands of the usual mix, with If-Match and Idempotency-Key, tokens of
fifty officers. First one command at a time, in turns with one of the register's; then every desk as fast as it is
answered, which is the capacity; then half of that on the clock, whether or not those before have been answered, each
command timed from when it was due; then a thousand at once. Lastly the inbox of a desk with 10,000 open items, on a
database of its own. Beside the cases themselves: what the register's writers notice of all this.
"""

import asyncio
import statistics
import sys
from collections import Counter
from pathlib import Path

import httpx
import msgspec
from bench.desk_load import Done, Order
from bench.figures import Figure, figure, percentile
from bench.inbox import inbox_figure
from bench.register import enter, is_published, ledger_beside, synthetic
from hub_process import start_hub
from msgspec.structs import replace
from nats_server import until

from nanduti.seal import new_identity, public_key_of
from nanduti_hub.access.tokens import create_token
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import close_database, transaction
from nanduti_hub.ledger.execute import Ledger

HOUSES = ("minna", "mdp", "csj", "mtess", "mp")
#: Of them, those who can receive a child's protection.
RECEIVING = ("minna", "mdp", "csj")
DESKS = 50
BURST = 1_000
#: Changes of the register a second, while the desks work.
REGISTER_RATE = 5
ACTIONS = 50
STEWARD = Caller(name="bench", role=Role.STEWARD, scope="*")


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Five rounds of each."""
    seconds, rounds = (3, 2) if quick else (15, 5)
    home = directory / "hub"
    hub = await asyncio.to_thread(start_hub, home)
    try:
        ledger = await ledger_beside(installation_settings(home))
        try:
            order = await _prepared(ledger, hub.file["api"])
            figures = await _taken(ledger, order, seconds, rounds)
        finally:
            await close_database(ledger.database)
    finally:
        await asyncio.to_thread(hub.stop)
    return [*figures, await inbox_figure(directory, quick=quick)]


async def _taken(ledger: Ledger, order: Order, seconds: float, rounds: int) -> list[Figure]:
    lone: list[Done] = []
    closed: list[Done] = []
    paced: list[Done] = []
    bursts: list[Done] = []
    published: list[float] = []
    order = await _after(order, await _carried_out(replace(order, mode="lone", seconds=seconds / 3)))  # warm
    for number in range(rounds):
        order = replace(order, seed=number + 2)
        lone.append(await _carried_out(replace(order, mode="lone", seconds=seconds)))
        order = await _after(order, lone[-1])
        closed.append(await _carried_out(replace(order, mode="closed", seconds=seconds)))
        capacity = len(closed[-1].cases) / closed[-1].seconds
        await until(lambda: is_published(ledger.database), 60)
        paced.append(
            await _carried_out(
                replace(
                    order,
                    mode="open",
                    seconds=2 * seconds,
                    rate=capacity / 2,
                    register_rate=REGISTER_RATE,
                )
            )
        )
        order = await _after(order, paced[-1])
        loop = asyncio.get_running_loop()
        bursts.append(await _carried_out(replace(order, mode="burst", count=BURST)))
        ended = loop.time()
        await until(lambda: is_published(ledger.database), 60)
        published.append(bursts[-1].seconds + loop.time() - ended)
    told = sum((Counter(done.refused) for done in (*lone, *closed, *paced, *bursts)), Counter[str]())
    refused = told.total()
    if refused:
        print(f"refused: {dict(told)}", file=sys.stderr)
    alone = [statistics.median(done.cases) for done in lone]
    alone_register = [statistics.median(done.register) for done in lone]
    return [
        figure(
            "a lone command on a case, p50",
            alone,
            {"a lone command on an action": alone_register},
            "ms",
            "at most 3 x an action's",
            lambda mine, others: mine <= 3 * min(others.values()),
        ),
        figure(
            f"{DESKS} desks as fast as they are answered (every fourth request is a read besides)",
            [len(done.cases) / done.seconds for done in closed],
            {"one desk": [len(done.cases) / sum(done.cases) * 1000 for done in lone]},
            "commands/s",
        ),
        figure(
            f"{DESKS} desks, open loop at half of that, p50",
            [percentile(done.cases, 50) for done in paced],
            {"a lone command's p50": alone},
            "ms",
        ),
        figure(
            f"{DESKS} desks, open loop at half of that, p99",
            [percentile(done.cases, 99) for done in paced],
            {"a lone command's p50": alone},
            "ms",
            "under 10 x a lone command's p50",
            lambda mine, others: mine < 10 * min(others.values()),
        ),
        figure(
            "an action's command meanwhile, p50",
            [percentile(done.register, 50) for done in paced],
            {"alone": alone_register},
            "ms",
        ),
        figure(
            f"a burst of {BURST:,} commands, until all are answered; {refused} wrongly refused",
            [done.seconds for done in bursts],
            {"until all its events are published": published},
            "s",
            "none refused",
            lambda _mine, _others: refused == 0,
        ),
    ]


async def _prepared(ledger: Ledger, url: str) -> Order:
    """Keys of who receives, tokens of the officers, and some actions with their coordinator."""
    keys: dict[str, list[str]] = {}
    for code in RECEIVING:
        keys[code] = [public_key_of(new_identity()) for _ in range(2)]
        token = await _token(ledger, Role.ADMINISTRATOR, code)
        async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
            for version, (key, kind) in enumerate(zip(keys[code], ("officer", "recovery"), strict=True)):
                answer = await client.post(
                    f"/v1/institutions/{code}/recipients",
                    json={"public_key": key, "kind": kind},
                    headers={"If-Match": f'"{version}"'},
                )
                answer.raise_for_status()
    actions = synthetic(ACTIONS)
    await enter(ledger, actions)
    return Order(
        mode="",
        port=int(url.rpartition(":")[2]),
        desks=[
            (await _token(ledger, Role.CASE_OFFICER, house), house)
            for house in HOUSES
            for _ in range(DESKS // len(HOUSES))
        ],
        keys=keys,
        coordinator=await _token(ledger, Role.COORDINATOR, actions[0].platform),
        actions=dict.fromkeys((action.id for action in actions), 1),
    )


async def _token(ledger: Ledger, role: Role, scope: str) -> str:
    async with transaction(ledger.database, STEWARD) as connection:
        return await create_token(connection, "bench", role, scope)


async def _carried_out(order: Order) -> Done:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.desk_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(msgspec.json.encode(order))
    return msgspec.json.decode(output, type=Done)


async def _after(order: Order, done: Done) -> Order:
    """The same order, with the actions' versions as they are since."""
    return replace(order, actions=done.versions)
