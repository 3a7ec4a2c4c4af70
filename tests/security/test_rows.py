"""Behind the checks in code: what the app role itself cannot read or write, by direct SQL.

Everything here connects as `nanduti_app`, says who calls as `transaction` does, and tries.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import pytest
from databases import Database
from samples import COORDINATOR, plan, planned

from nanduti.actions import Indicator, Report
from nanduti.wire import Message
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.ledger.append import Write, append
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.plans.commands import RegisterPlan
from nanduti_hub.plans.project import PLANS

MESA = Caller(name="test:mesa", role=Role.COORDINATOR, scope="mesa", id="token:b")
MTESS = Caller(name="test:mtess", role=Role.OBSERVER, scope="mtess", id="token:c")
MINNA = Caller(name="test:minna", role=Role.CASE_OFFICER, scope="minna", id="token:d")
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*", id="token:e")
REFUSED = asyncpg.InsufficientPrivilegeError


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


@pytest.fixture
async def action(ledger: Ledger) -> str:
    """A synthetic action of CONAETI; its id."""
    command = planned(1)
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, command.action.id, command))
    return command.action.id


@pytest.fixture
async def conaeti_plan(ledger: Ledger) -> str:
    """A synthetic plan of CONAETI; its id."""
    opened = plan()
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, PLANS, opened.id, RegisterPlan(plan=opened)))
    return opened.id


async def notice(ledger: Ledger, reader: str, *, number: bool = True) -> None:
    """A synthetic notice that only `reader` may see, put into the ledger by the hub itself."""
    message = Message(
        type="nanduti.handoff.offered.v1",
        subject=f"nanduti.v1.handoff.{reader}.offered",
        body=b'{"synthetic":true}',
    )
    write = Write(
        stream=f"notice:{reader}", kind="notice", as_read=0, schema=1, state=b"{}", messages=(message,),
        audience=reader,
    )  # fmt: skip
    await run(ledger, WORKER, lambda c: append(c, ledger.gate, [write]))
    if number:
        await number_events(ledger.database, ledger.gate)


async def test_a_caller_who_has_not_said_who_it_is_sees_nothing(
    database: Database, action: str, conaeti_plan: str
) -> None:
    """A transaction that was opened by another way than the one door is blind."""
    async with direct(database, None) as connection:
        for table in (
            "stream",
            "pending",
            "event",
            "action",
            "report",
            "plan",
            "import",
            "idempotency",
            "department",
        ):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    async with direct(database, MTESS) as connection:
        assert await connection.fetchval("SELECT id FROM action") == action
        assert await connection.fetchval("SELECT id FROM plan") == conaeti_plan


@pytest.mark.parametrize("numbered", [False, True])
async def test_a_notice_is_seen_by_its_reader_alone(
    database: Database, ledger: Ledger, numbered: bool
) -> None:
    """By those of its house who work with cases, before it has its number and after; its stream by nobody."""
    await notice(ledger, "mtess", number=numbered)
    table = "event" if numbered else "pending"
    focal_point = Caller(name="test:mtess", role=Role.FOCAL_POINT, scope="mtess", id="token:c")
    for caller, sees in ((focal_point, 1), (MTESS, 0), (MINNA, 0), (MESA, 0), (STEWARD, 0), (COORDINATOR, 0)):
        async with direct(database, caller) as connection:
            query = f"SELECT count(*) FROM {table} WHERE audience = 'mtess'"
            assert await connection.fetchval(query) == sees, caller
            assert await connection.fetchval("SELECT count(*) FROM stream WHERE kind = 'notice'") == 0


@pytest.mark.parametrize("caller", [MESA, MTESS, MINNA, STEWARD])
async def test_what_is_another_platforms_cannot_be_changed(
    database: Database, action: str, conaeti_plan: str, caller: Caller
) -> None:
    """An update finds no row to change, though all may read it; its own coordinator's does."""
    async with direct(database, caller) as connection:
        for statement in (
            f"UPDATE action SET title = 'x' WHERE id = '{action}'",
            f"UPDATE plan SET version = 9 WHERE id = '{conaeti_plan}'",
            f"UPDATE stream SET state = '' WHERE id = 'action:{action}'",
        ):
            assert await connection.execute(statement) == "UPDATE 0"
    async with direct(database, COORDINATOR) as connection:
        own = await connection.execute("UPDATE action SET title = 'x' WHERE id = $1", action)
        assert own == "UPDATE 1"


@pytest.mark.parametrize("caller", [MESA, MTESS, MINNA, STEWARD])
async def test_what_another_platform_has_reported_cannot_be_changed_or_withdrawn(
    database: Database, ledger: Ledger, caller: Caller
) -> None:
    """All may read it; a row of one's own making is refused, too."""
    reported = Indicator(number=1, text="x", reports=(Report(on=date(2026, 6, 30), value=1.0),))
    command = planned(1, indicators=(reported,))
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, command.action.id, command))
    copy = "INSERT INTO report SELECT action, indicator, 2, platform, plan, institutions, measure, day, department, counted_in, category, value FROM report"
    async with direct(database, caller) as connection:
        assert await connection.fetchval("SELECT count(*) FROM report") == 1
        assert await connection.execute("UPDATE report SET value = 2") == "UPDATE 0"
        assert await connection.execute("DELETE FROM report") == "DELETE 0"
        with pytest.raises(REFUSED):
            await connection.execute(copy)
    async with direct(database, COORDINATOR) as connection:
        assert await connection.execute(copy) == "INSERT 0 1"
        assert await connection.execute("DELETE FROM report") == "DELETE 2"


ENTER_PLAN = "INSERT INTO plan (id, platform, version, body) VALUES ('p', 'conaeti', 1, '{}')"
ENTER_STREAM = "INSERT INTO stream (id, kind, version, schema, state, owner) VALUES ('plan:p', 'plan', 1, 1, '', 'conaeti')"
TAKE_OVER = "UPDATE plan SET platform = 'conaeti' WHERE platform = 'mesa'"
TELL = (
    "INSERT INTO pending (stream, version, type, subject, audience, body)"
    " VALUES ('plan:p', 1, 't', 'nanduti.v1.plan.conaeti.registered.p', '*', '{}')"
)
ENTER_INSTITUTION = "INSERT INTO institution (code, version, body) VALUES ('evil', 1, '{}')"


@pytest.mark.slow
@pytest.mark.parametrize("statement", [ENTER_PLAN, ENTER_STREAM, TELL, ENTER_INSTITUTION, TAKE_OVER])
@pytest.mark.parametrize("caller", [MESA, MTESS, MINNA, None])
async def test_nothing_is_entered_in_anothers_name(
    database: Database, ledger: Ledger, statement: str, caller: Caller | None
) -> None:
    """No plan, no stream, no event; nor is one's own given to another."""
    mesas = plan(platform="mesa")
    await run(ledger, MESA, lambda c: execute(c, ledger, PLANS, mesas.id, RegisterPlan(plan=mesas)))
    async with direct(database, caller) as connection:
        if statement == TAKE_OVER and caller is not MESA:
            assert await connection.execute(statement) == "UPDATE 0"
        else:
            with pytest.raises(REFUSED):
                await connection.execute(statement)


@pytest.mark.parametrize("role", list(Role))
async def test_only_the_coordinator_of_the_platform_writes_what_is_its_own(
    database: Database, role: Role
) -> None:
    """The same statement by every role of the same scope."""
    caller = Caller(name="test", role=role, scope="conaeti", id="token:f")
    async with direct(database, caller) as connection:
        if role is Role.COORDINATOR:
            assert await connection.execute(ENTER_PLAN) == "INSERT 0 1"
        else:
            with pytest.raises(REFUSED):
                await connection.execute(ENTER_PLAN)


async def test_the_directory_is_entered_by_stewards(database: Database) -> None:
    """Theirs alone."""
    async with direct(database, STEWARD) as connection:
        assert await connection.execute(ENTER_INSTITUTION) == "INSERT 0 1"


async def test_a_borrador_is_its_platforms_alone(
    database: Database, ledger: Ledger, conaeti_plan: str
) -> None:
    """Nobody else sees that it exists, or can put one in its place."""
    enter = (
        "INSERT INTO import (id, plan, platform, file_name, sha256, content, reading, uploaded_by)"
        " VALUES ($1, $2, 'conaeti', 'plan.xlsx', 'x', '', '{}', 'test')"
    )
    async with transaction(ledger.database, COORDINATOR) as connection:
        await connection.execute(enter, "i", conaeti_plan)
    for caller in (MESA, MTESS, STEWARD, None):
        async with direct(database, caller) as connection:
            assert await connection.fetchval("SELECT count(*) FROM import") == 0
            assert await connection.execute("UPDATE import SET content = 'x'") == "UPDATE 0"
            with pytest.raises(REFUSED):
                await connection.execute(enter, "j", conaeti_plan)


async def test_an_answer_that_was_kept_is_its_callers_alone(database: Database, ledger: Ledger) -> None:
    """Two callers' Idempotency-Keys are two keys, and neither can look the other's answer up."""
    keep = (
        "INSERT INTO idempotency (caller, key, request_hash, status, headers, body)"
        " VALUES ($1, 'k', '', 200, '{}', 'answer')"
    )
    async with transaction(ledger.database, MESA) as connection:
        await connection.execute(keep, MESA.id)
    async with direct(database, MTESS) as connection:
        assert await connection.fetchval("SELECT count(*) FROM idempotency") == 0
        with pytest.raises(REFUSED):
            await connection.execute(keep, MESA.id)


@pytest.mark.parametrize("table", ["event", "pending", "ledger_head", "register_head"])
@pytest.mark.parametrize("caller", [COORDINATOR, STEWARD])
@pytest.mark.usefixtures("action")
async def test_the_ledger_is_only_added_to(database: Database, table: str, caller: Caller) -> None:
    """The app role changes, deletes and empties nothing of it, whoever it says is calling."""
    changes = {"event": "seq", "pending": "version", "ledger_head": "seq", "register_head": "seq"}
    for statement in (
        f"UPDATE {table} SET {changes[table]} = 7",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP TABLE {table}",
    ):
        async with direct(database, caller) as connection:
            with pytest.raises(REFUSED):
                await connection.execute(statement)


PERSON, TOKEN = "01900000-0000-7000-8000-0000000000aa", "01900000-0000-7000-8000-0000000000bb"
ENTER_PERSON = (
    "INSERT INTO person (id, home, login, name, created_by, created_by_name)"
    " VALUES ('p2', 'mtess', 'bea', 'Persona Sintética', 'hub', 'hub')"
)
ENTER_TOKEN = (
    "INSERT INTO token (id, sha256, name, role, scope) VALUES ('t2', sha256('x'), 'x', 'observer', 'mtess')"
)
ENTER_LINK = (
    "INSERT INTO invitation (id, sha256, person, created_by, expires_at)"
    f" VALUES ('i2', sha256('y'), '{PERSON}', 'hub', now())"
)
CHANGE = {
    "person": "UPDATE person SET removed_at = now()",
    "token": "UPDATE token SET revoked_at = now()",
    "invitation": "UPDATE invitation SET ended_at = now()",
    "person_role": "DELETE FROM person_role",
}
ENTER = {
    "person": ENTER_PERSON,
    "token": ENTER_TOKEN,
    "invitation": ENTER_LINK,
    "person_role": f"INSERT INTO person_role (person, role, scope) VALUES ('{PERSON}', 'administrator', 'mtess')",
}


@pytest.fixture
async def mtess_person(ledger: Ledger) -> str:
    """A person of the ministry of labour with a role, a link and a token beside; the person's id."""
    async with transaction(ledger.database, STEWARD) as connection:
        await connection.execute(ENTER_PERSON.replace("'p2'", f"'{PERSON}'").replace("'bea'", "'ana'"))
        await connection.execute(ENTER["person_role"].replace("administrator", "observer"))
        await connection.execute(ENTER_LINK.replace("'i2'", "'i1'").replace("sha256('y')", "sha256('z')"))
        await connection.execute(ENTER_TOKEN.replace("'t2'", f"'{TOKEN}'").replace("'x')", "'w')", 1))
    return PERSON


@pytest.mark.slow
@pytest.mark.parametrize("table", list(ENTER))
@pytest.mark.parametrize(
    "caller",
    [
        Caller(name="test", role=Role.ADMINISTRATOR, scope="minna", id="token:g"),
        Caller(name="test", role=Role.COORDINATOR, scope="mtess", id="token:h"),
        Caller(name="test", role=Role.CASE_OFFICER, scope="mtess", id="token:i"),
        Caller(name="test", role=Role.OBSERVER, scope="mtess", id=f"person:{PERSON}"),
        None,
    ],
)
@pytest.mark.usefixtures("mtess_person")
async def test_people_and_tokens_are_their_administrators_and_the_stewards(
    database: Database, table: str, caller: Caller | None
) -> None:
    """Nobody else sees one, changes one, or makes one, though it be their own."""
    async with direct(database, caller) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        assert await connection.execute(CHANGE[table]) in ("UPDATE 0", "DELETE 0")
        with pytest.raises(REFUSED):
            await connection.execute(ENTER[table])


@pytest.mark.parametrize("table", list(ENTER))
@pytest.mark.parametrize(
    "caller", [STEWARD, Caller(name="test", role=Role.ADMINISTRATOR, scope="mtess", id="token:j")]
)
@pytest.mark.usefixtures("mtess_person")
async def test_an_administrator_manages_its_own(database: Database, table: str, caller: Caller) -> None:
    """And a steward everybody's: the same statements."""
    async with direct(database, caller) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1
        assert await connection.execute(ENTER[table]) == "INSERT 0 1"
        assert await connection.execute(CHANGE[table]) in ("UPDATE 2", "DELETE 2")


ENTER_QUERY = "INSERT INTO saved_query (id, owner, name, query) VALUES ('q2', 'token:b', 'Plazos', '')"


async def test_a_saved_query_is_its_owners_alone(database: Database, ledger: Ledger) -> None:
    """Nobody else sees it, changes it, takes it away, or keeps one in another's name; a steward neither."""
    async with transaction(ledger.database, MESA) as connection:
        await connection.execute(ENTER_QUERY.replace("'q2'", "'q1'"))
    for caller in (COORDINATOR, MTESS, STEWARD, None):
        async with direct(database, caller) as connection:
            assert await connection.fetchval("SELECT count(*) FROM saved_query") == 0
            assert await connection.execute("UPDATE saved_query SET name = 'x'") == "UPDATE 0"
            assert await connection.execute("DELETE FROM saved_query") == "DELETE 0"
            with pytest.raises(REFUSED):
                await connection.execute(ENTER_QUERY)
    async with direct(database, MESA) as connection:
        assert await connection.execute(ENTER_QUERY) == "INSERT 0 1"
        assert await connection.execute("UPDATE saved_query SET name = 'x'") == "UPDATE 2"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT calendar_sha256 FROM saved_query",
        "UPDATE saved_query SET owner = 'token:c'",
        "SELECT scopes_of('person:1')",
    ],
)
async def test_the_secret_of_an_address_cannot_be_read_and_a_query_not_given_away(
    database: Database, statement: str
) -> None:
    """Not by its owner either."""
    async with direct(database, MESA) as connection:
        await connection.execute(ENTER_QUERY)
        with pytest.raises(REFUSED):
            await connection.execute(statement)


DIRECTORY = {
    "department": "INSERT INTO department (code, version, body) VALUES ('PY-99', 1, '{}')",
    "institution": ENTER_INSTITUTION,
    "platform": "INSERT INTO platform (code, version, body) VALUES ('evil', 1, '{}')",
    "seat": "INSERT INTO seat (platform, institution, version, body) VALUES ('evil', 'evil', 1, '{}')",
}


@pytest.mark.slow
@pytest.mark.parametrize("table", list(DIRECTORY))
@pytest.mark.parametrize("caller", [COORDINATOR, MTESS, None, STEWARD])
async def test_the_directory_is_changed_by_stewards_alone(
    database: Database, table: str, caller: Caller | None
) -> None:
    """Entered and changed."""
    worker = await asyncpg.connect(database.dsn("worker"))
    await worker.execute(DIRECTORY[table].replace("evil", "good").replace("PY-99", "PY-1"))
    await worker.close()
    async with direct(database, caller) as connection:
        changed = await connection.execute(f"UPDATE {table} SET version = 2")
        assert changed == ("UPDATE 1" if caller is STEWARD else "UPDATE 0")
        if caller is STEWARD:
            assert await connection.execute(DIRECTORY[table]) == "INSERT 0 1"
        else:
            with pytest.raises(REFUSED):
                await connection.execute(DIRECTORY[table])


async def test_no_policy_of_the_app_role_lets_everything_through(database: Database) -> None:
    """A policy of `true` would pass for one."""
    connection = await asyncpg.connect(database.dsn("app"))
    try:
        bare = await connection.fetch(
            "SELECT tablename, policyname FROM pg_policies WHERE roles && '{nanduti_app,public}'"
            " AND (qual = 'true' OR with_check = 'true')"
        )
    finally:
        await connection.close()
    assert not [tuple(row) for row in bare]


async def test_every_table_that_the_app_role_reaches_has_row_security(database: Database) -> None:
    """So that a table of a later issue cannot forget it; what all members may read whole is named here."""
    connection = await asyncpg.connect(database.dsn("app"))
    try:
        open_tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND NOT relrowsecurity AND has_any_column_privilege(oid, 'SELECT, INSERT, UPDATE')"
        )
        bypasses = await connection.fetchval(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
    finally:
        await connection.close()
    assert {row["relname"] for row in open_tables} == {"register_head", "migration"}
    assert not bypasses
