"""Reading from LEDGER what the database has lost, and appending it: the I/O of `ledger adopt`."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nats.aio.client import Client

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.adoption import Found, NotAdoptable, adopt
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Folding
from nanduti_hub.ledger.statements import statement
from nanduti_hub.relay.keeper import call


async def adopt_missing(
    database: Database, broker: Client, foldings: Mapping[str, Folding[Any, Any]]
) -> tuple[int, int]:
    """Append the events that only the stream has; answers how many events, and of how many streams.

    The last event that both have must be the same in both.

    Raises:
        NotAdoptable: they are not, or an event's type is unknown.

    """
    last = (await call(broker, "STREAM.INFO.LEDGER"))["state"]["last_seq"]
    async with transaction(database, WORKER) as connection:
        head = (await connection.fetchrow(statement("nanduti_hub.relay", "lock_head")))["seq"]
    missing = [await _found(broker, seq) for seq in range(head + 1, last + 1)]
    async with transaction(database, WORKER) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.relay", "lock_head"))
        if row["seq"] != head:
            raise NotAdoptable("the database was written to meanwhile: stop the hub's other processes first")
        if head and head <= last and (await _found(broker, head)).body != row["body"]:
            raise NotAdoptable(f"the database and LEDGER have different events at {head}")
        streams = await adopt(connection, missing, foldings) if missing else 0
        await connection.execute(statement("nanduti_hub.actions", "advance_numbers"))
    return len(missing), streams


async def _found(broker: Client, seq: int) -> Found:
    message = (await call(broker, "STREAM.MSG.GET.LEDGER", {"seq": seq}))["message"]
    return Found(
        seq, message["subject"], base64.b64decode(message["data"]), datetime.fromisoformat(message["time"])
    )
