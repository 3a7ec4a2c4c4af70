"""A workbook's way in: kept as a borrador, with how it was read. Until it is confirmed nothing has happened.

Reading and comparing run in a process of their own, in one call; what they come to is kept with the borrador,
the comparison under a fingerprint of all that it was made of.
"""

import asyncio
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
from nanduti_hub.offload import OffloadFailed, check_room, measured, offload
from nanduti_hub.plans.bases import find_bases
from nanduti_hub.plans.kept import pack_reading
from nanduti_hub.plans.offloaded import compare_again, read_and_compare, read_bytes
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.revision import Decided
from nanduti_hub.plans.rows import Finding, Known, Reading, Severity
from nanduti_hub.plans.three_way import StoredBases, Tick
from nanduti_hub.refusal import Refusal, Refused

#: Changes when what is kept of a comparison does, so that a newer hub makes it anew.
SHAPE = 1
UNDECIDED = Decided()
#: Writes the row of the record beside a borrador, whose id it is given.
NotedUpload = Callable[[asyncpg.Connection, str], Awaitable[None]]
#: Hears how many rows are read, and of how many.
Told = Callable[[int, int | None], None]


async def unrecorded(*_: Any) -> None:
    """The hub's own doing, when it is founded: no request asks for it."""


class Draft(Struct, frozen=True, kw_only=True):
    """A borrador: the uploaded file, how it was read, and what a person decided on its pairs."""

    id: str
    plan: str
    platform: str
    file_name: str
    sha256: str
    decided: Decided
    version: int
    confirmed_as: int | None
    #: The plan's version when it was uploaded, where that was noted.
    plan_version: int | None
    #: As `kept.unpack_reading` reads it. It can be large, so it is taken apart only where its rows are needed.
    reading: bytes


class Standing(Struct, frozen=True, kw_only=True):
    """What a borrador is compared with: the plan's actions as stored, their versions by id in the same order, the
    actions as they once were, and the fingerprint of all of it.
    """

    actions: list[bytes]
    versions: dict[str, int]
    bases: StoredBases
    fingerprint: str


class KeptReading(Struct, frozen=True):
    """How a workbook was read and what it comes to, as kept, and the fingerprint of what it was compared with."""

    reading: bytes
    compared: bytes
    fingerprint: str


async def known_for(connection: asyncpg.Connection, platform: str, year: int) -> Known:
    """What a reader must know of the directory to understand a platform's workbook."""
    return Known(
        platform=await platform_named(connection, platform),
        institutions=tuple(await entries(connection, Institution)),
        departments=tuple(await entries(connection, Department)),
        year=year,
    )


async def read_safely(content: bytes, file_name: str, known: Known, told: Told | None = None) -> bytes:
    """`read_bytes` in its process; a file that breaks it gives a reading with that one finding."""
    try:
        return (await measured(told, read_bytes, content, file_name, known)).answer
    except OffloadFailed:
        return msgspec.json.encode(UNREADABLE)


UNREADABLE = Reading(
    findings=(
        Finding(
            severity=Severity.ERROR,
            code="file_unreadable",
            message="La planilla no se pudo leer: exigió demasiado tiempo o memoria, o está dañada.",
            suggestion="Ábrala, borre las hojas y el formato que sobran, guárdela como .xlsx y vuelva a subirla.",
        ),
    )
)


async def upload(
    ledger: Ledger, caller: Caller, plan_id: str, file_name: str, content: bytes, noted: NotedUpload
) -> str:
    """Keep a file as a borrador of a plan, read; answers its id. `noted` writes the row of the record beside it."""
    # It was uploaded before it is read, and what is confirmed meanwhile came after it.
    async with transaction(ledger.database, caller) as connection:
        version = (await plan_now(connection, plan_id)).version
    done, sha256 = await asyncio.gather(
        read(ledger, caller, plan_id, file_name, content, version), asyncio.to_thread(_digest, content)
    )
    return await _put(ledger, caller, plan_id, file_name, content, sha256, version, done, noted)


async def upload_unread(
    ledger: Ledger, caller: Caller, plan_id: str, file_name: str, content: bytes, noted: NotedUpload
) -> str:
    """The same, not read yet: `background` reads it.

    Raises:
        OffloadBusy: too many wait to be read already.

    """
    check_room()
    sha256 = await asyncio.to_thread(_digest, content)
    return await _put(ledger, caller, plan_id, file_name, content, sha256, None, None, noted)


async def _put(
    ledger: Ledger,
    caller: Caller,
    plan_id: str,
    file_name: str,
    content: bytes,
    sha256: str,
    plan_version: int | None,
    done: KeptReading | None,
    noted: NotedUpload,
) -> str:
    id_ = new_id()
    kept = (done.reading, done.compared, done.fingerprint) if done else (None, None, None)
    async with transaction(ledger.database, caller) as connection:
        platform = (await plan_now(connection, plan_id)).plan.platform
        put = statement("nanduti_hub.plans", "put_import")
        named = (id_, plan_id, platform, file_name[:200], sha256)
        await connection.execute(put, *named, content, caller.name, *kept, plan_version)
        await noted(connection, id_)
    return id_


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def read(
    ledger: Ledger,
    caller: Caller,
    plan_id: str,
    file_name: str,
    content: bytes,
    plan_version: int | None,
    told: Told | None = None,
) -> KeptReading:
    """Read a workbook and compare it with its plan, in one process; a file that breaks it has that one finding.

    `plan_version` is the plan's when it was uploaded: what came since is looked up, in a second process.

    Raises:
        Refused: `plan_unknown`; `busy` where that version has not got its number yet.
        OffloadBusy: too many wait to be read already.

    """
    async with transaction(ledger.database, caller, snapshot=True) as connection:
        current = await plan_now(connection, plan_id)
        plan = current.plan
        known = await known_for(connection, plan.platform, plan.term_from.year)
        now = await standing(connection, plan_id, UNDECIDED)
    try:
        done = await measured(told, read_and_compare, content, file_name, known, now.actions)
    except OffloadFailed:
        reading, compared = pack_reading(UNREADABLE), None
    else:
        reading, compared = done.answer
    if compared is None or (plan_version is not None and plan_version < current.version):
        return await compare(ledger, caller, plan_id, reading, plan_version=plan_version)
    return KeptReading(reading, compared, now.fingerprint)


async def compare(
    ledger: Ledger,
    caller: Caller,
    plan_id: str,
    reading: bytes,
    decided: Decided = UNDECIDED,
    plan_version: int | None = None,
) -> KeptReading:
    """Compare what was read with its plan as it is now; `plan_version` is the plan's when it was uploaded. No
    transaction is open while it is worked out.
    """
    async with transaction(ledger.database, caller, snapshot=True) as connection:
        now = await standing(connection, plan_id, decided, reading, plan_version)
    compared = await offload(compare_again, reading, now.actions, decided, now.bases)
    return KeptReading(reading, compared, now.fingerprint)


async def standing(
    connection: asyncpg.Connection,
    plan_id: str,
    decided: Decided,
    reading: bytes | None = None,
    plan_version: int | None = None,
) -> Standing:
    """What a borrador is compared with now; in a snapshot transaction, so that all of it is of one moment. Without
    a reading there are no earlier actions to look up.
    """
    rows = await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan"), plan_id)
    bases = StoredBases()
    if reading is not None:
        bases = await find_bases(connection, plan_id, reading, plan_version)
    return Standing(
        actions=[row["body"] for row in rows],
        versions={row["id"]: row["version"] for row in rows},
        bases=bases,
        fingerprint=await fingerprint(connection, plan_id, decided),
    )


async def fingerprint(connection: asyncpg.Connection, plan_id: str, decided: Decided) -> str:
    """Of all that a comparison is made of: the plan, its actions, and what a person decided."""
    register = await connection.fetchval(statement("nanduti_hub.plans", "fingerprint_of_plan"), plan_id)
    made_of = f"{SHAPE}|{register}|".encode() + msgspec.json.encode(decided, order="sorted")
    return hashlib.sha256(made_of).hexdigest()[:16]


def decided_on(row: asyncpg.Record) -> Decided:
    """What a person decided on a borrador, from its row."""
    return Decided(
        pairs=msgspec.json.decode(row["pairs"], type=dict[str, str | None]),
        ticks=msgspec.json.decode(row["ticks"], type=dict[str, dict[str, Tick]]),
    )


async def find_draft(connection: asyncpg.Connection, import_id: str, *, lock: bool = False) -> Draft:
    """A borrador that is read, by its id; `lock` holds it until the transaction ends.

    Raises:
        Refused: `import_unknown`; `import_reading` where it is not read yet.

    """
    row = await connection.fetchrow(
        statement("nanduti_hub.plans", "lock_import" if lock else "find_import"), import_id
    )
    if row is None:
        raise Refused(Refusal("import_unknown"))
    if row["reading"] is None:
        raise Refused(Refusal("import_reading"))
    return Draft(
        id=row["id"],
        plan=row["plan"],
        platform=row["platform"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        reading=row["reading"],
        decided=decided_on(row),
        version=row["version"],
        confirmed_as=row["confirmed_as"],
        plan_version=row["plan_version"],
    )
