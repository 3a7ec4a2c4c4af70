"""Workbooks that are read after their upload was answered: by a task of this hub, which says how far it is.

Rule that stays true: what is not read yet is read by one hub at a time, and by another, at the next look, where
that one is not heard of any more. A file is begun twice at most: one that takes a hub down does not do so for ever.
"""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import OffloadBusy
from nanduti_hub.plans.kept import pack_reading
from nanduti_hub.plans.uploads import UNREADABLE, compare, read
from nanduti_hub.refusal import Refused
from nanduti_hub.serving import Hub
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)

#: Who is reading has gone when nothing was heard for so long.
GONE_AFTER = timedelta(seconds=10)
#: Seconds between two words of how far it is, at least and at most.
SAY_EVERY, SAY_WITHIN = 0.5, 2.0
#: How often a file is begun.
MOST_STARTS = 2


def read_later(hub: Hub, caller: Caller, import_id: str) -> None:
    """Have a borrador read in a task of this hub, unless somebody is at it."""
    task = asyncio.create_task(_guarded(hub, caller, import_id))
    hub.reading.add(task)
    task.add_done_callback(hub.reading.discard)


async def end_all(tasks: set[asyncio.Task[None]]) -> None:
    """End what is being read: it stays as it was uploaded, and is read at the next look."""
    for task in tuple(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _guarded(hub: Hub, caller: Caller, import_id: str) -> None:
    try:
        await _read(hub, caller, import_id)
    except Exception as error:  # noqa: BLE001  # whatever it is, the next look begins again
        log.warning("reading_failed", error=type(error).__name__, at=where(error)[-3:])


async def _read(hub: Hub, caller: Caller, import_id: str) -> None:
    ledger = hub.ledger
    async with transaction(ledger.database, caller) as connection:
        claim = statement("nanduti_hub.plans", "claim_import")
        row = await connection.fetchrow(claim, import_id, GONE_AFTER)
    if row is None:
        return
    plan, version = row["plan"], row["plan_version"]
    far: list[int | None] = [0, None]
    news = asyncio.Event()

    def told(done: int, of: int | None) -> None:
        far[:] = done, of
        news.set()

    saying = asyncio.create_task(_say(ledger, caller, import_id, far, news))
    try:
        while True:
            try:
                if row["read_starts"] > MOST_STARTS:
                    unread = pack_reading(UNREADABLE)
                    done = await compare(ledger, caller, plan, unread)
                else:
                    async with hub.reading_turns:
                        done = await read(
                            ledger, caller, plan, row["file_name"], row["content"], version, told
                        )
                break
            except OffloadBusy:
                await asyncio.sleep(SAY_WITHIN)
            except Refused as refused:
                if refused.refusal.code != "busy":
                    raise
                # What the plan was when the file came has yet to get its number: that is no fault of the file's.
                await asyncio.sleep(SAY_WITHIN)
        async with transaction(ledger.database, caller) as connection:
            keep = statement("nanduti_hub.plans", "keep_reading")
            await connection.execute(keep, import_id, done.reading, done.compared, done.fingerprint)
    finally:
        saying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await saying


async def _say(
    ledger: Ledger, caller: Caller, import_id: str, far: list[int | None], news: asyncio.Event
) -> None:
    """Write how far it is when there is news, twice a second at most, and that somebody is at it, always."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SAY_WITHIN):
                await news.wait()
        news.clear()
        try:
            async with transaction(ledger.database, caller) as connection:
                await connection.execute(statement("nanduti_hub.plans", "hear_import"), import_id, *far)
        except Exception as error:  # noqa: BLE001  # it is only news
            log.warning("progress_not_written", error=type(error).__name__)
        await asyncio.sleep(SAY_EVERY)
