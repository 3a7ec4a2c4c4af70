"""What is answered of a borrador: what it says and would do now, a page of its rows at a time.

Rule that stays true: the answer is of the register as it is. What is kept of the comparison is answered while
its fingerprint holds; where the plan, an action or a decision has changed, it is made anew, and kept.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.plans import Revision
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans import kept
from nanduti_hub.plans.offloaded import LETTERS
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.revision import Outcome
from nanduti_hub.plans.uploads import compare, decided_on, fingerprint
from nanduti_hub.refusal import Refusal, Refused

#: Rows of a page, where nobody asks for fewer; and the most.
PAGE = 500


class Page(Struct, frozen=True):
    """Which rows are asked for: from a place on, so many, of one outcome or of all."""

    first: int = 0
    most: int = PAGE
    outcome: Outcome | None = None


FIRST = Page()


class Seen(Struct, frozen=True, kw_only=True):
    """A borrador as it is answered: its id and platform, its version and what distinguishes its state beside that,
    whether somebody has yet to read it, the following page, and the answer.
    """

    id: str
    version: int
    state: str
    is_read: bool
    following: str | None
    body: bytes


async def see(
    ledger: Ledger, caller: Caller, import_id: str, page: Page, check: Callable[[asyncpg.Record], None]
) -> Seen:
    """A borrador with a page of its rows; `check` refuses who may not see it.

    Raises:
        Refused: `import_unknown`.

    """
    async with transaction(ledger.database, caller) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.plans", "look_at_import"), import_id)
        if row is None:
            raise Refused(Refusal("import_unknown"))
        check(row)
        last = (await plan_now(connection, row["plan"])).plan.revision
        decided = decided_on(row)
        # What was confirmed shows what was decided then.
        confirmed = row["confirmed_as"] is not None and row["fingerprint"] is not None
        now = row["fingerprint"] if confirmed else await fingerprint(connection, row["plan"], decided)
    head: dict[str, Any] = {
        "id": row["id"],
        "plan": row["plan"],
        "file_name": row["file_name"],
        "same_as_revision": _same_as(row, last),
        "sha256": row["sha256"],
        "version": row["version"],
        "confirmed_as": row["confirmed_as"],
    }
    reading: bytes | None = row["reading"]
    if reading is None:
        progress = {"done": row["rows_done"], "of": row["rows_of"]}
        return Seen(
            id=row["id"],
            version=row["version"],
            state=f"reading-{row['rows_done']}-{row['rows_of'] or 0}-{_revision(last)}",
            is_read=False,
            following=None,
            body=msgspec.json.encode(head | UNREAD | {"progress": progress}),
        )
    compared: bytes | None = row["compared"]
    if compared is None or row["fingerprint"] != now:
        made = await compare(ledger, caller, row["plan"], reading, decided, row["plan_version"])
        compared, now = made.compared, made.fingerprint
        async with transaction(ledger.database, caller) as connection:
            keep = statement("nanduti_hub.plans", "keep_comparison")
            await connection.execute(keep, import_id, row["version"], compared, now)
    # Unpacking holds no lock of the interpreter.
    body, following = await asyncio.to_thread(_joined, head, reading, compared, page)
    return Seen(id=row["id"], version=row["version"], state=now, is_read=True, following=following, body=body)


#: What is not known of a workbook before it is read.
UNREAD: dict[str, Any] = {
    "state": "reading",
    "outcome": "reading",
    "counts": {},
    "absent": (),
    "findings": (),
    "findings_total": 0,
    "rows": (),
    "next": None,
}


def _same_as(row: asyncpg.Record, last: Revision | None) -> int | None:
    """The revision that a borrador's file is: the one that it became, or else the plan's last, if it is the same."""
    if row["confirmed_as"] is not None:
        confirmed: int = row["confirmed_as"]
        return confirmed
    return last.number if last is not None and last.sha256 == row["sha256"] else None


def _revision(last: Revision | None) -> int:
    return last.number if last is not None else 0


def _joined(head: dict[str, Any], reading: bytes, compared: bytes, page: Page) -> tuple[bytes, str | None]:
    """The whole answer: objects that are JSON already, put together as text."""
    letter = None if page.outcome is None else LETTERS[page.outcome]
    places, following = kept.places_of(kept.marks_of(compared), letter, page.first, page.most)
    rows = (
        seen[:-1] + b',"row":' + row + b"}"
        for seen, row in zip(kept.lines_of(compared, places), kept.lines_of(reading, places), strict=True)
    )
    cursor = None if following is None else f"f{following}"
    tail = msgspec.json.encode({"state": "read", "progress": None, "next": cursor})
    above = (msgspec.json.encode(head)[:-1], kept.head_of(compared)[1:-1], tail[1:-1])
    return b'%b,"rows":[%b]}' % (b",".join(above), b",".join(rows)), cursor
