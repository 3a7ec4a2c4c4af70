"""Comparing the ledger with LEDGER, its replica: what the hub does first, and again from time to time.

The stream may be behind (the rest is published) or gone (it is made anew and filled from 1). It is never
ahead in ordinary life: ahead means that the database was restored from an older backup, and then nothing is
written until `ledger adopt` has brought the events back. A different event at one number stops everything.
"""

import base64
from enum import StrEnum

import nats.errors
from msgspec import Struct
from nats.aio.client import Client

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.statements import statement
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.keeper import ApiError, call

STREAM_NOT_FOUND = 10059


class Standing(StrEnum):
    """How LEDGER stands to the ledger."""

    LEVEL = "level"
    BEHIND = "behind"
    GONE = "gone"
    AHEAD = "ahead"
    DIFFERENT = "different"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"


class Comparison(Struct, frozen=True):
    """What a comparison found: the last number given, and the last one in LEDGER (0 where unknown)."""

    standing: Standing
    given: int
    published: int
    reason: str = ""


async def compare(database: Database, broker: Client, gate: Gate, acknowledged: Acknowledged) -> Comparison:
    """Compare, and open or hold the gate by what was found.

    LEDGER is asked first: what is numbered and published meanwhile can then never look as if it were ahead.
    """
    state, found = await _stream_state(broker)
    last = state["last_seq"] if state else 0
    async with transaction(database, WORKER, snapshot=True) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.relay", "head"), last)
    given: int = row["seq"]
    if found is Standing.UNREACHABLE:
        kept = acknowledged.read()
        if kept is not None and kept <= given:
            gate.open(row["server_start"])
            return Comparison(found, given, 0)
        reason = "the broker cannot be reached, and the last acknowledged number is not in the database"
    elif found is Standing.GONE:
        gate.open(row["server_start"])
        return Comparison(found, given, 0)
    elif state["num_deleted"] or state["first_seq"] > 1:
        found, reason = Standing.DAMAGED, f"LEDGER lacks events before {last}"
    elif last > given:
        found, reason = (
            Standing.AHEAD,
            f"LEDGER ends at {last} and the database at {given}: run `ledger adopt`",
        )
    elif last and await _message(broker, last) != (row["subject"], row["body"]):
        found, reason = Standing.DIFFERENT, f"LEDGER and the database have different events at {last}"
    else:
        gate.open(row["server_start"])
        acknowledged.write(last)
        return Comparison(Standing.LEVEL if last == given else Standing.BEHIND, given, last)
    gate.hold(reason)
    gate.judged.set()
    return Comparison(found, given, last, reason)


async def _stream_state(broker: Client) -> tuple[dict[str, int], Standing]:
    if not broker.is_connected:
        return {}, Standing.UNREACHABLE
    try:
        state = (await call(broker, "STREAM.INFO.LEDGER", patience=3.0))["state"]
    except ApiError as error:
        if error.code == STREAM_NOT_FOUND:
            return {}, Standing.GONE
        return {}, Standing.UNREACHABLE
    except (TimeoutError, nats.errors.Error):
        return {}, Standing.UNREACHABLE
    kept = {"last_seq": state["last_seq"], "first_seq": state["first_seq"] if state["messages"] else 1}
    return {**kept, "num_deleted": state.get("num_deleted", 0)}, Standing.LEVEL


async def _message(broker: Client, seq: int) -> tuple[str, bytes]:
    message = (await call(broker, "STREAM.MSG.GET.LEDGER", {"seq": seq}))["message"]
    return message["subject"], base64.b64decode(message.get("data", ""))
