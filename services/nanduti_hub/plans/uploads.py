"""A workbook's way in: kept as a borrador, with how it was read. Until it is confirmed nothing has happened.

Reading and comparing run in a process of their own.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.directory import Department, Institution
from nanduti_hub.caller import Caller
from nanduti_hub.directory.queries import entries, platform_named
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import OffloadFailed, offload
from nanduti_hub.plans.offloaded import read_bytes, view_bytes
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.rows import Finding, Known, Reading, Severity
from nanduti_hub.refusal import Refusal, Refused


async def unrecorded(*_: Any) -> None:
    """The hub's own doing, when it is founded: no request asks for it."""


class Draft(Struct, frozen=True, kw_only=True):
    """A borrador: the uploaded file, how it was read, and what a person decided on its pairs."""

    id: str
    plan: str
    platform: str
    file_name: str
    sha256: str
    pairs: dict[str, str | None]
    version: int
    confirmed_as: int | None
    #: A `Reading` as JSON. It can be large, so it is taken apart only where its rows are needed.
    reading: bytes


async def known_for(connection: asyncpg.Connection, platform: str, year: int) -> Known:
    """What a reader must know of the directory to understand a platform's workbook."""
    return Known(
        platform=await platform_named(connection, platform),
        institutions=tuple(await entries(connection, Institution)),
        departments=tuple(await entries(connection, Department)),
        year=year,
    )


async def read_safely(content: bytes, file_name: str, known: Known) -> bytes:
    """`read_bytes` in its process; a file that breaks it gives a reading with that one finding."""
    try:
        return await offload(read_bytes, content, file_name, known)
    except OffloadFailed:
        finding = Finding(
            severity=Severity.ERROR,
            code="file_unreadable",
            message="La planilla no se pudo leer: exigió demasiado tiempo o memoria, o está dañada.",
            suggestion="Ábrala, borre las hojas y el formato que sobran, guárdela como .xlsx y vuelva a subirla.",
        )
        return msgspec.json.encode(Reading(findings=(finding,)))


async def upload(
    ledger: Ledger,
    caller: Caller,
    plan_id: str,
    file_name: str,
    content: bytes,
    noted: Callable[[asyncpg.Connection, str], Awaitable[None]],
) -> str:
    """Keep a file as a borrador of a plan; answers its id. `noted` writes the row of the record beside it."""
    async with transaction(ledger.database, caller) as connection:
        plan = await plan_now(connection, plan_id)
        known = await known_for(connection, plan.plan.platform, plan.plan.term_from.year)
    reading = await read_safely(content, file_name, known)
    id_ = new_id()
    async with transaction(ledger.database, caller) as connection:
        await connection.execute(
            statement("nanduti_hub.plans", "put_import"),
            id_,
            plan_id,
            plan.plan.platform,
            file_name[:200],
            hashlib.sha256(content).hexdigest(),
            content,
            reading,
            caller.name,
        )
        await noted(connection, id_)
    return id_


async def find_draft(connection: asyncpg.Connection, import_id: str, *, lock: bool = False) -> Draft:
    """A borrador by its id; `lock` holds it until the transaction ends.

    Raises:
        Refused: `import_unknown`.

    """
    row = await connection.fetchrow(
        statement("nanduti_hub.plans", "lock_import" if lock else "find_import"), import_id
    )
    if row is None:
        raise Refused(Refusal("import_unknown"))
    return Draft(
        id=row["id"],
        plan=row["plan"],
        platform=row["platform"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        reading=row["reading"],
        pairs=msgspec.json.decode(row["pairs"]),
        version=row["version"],
        confirmed_as=row["confirmed_as"],
    )


async def view(ledger: Ledger, caller: Caller, draft: Draft) -> bytes:
    """What a borrador says and what confirming it would do now, as a JSON object."""
    async with transaction(ledger.database, caller) as connection:
        rows = await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan"), draft.plan)
    return await offload(view_bytes, draft.reading, [row["body"] for row in rows], draft.pairs)
