"""Groups: the cases of one operation, opened together, offered together, answered together.

Rules that stay true: what is done to many cases is done to all or to none; they are locked in the order of their ids,
so that two such commands wait for one another; a group is its opener's alone, and gives nobody a part in a case.
Absent: how many at once, which the API limits.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.cases import Facts, GroupEvent, GroupJoined, GroupOpened
from nanduti.vocabulary import Consent
from nanduti_hub.handoffs.commands import OpenCase
from nanduti_hub.handoffs.handling import Build, Handled, handle
from nanduti_hub.handoffs.project import CASES, GROUPS
from nanduti_hub.handoffs.state import Group
from nanduti_hub.ledger.adoption import owner_of
from nanduti_hub.ledger.append import Write, append, read_streams
from nanduti_hub.ledger.execute import Ledger, context, encoded, state_of
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

SLICE = "nanduti_hub.handoffs"


class Opening(Struct, frozen=True, kw_only=True):
    """A case to open in a group."""

    facts: Facts
    tracks: tuple[str, ...]
    consent: Consent = Consent.NOT_ASKED
    synthetic: bool = False


class Grouped(Struct, frozen=True):
    """A group after a command, and the cases that were opened in it, in the order in which they were asked for."""

    group: Group
    cases: tuple[Handled, ...]


async def open_group(
    connection: asyncpg.Connection, ledger: Ledger, openings: Sequence[Opening], *, by: str, at: datetime
) -> Grouped:
    """Open a group with its cases, all held by whoever opens it.

    Raises:
        Refused: what opening one of the cases is refused with.

    """
    id_ = str(uuid.uuid4())
    cases = await _open_all(connection, ledger, id_, openings, by, at)
    opened = GroupOpened(version=1, group=id_, at=at, by=by, cases=_ids(cases))
    return Grouped(await _write(connection, ledger, None, opened), cases)


async def enlarge_group(
    connection: asyncpg.Connection,
    ledger: Ledger,
    group: str,
    openings: Sequence[Opening],
    *,
    by: str,
    at: datetime,
    seen: int | None,
) -> Grouped:
    """Open more cases of the same operation.

    Raises:
        Refused: `group_unknown`, `version_conflict`, or what opening one of the cases is refused with.

    """
    before = await group_of(connection, group, lock=True)
    if seen is not None and seen != before.version:
        raise Refused(Refusal("version_conflict", {"expected": seen, "current": before.version}))
    cases = await _open_all(connection, ledger, group, openings, by, at)
    joined = GroupJoined(version=before.version + 1, group=group, at=at, cases=_ids(cases))
    return Grouped(await _write(connection, ledger, before, joined), cases)


async def group_of(connection: asyncpg.Connection, group: str, *, lock: bool = False) -> Group:
    """A group of the caller's institution.

    Raises:
        Refused: `group_unknown`.

    """
    stream = f"{GROUPS.kind}:{group}"
    stored = (await read_streams(connection, [stream], lock=lock))[stream]
    state = await state_of(connection, GROUPS, stream, stored)
    if state is None:
        raise Refused(Refusal("group_unknown"))
    return state


async def bundle_of(connection: asyncpg.Connection, bundle: str) -> dict[str, str]:
    """The handoffs of a bundle that are from or to the caller's institution, and the case of each.

    Raises:
        Refused: `bundle_unknown`, there is none.

    """
    rows = await connection.fetch(statement(SLICE, "handoffs_of_bundle"), bundle)
    if not rows:
        raise Refused(Refusal("bundle_unknown"))
    return {row["id"]: row["case_id"] for row in rows}


async def handle_all(
    connection: asyncpg.Connection, ledger: Ledger, builds: Mapping[str, Build]
) -> dict[str, Handled]:
    """Carry out a command on each of some cases, or on none.

    Raises:
        Refused: what the first of them, in the order of their ids, is refused with.

    """
    await read_streams(connection, [f"{CASES.kind}:{case}" for case in builds], lock=True)
    return {case: await handle(connection, ledger, case, builds[case]) for case in sorted(builds)}


async def _open_all(
    connection: asyncpg.Connection,
    ledger: Ledger,
    group: str,
    openings: Sequence[Opening],
    by: str,
    at: datetime,
) -> tuple[Handled, ...]:
    handled = []
    for opening in openings:
        case = str(uuid.uuid4())
        handled.append(await handle(connection, ledger, case, _opens(case, group, opening, by, at)))
    return tuple(handled)


def _opens(case: str, group: str, opening: Opening, by: str, at: datetime) -> Build:
    return lambda _file, known: OpenCase(
        by=by,
        at=at,
        known=known,
        case=case,
        facts=opening.facts,
        tracks=opening.tracks,
        consent=opening.consent,
        group=group,
        synthetic=opening.synthetic,
    )


def _ids(cases: Sequence[Handled]) -> tuple[str, ...]:
    return tuple(handled.file.case.id for handled in cases)


async def _write(
    connection: asyncpg.Connection, ledger: Ledger, before: Group | None, event: GroupEvent
) -> Group:
    after = GROUPS.evolve(before, event)
    message = encoded(event, context(ledger))
    # The row first: by it the database knows whose the group is.
    await GROUPS.project(connection, [(after, after.version)])
    write = Write(
        stream=f"{GROUPS.kind}:{after.id}",
        kind=GROUPS.kind,
        as_read=0 if before is None else before.version,
        schema=GROUPS.schema,
        state=msgspec.json.encode(after),
        messages=(message,),
        audience="-",
        owner=owner_of(message.subject, event) if before is None else after.opened_by,
    )
    await append(connection, ledger.gate, [write])
    return after
