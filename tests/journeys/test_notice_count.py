"""A member's system counts what it has heard with what the ledger has for it: `GET /v1/ledger/count`."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import notice_examples
import pytest
from hub_api import Journey
from msgspec.structs import replace

from nanduti.handoffs import Notice
from nanduti.subscribe import Message, subscribe
from nanduti.wire import Context, encode
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.handoffs.project import NOTICES
from nanduti_hub.handoffs.references import fresh
from nanduti_hub.ledger.append import append
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import fold, run

#: The relay and a copy are waited for.
pytestmark = pytest.mark.slow

STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")
COUNT = "/v1/ledger/count"


async def told(hub: Journey, member: str, count: int) -> None:
    """Tell a member so many things of one case, as a command about it does."""
    (reference,) = fresh(1)
    events: list[Notice] = [
        replace(notice, member=member, reference=reference, version=version)
        for version, notice in enumerate([*notice_examples.notices()][:count], 1)
    ]
    ledger = hub.running.ledger
    stream = f"notice:{member}.{reference}"
    write, _ = fold(ledger, NOTICES, stream, 0, None, events)
    messages = tuple(
        encode(event, Context(id=str(uuid.uuid4()), source=ledger.source, time="2026-11-24T12:05:00Z"))
        for event in events
    )
    one = replace(write, messages=messages, audience=member)
    await run(ledger, WORKER, lambda connection: append(connection, ledger.gate, [one]))


async def heard(hub: Journey, member: str, last: int) -> list[Message]:
    """All that a member's copy has up to a number, which it gets."""
    reading = subscribe(hub.bus.server.url, credentials=hub.bus.credentials(member), stream="HANDOFF")
    got: list[Message] = []
    async with asyncio.timeout(60), reading:
        async for message in reading:
            got.append(message)
            if message.seq >= last:
                break
    return got


@pytest.fixture
async def callers(hub: Journey) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Systems of members, each with a token of its own."""
    who = {
        "mtess": (Role.CASE_OFFICER, "mtess"),
        "focal": (Role.FOCAL_POINT, "mtess"),
        "conaeti": (Role.COORDINATOR, "conaeti"),
        "minna": (Role.CASE_OFFICER, "minna"),
        "observer": (Role.OBSERVER, "mtess"),
    }
    async with AsyncExitStack() as stack:
        clients = {}
        for name, (role, scope) in who.items():
            async with transaction(hub.running.ledger.database, STEWARD) as connection:
                token = await create_token(connection, f"test:count:{name}", role, scope)
            headers = {"Authorization": f"Bearer {token}"}
            clients[name] = await stack.enter_async_context(
                httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=60)
            )
        yield clients


async def test_the_count_is_what_the_copy_holds_up_to_each_number(
    hub: Journey, callers: dict[str, httpx.AsyncClient]
) -> None:
    """With notices to others in between, which nobody else's count tells of."""
    before = (await callers["mtess"].get(COUNT)).json()["count"]
    elsewhere = (await callers["minna"].get(COUNT)).json()
    await told(hub, "mtess", 3)
    await told(hub, "conaeti", 2)
    await told(hub, "mtess", 2)
    async with asyncio.timeout(60):
        while (whole := (await callers["mtess"].get(COUNT)).json())["count"] < before + 5:
            await asyncio.sleep(0.05)

    got = await heard(hub, "mtess", whole["last"])
    assert whole == {"member": "mtess", "upto": None, "count": len(got), "last": got[-1].seq}
    for place in (0, len(got) // 2, len(got) - 1):
        upto = got[place].seq
        answer = (await callers["focal"].get(COUNT, params={"upto": upto})).json()
        assert answer == {"member": "mtess", "upto": upto, "count": place + 1, "last": upto}
    first = got[0].seq
    none = (await callers["mtess"].get(COUNT, params={"upto": first - 1})).json()
    assert none == {"member": "mtess", "upto": first - 1, "count": 0, "last": 0}

    assert (await callers["minna"].get(COUNT)).json() == elsewhere
    platform = (await callers["conaeti"].get(COUNT)).json()
    assert platform["member"] == "conaeti"
    assert platform["count"] == len(await heard(hub, "conaeti", platform["last"]))


async def test_who_does_not_hear_notices_is_refused_and_not_told_that_there_are_none(
    callers: dict[str, httpx.AsyncClient],
) -> None:
    """An observer's count would be nothing, and look like a copy that has too much."""
    answer = await callers["observer"].get(COUNT)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("upto", ["-1", "x", "", "9" * 30])
async def test_what_is_no_number_is_refused(callers: dict[str, httpx.AsyncClient], upto: str) -> None:
    """As everywhere."""
    assert (await callers["mtess"].get(COUNT, params={"upto": upto})).status_code == 400
