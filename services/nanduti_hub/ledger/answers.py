"""Idempotency: the answer to a request is kept in the transaction that carries it out.

The same key again, with the same request, gets the same answer and nothing happens; with another request it
is refused. Without a key a command is carried out each time it is sent.
"""

import hashlib
from collections.abc import Awaitable, Callable

import asyncpg
import msgspec
from msgspec import Struct

from nanduti_hub.caller import Caller
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused


class Answer(Struct, frozen=True):
    """An HTTP answer: status, headers and body bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


def request_hash(*parts: bytes | str) -> bytes:
    """What makes two requests the same: SHA-256 over their parts, each with its length."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()


async def once(
    connection: asyncpg.Connection,
    caller: Caller,
    key: str | None,
    request: bytes,
    work: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Carry `work` out, or give the answer that this caller's key had before.

    Of two requests with one key at the same time the second waits, and gets the first's answer.

    Raises:
        Refused: `idempotency_key_reused`, the key came with another request before.

    """
    if key is None:
        return await work()
    # The same key at the same time waits here: else it would meet the version that the first has just made.
    await connection.execute(statement("nanduti_hub.ledger", "hold_key"), caller.id, key)
    known = await connection.fetchrow(statement("nanduti_hub.ledger", "find_answer"), caller.id, key)
    if known is not None:
        if known["request_hash"] != request:
            raise Refused(Refusal("idempotency_key_reused"))
        headers = msgspec.json.decode(known["headers"], type=dict[str, str])
        return Answer(known["status"], {**headers, "Idempotency-Replayed": "true"}, known["body"])
    answer = await work()
    await connection.execute(
        statement("nanduti_hub.ledger", "keep_answer"),
        caller.id,
        key,
        request,
        answer.status,
        msgspec.json.encode(answer.headers).decode(),
        answer.body,
    )
    return answer
