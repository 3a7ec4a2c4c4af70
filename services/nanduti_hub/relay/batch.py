"""Publishing to LEDGER: many messages in one atomic batch, or one.

Rules that stay true: nothing is stored unless LEDGER ends where the caller expects; a batch is stored
whole, in order, or not at all. No `Nats-Msg-Id`: a repeated one rejects a whole batch, and the expected
sequence already makes repeating safe. Absent: which messages, and what to do after a refusal.
"""

import asyncio
import re
from collections.abc import Sequence
from secrets import token_hex

import msgspec
import nats.errors
from msgspec import Struct
from nats.aio.client import Client

from nanduti import wire
from nanduti_hub.relay.keeper import STREAM_NOT_FOUND

#: The most messages that the server takes in one batch.
MAX_MESSAGES = 1_000
#: Let the connection write after so many, so that the server reads while we go on.
_WRITE_EVERY = 64
#: Both say the same; the second is the one that a batch gives when it finds out late.
_WRONG_LAST_SEQUENCE = (10071, 10164)


class WrongLastSequence(Exception):
    """LEDGER does not end where it was expected to. `actual` is where it does, if the server said so."""

    def __init__(self, actual: int | None) -> None:
        super().__init__(f"LEDGER ends at {actual}, not where expected")
        self.actual = actual


class StreamMissing(Exception):
    """LEDGER is not there."""


class _Failure(Struct):
    err_code: int = 0
    description: str = ""


class _Acknowledgement(Struct):
    seq: int = 0
    error: _Failure | None = None


async def publish_batch(
    nc: Client, messages: Sequence[tuple[str, bytes]], expected_last: int, patience: float = 10.0
) -> int:
    """Store messages (subject, bytes) after `expected_last`, and give the sequence of the last of them.

    Raises:
        WrongLastSequence: nothing was stored; LEDGER ends elsewhere.
        StreamMissing: nothing was stored; there is no LEDGER.
        RuntimeError: nothing was stored, for the reason given.
        TimeoutError: no answer came within `patience` seconds: stored or not is unknown, and asking LEDGER tells.

    """
    if not 0 < len(messages) <= MAX_MESSAGES:
        raise ValueError(f"a batch has 1 to {MAX_MESSAGES} messages, not {len(messages)}")
    expected = {"Nats-Expected-Last-Sequence": str(expected_last)}
    headers = wire.headers()
    *others, (subject, body) = messages
    if others:
        batch = {**headers, "Nats-Batch-Id": token_hex(16)}
        for number, (other_subject, other_body) in enumerate(others, 1):
            numbered = {**batch, "Nats-Batch-Sequence": str(number)}
            await nc.publish(
                other_subject, other_body, headers=numbered if number > 1 else numbered | expected
            )
            if number % _WRITE_EVERY == 0:
                await asyncio.sleep(0)
        headers = {**batch, "Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
    else:
        headers |= expected
    try:
        answer = await nc.request(subject, body, timeout=patience, headers=headers)
    except nats.errors.NoRespondersError:
        raise StreamMissing from None
    return _sequence(answer.data)


def _sequence(answer: bytes) -> int:
    acknowledgement = msgspec.json.decode(answer, type=_Acknowledgement)
    failure = acknowledgement.error
    if failure is None:
        return acknowledgement.seq
    if failure.err_code in _WRONG_LAST_SEQUENCE:
        number = re.search(r"\d+", failure.description)
        raise WrongLastSequence(int(number.group()) if number else None)
    if failure.err_code == STREAM_NOT_FOUND:
        raise StreamMissing
    raise RuntimeError(f"LEDGER refused a batch: {failure.description} ({failure.err_code})")
