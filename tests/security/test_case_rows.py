"""What the database itself shows and takes of a case: nothing, but to the officers of those who have a part in it.

Everything here connects as `nanduti_app`, says who calls as `transaction` does, and tries by direct SQL.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from databases import Database
from desks import CHILD, MONDAY, Desk, feed, give_keys
from msgspec import Struct

from nanduti.handoffs import CompletedNotice
from nanduti_hub.caller import Caller, Role
from nanduti_hub.handoffs.commands import Accept, Advance, Close, Decline
from nanduti_hub.handoffs.dossiers import dossier_of, keep_dossier
from nanduti_hub.handoffs.groups import Opening, open_group
from nanduti_hub.hub import found_directory
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.sequencer import number_events

REFUSED = asyncpg.InsufficientPrivilegeError
CIPHERTEXT = b"sealed, as far as the hub can tell"


class Setting(Struct, frozen=True):
    """A case of the childhood ministry, offered and taken with a dossier, numbered in part; and a group."""

    case: str
    handoff: str
    reference: str
    group: str


@pytest.fixture
async def setting(ledger: Ledger) -> Setting:
    """MINNA opens, the public defender takes; an offer to the courts waits; a group has a case of its own."""
    await found_directory(ledger)
    await give_keys(ledger, "minna", "mdp")
    minna, mdp = Desk(ledger, "minna"), Desk(ledger, "mdp")
    case = await minna.open()
    handoff = await minna.offer(case, "mdp", ciphertext=CIPHERTEXT)
    await minna.through(lambda c: keep_dossier(c, handoff, CIPHERTEXT))
    await mdp.do(case, Accept, handoff=handoff)
    await number_events(ledger.database, ledger.gate)
    await mdp.offer(case, "csj")
    openings = [Opening(facts=CHILD, tracks=("protection",), synthetic=True)]
    grouped = await minna.through(lambda c: open_group(c, ledger, openings, by="minna", at=MONDAY))
    (told, *_) = await feed(ledger, "mdp")
    return Setting(case, handoff, told.reference, grouped.group.id)


@asynccontextmanager
async def direct(database: Database, caller: Caller | None) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the app role's own, inside a transaction that is rolled back."""
    connection = await asyncpg.connect(database.dsn("app"))
    started = connection.transaction()
    await started.start()
    try:
        if caller is not None:
            for name, value in (("role", caller.role.value), ("scope", caller.scope), ("caller", caller.id)):
                await connection.execute("SELECT set_config($1, $2, true)", f"nanduti.{name}", value)
        yield connection
    finally:
        await started.rollback()
        await connection.close()


def caller(role: Role, scope: str) -> Caller:
    """Somebody, calling."""
    return Caller(name="test", role=role, scope=scope, id="token:z")


PARTS = ("minna", "mdp", "csj")
STRANGERS = [
    caller(Role.CASE_OFFICER, "mtess"),
    caller(Role.FOCAL_POINT, "mtess"),
    caller(Role.COORDINATOR, "mesa"),
    caller(Role.STEWARD, "*"),
    *(
        caller(role, scope)
        for role in (Role.COORDINATOR, Role.OBSERVER, Role.STEWARD, Role.ADMINISTRATOR)
        for scope in PARTS
    ),
    None,
]
TABLES = (
    "case_file", "case_reference", "track", "case_party", "handoff", "waiting", "case_group", "dossier",
)  # fmt: skip
PRIVATE = "split_part(stream, ':', 1) IN ('case', 'track', 'group', 'notice')"
ALL_ROWS = {
    **{table: f"SELECT count(*) FROM {table}" for table in TABLES},
    "stream": "SELECT count(*) FROM stream WHERE kind IN ('case', 'track', 'group', 'notice')",
    "pending": f"SELECT count(*) FROM pending WHERE {PRIVATE}",
    "event": f"SELECT count(*) FROM event WHERE {PRIVATE}",
}


@pytest.mark.slow
@pytest.mark.usefixtures("setting")
async def test_there_is_something_to_hide(database: Database) -> None:
    """Every table has rows, and every kind of stream."""
    owner = await asyncpg.connect(database.dsn("superuser"))
    try:
        for table, count in ALL_ROWS.items():
            assert await owner.fetchval(count) > 0, table
        kinds = await owner.fetch("SELECT DISTINCT kind FROM stream")
        assert {"case", "track", "group", "notice"} <= {row["kind"] for row in kinds}
    finally:
        await owner.close()


@pytest.mark.slow
async def test_a_stranger_sees_nothing_and_changes_nothing(database: Database, setting: Setting) -> None:
    """Officers of another institution; and of a party itself whoever has another role: no row of any table, no
    stream, no event, no function that would tell.
    """
    for who in STRANGERS:
        async with direct(database, who) as connection:
            for table, count in ALL_ROWS.items():
                assert await connection.fetchval(count) == 0, (who, table)
            for change in (
                "UPDATE case_file SET version = version + 1",
                "UPDATE track SET holder = 'mtess'",
                "UPDATE handoff SET receiver = 'mtess'",
                "UPDATE case_party SET holds = true",
                "UPDATE case_group SET opened_by = 'mtess'",
                "DELETE FROM waiting",
                "UPDATE stream SET state = '' WHERE kind IN ('case', 'track', 'group', 'notice')",
                # Without a condition no policy of reading comes to its help.
                *(["UPDATE stream SET state = ''"] if who is None or who.role is Role.CASE_OFFICER else []),
            ):
                assert (await connection.execute(change)).split()[-1] == "0", (who, change)
            for function, values in (
                ("may_read_case($1)", (setting.case,)),
                ("is_party($1)", (setting.case,)),
                ("may_tell($1, $2)", ("mdp", setting.reference)),
                ("keep_dossier($1, $2)", (setting.handoff, CIPHERTEXT)),
            ):
                told = await connection.fetchval(f"SELECT {function}", *values)
                assert told is not True, (who, function)
            assert await dossier_of(connection, setting.handoff) is None


NEW = "00000000-0000-4000-8000-000000000000"
ENTRIES = {
    "case_file": (
        "INSERT INTO case_file VALUES ($1, 1, 'minna', now(), '2026-1', '{trafficking}', '14-17', 'female', 'PY-7',"
        " '147', 'granted', NULL, NULL, true)"
    ),
    "case_reference": "INSERT INTO case_reference VALUES ('0000-0000-0000-0000', $1, 'minna', 'mtess')",
    "track": (
        "INSERT INTO track VALUES ($1, 'labor', 1, 'open', 'mtess', 'mtess', 'reception', now(), NULL, NULL, NULL,"
        " NULL, NULL)"
    ),
    "case_party": "INSERT INTO case_party VALUES ($1, 'protection', 'mtess', now(), true, false, false, false, false)",
    "handoff": (
        "INSERT INTO handoff (id, case_id, track, version, kind, sender, receiver, state, urgency, share, offered_at,"
        " by_law, on_paper, told) VALUES ('x', $1, 'protection', 1, 'transfer', 'minna', 'mtess', 'accepted',"
        " 'ordinary', 'full', now(), false, false, true)"
    ),
    "waiting": "INSERT INTO waiting VALUES ($1, 'labor', 1, 'mtess', 'answer', now(), NULL, NULL, 0)",
    "case_group": "INSERT INTO case_group VALUES ($1, 1, 'minna', now(), '{}')",
    "dossier": "INSERT INTO dossier VALUES ($1, 'x', 'x', now())",
    "stream": "INSERT INTO stream VALUES ('track:' || $1 || '.labor', 'track', 1, 1, '', '-')",
    "own stream": "INSERT INTO stream VALUES ('track:' || $1 || '.labor', 'track', 1, 1, '', 'mesa')",
    "disguised": "INSERT INTO stream VALUES ('track:' || $1 || '.labor', 'plan', 1, 1, '', 'mesa')",
    "pending": (
        "INSERT INTO pending (stream, version, type, subject, audience, body)"
        " VALUES ('case:' || $1, 9, 't', 'nanduti.v1.case.joined', '-', '{}')"
    ),
    "notice": (
        "INSERT INTO pending (stream, version, type, subject, audience, body)"
        " VALUES ('notice:mesa.' || $1, 9, 't', 'nanduti.v1.handoff.mesa.offered', 'mesa', '{}')"
    ),
    "loud": (
        "INSERT INTO pending (stream, version, type, subject, audience, body)"
        " VALUES ('case:' || $1, 9, 't', 'nanduti.v1.plan.mesa.joined.x', '*', '{}')"
    ),
}


@pytest.mark.slow
async def test_a_stranger_enters_nothing(database: Database, setting: Setting) -> None:
    """Not in a case that there is, nor in one that there is not; a platform's coordinator not in its own name."""
    for who in STRANGERS:
        for name, entry in ENTRIES.items():
            for case in (setting.case, NEW):
                async with direct(database, who) as connection:
                    with pytest.raises(
                        (REFUSED, asyncpg.CheckViolationError, asyncpg.UniqueViolationError)
                    ) as no:
                        await connection.execute(entry, case)
                    if name not in ("disguised", "case_file"):
                        assert no.type is REFUSED, (who, name, case)


@pytest.mark.slow
async def test_nobody_makes_itself_party_to_a_case(database: Database, setting: Setting) -> None:
    """The id of a case that there is cannot be taken, though one knew it; nor a row of it given to oneself."""
    async with direct(database, caller(Role.CASE_OFFICER, "mtess")) as connection:
        take = ENTRIES["case_file"].replace("'minna'", "'mtess'")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(take, setting.case)
    async with direct(database, caller(Role.CASE_OFFICER, "mtess")) as connection:
        upsert = take + " ON CONFLICT (id) DO UPDATE SET version = 9"
        with pytest.raises(REFUSED):
            await connection.execute(upsert, setting.case)


@pytest.mark.slow
async def test_each_party_sees_the_case_and_its_focal_point_reads_it(
    database: Database, setting: Setting
) -> None:
    """Officers and focal points of who opened it, who took it and who was offered it; only officers change it."""
    for scope in PARTS:
        for role in (Role.CASE_OFFICER, Role.FOCAL_POINT):
            async with direct(database, caller(role, scope)) as connection:
                seen = await connection.fetch("SELECT id FROM case_file WHERE id = $1", setting.case)
                assert len(seen) == 1, (scope, role)
                assert (
                    await connection.fetchval("SELECT count(*) FROM track WHERE case_id = $1", setting.case)
                    == 1
                )
                changed = await connection.execute(
                    "UPDATE track SET stage = stage WHERE case_id = $1", setting.case
                )
                assert changed == f"UPDATE {1 if role is Role.CASE_OFFICER else 0}", (scope, role)
    async with direct(database, caller(Role.CASE_OFFICER, "mp")) as connection:
        # It was informed of an offer, and acts on nothing.
        assert await connection.fetchval("SELECT count(*) FROM case_file") == 1
        assert await connection.execute("UPDATE track SET stage = stage") == "UPDATE 0"


@pytest.mark.slow
@pytest.mark.usefixtures("setting")
async def test_a_group_is_its_openers_alone(database: Database) -> None:
    """The other parties of its cases do not know that there is one."""
    for scope in PARTS:
        async with direct(database, caller(Role.CASE_OFFICER, scope)) as connection:
            sees = 1 if scope == "minna" else 0
            assert await connection.fetchval("SELECT count(*) FROM case_group") == sees
            assert await connection.fetchval("SELECT count(*) FROM stream WHERE kind = 'group'") == sees


@pytest.mark.slow
async def test_a_dossier_is_released_to_its_sender_and_to_whoever_has_taken_it(
    ledger: Ledger, setting: Setting
) -> None:
    """Not to whoever was offered it and has not taken it, nor to a later holder; and nobody replaces it."""
    minna, mdp, csj = (Desk(ledger, code) for code in PARTS)
    for desk, sees in ((minna, CIPHERTEXT), (mdp, CIPHERTEXT), (csj, None)):
        assert await desk.through(lambda c: dossier_of(c, setting.handoff)) == sees
    other = await minna.open()
    offered = await minna.offer(other, "mdp", ciphertext=b"other")
    await minna.through(lambda c: keep_dossier(c, offered, b"other"))
    assert await mdp.through(lambda c: dossier_of(c, offered)) is None
    with pytest.raises(ValueError, match="another dossier"):
        await minna.through(lambda c: keep_dossier(c, offered, b"forged"))
    await mdp.do(other, Decline, handoff=offered, code="no_capacity")
    assert await minna.through(lambda c: dossier_of(c, offered)) is None, "it is deleted at once"


@pytest.mark.slow
async def test_whoever_holds_the_case_tells_an_earlier_pair(ledger: Ledger, setting: Setting) -> None:
    """The courts close what the public defender had from MINNA: both are told what came of it, by the reference that
    the courts have never seen.
    """
    mdp, csj = Desk(ledger, "mdp"), Desk(ledger, "csj")
    (offered,) = [n for n in await feed(ledger, "csj") if type(n).__name__ == "OfferedNotice"]
    await csj.do(setting.case, Accept, handoff=offered.handoff)
    for stage in ("attention", "follow_up"):
        await csj.do(setting.case, Advance, track="protection", stage=stage)
    await csj.do(setting.case, Close, track="protection", outcome="safe_with_family")
    for member in ("minna", mdp.code):
        ends = [n for n in await feed(ledger, member) if isinstance(n, CompletedNotice)]
        assert setting.handoff in {notice.handoff for notice in ends}, member
    assert setting.reference not in {notice.reference for notice in await feed(ledger, "csj")}


async def test_functions_that_see_more_are_fenced(database: Database) -> None:
    """Whoever defines one says where it looks names up; and only the roles that need it may call it."""
    owner = await asyncpg.connect(database.dsn("owner"))
    try:
        rows = await owner.fetch(
            "SELECT p.oid::regprocedure::text AS name, p.proconfig, p.proname,"
            " has_function_privilege('public', p.oid, 'EXECUTE') AS anybody"
            " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND n.nspname = 'public'"
        )
        names = {row["proname"] for row in rows}
        assert {
            "may_read_case",
            "is_party",
            "may_tell",
            "keep_dossier",
            "forget_dossier",
            "handoff_elsewhere",
            "acts_for_cases",
        } <= names
        for row in rows:
            assert any(setting.startswith("search_path=") for setting in row["proconfig"] or ()), row["name"]
            assert not row["anybody"], row["name"]
        for role, wanted in (
            (
                "nanduti_app",
                {
                    "acts_for_cases",
                    "may_read_case",
                    "is_party",
                    "may_tell",
                    "keep_dossier",
                    "handoff_elsewhere",
                },
            ),
            ("nanduti_worker", {"keep_dossier", "handoff_elsewhere"}),
        ):
            can = await owner.fetch(
                "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                " WHERE p.prosecdef AND n.nspname = 'public' AND has_function_privilege($1, p.oid, 'EXECUTE')"
                " AND p.proname IN ('may_read_case', 'is_party', 'may_tell', 'keep_dossier', 'forget_dossier',"
                " 'handoff_elsewhere', 'acts_for_cases')",
                role,
            )
            assert {row["proname"] for row in can} == wanted, role
    finally:
        await owner.close()
