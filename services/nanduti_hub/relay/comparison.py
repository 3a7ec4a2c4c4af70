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
from nanduti_hub.relay.keeper import STREAM_NOT_FOUND, ApiError, call


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
    found, last, whole = await _stream_end(broker)
    kept = acknowledged.read()
    # The highest number of which there is any witness but the database itself, asked before the database is.
    witnessed = max(last, kept or 0, gate.highest)
    async with transaction(database, WORKER, snapshot=True) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.relay", "head"), last)
    given: int = row["seq"]
    reason = ""
    if found is Standing.UNREACHABLE and kept is None:
        reason = "the broker cannot be reached, and no number is kept that could stand in for it"
    elif not whole:
        found, reason = Standing.DAMAGED, f"LEDGER lacks events before {last}"
    elif witnessed > given:
        found = Standing.AHEAD
        reason = f"{witnessed} events were published, and the database ends at {given}: see `ledger adopt`"
    elif last and await _message(broker, last) != (row["subject"], row["body"]):
        found, reason = Standing.DIFFERENT, f"LEDGER and the database have different events at {last}"
    elif found is Standing.LEVEL and last < given:
        found = Standing.BEHIND
    if reason:
        gate.hold(reason)
    else:
        gate.see(given, given)
        gate.open(row["server_start"])
    gate.judged.set()
    return Comparison(found, given, last, reason)


async def _stream_end(broker: Client) -> tuple[Standing, int, bool]:
    """Whether LEDGER can be asked and is there, its last number, and whether it has every event up to it."""
    if not broker.is_connected:
        return Standing.UNREACHABLE, 0, True
    try:
        state = (await call(broker, "STREAM.INFO.LEDGER", patience=3.0))["state"]
    except ApiError as error:
        return (Standing.GONE if error.code == STREAM_NOT_FOUND else Standing.UNREACHABLE), 0, True
    except (TimeoutError, nats.errors.Error):
        return Standing.UNREACHABLE, 0, True
    return Standing.LEVEL, state["last_seq"], state["messages"] == state["last_seq"]


async def _message(broker: Client, seq: int) -> tuple[str, bytes]:
    message = (await call(broker, "STREAM.MSG.GET.LEDGER", {"seq": seq}))["message"]
    return message["subject"], base64.b64decode(message.get("data", ""))
