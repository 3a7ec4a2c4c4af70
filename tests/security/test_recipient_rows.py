"""Whom dossiers are sealed to is the institution's to say: what the database itself takes, and from whom."""

import asyncpg
import pytest
from databases import Database
from public_keys_written import written
from test_rows import direct

from nanduti.vocabulary import RecipientKind
from nanduti_hub.caller import Caller, Role
from nanduti_hub.directory.project import RECIPIENTS
from nanduti_hub.directory.recipients import RegisterKey
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.serving import today

ADMINISTRATOR = Caller(name="test", role=Role.ADMINISTRATOR, scope="mtess", id="token:k")
OTHERS = [
    Caller(name="test", role=Role.STEWARD, scope="*", id="token:l"),
    Caller(name="test", role=Role.ADMINISTRATOR, scope="minna", id="token:m"),
    Caller(name="test", role=Role.CASE_OFFICER, scope="mtess", id="token:n"),
    None,
]
REFUSED = asyncpg.InsufficientPrivilegeError
ENTER = "INSERT INTO recipients (institution, version, body) VALUES ('mtess', 1, '{}')"
STREAM = (
    "INSERT INTO stream (id, kind, version, schema, state, owner)"
    " VALUES ('recipients:mtess', 'recipients', 1, 1, '', 'hub')"
)
DISGUISED = STREAM.replace("'recipients', 1", "'institution', 1")
SUBJECT = "nanduti.v1.directory.hub.recipients_changed.mtess"
TELL = (
    "INSERT INTO pending (stream, version, type, subject, audience, body)"
    f" VALUES ('recipients:mtess', 1, 't', '{SUBJECT}', '*', '{{}}')"
)
AS_ANOTHERS = TELL.replace("'recipients:mtess'", "'institution:mtess'")


@pytest.mark.parametrize("statement", [ENTER, STREAM, TELL])
async def test_the_institutions_administrator_writes_its_keys(database: Database, statement: str) -> None:
    """Row, stream and event."""
    async with direct(database, ADMINISTRATOR) as connection:
        assert await connection.execute(statement) == "INSERT 0 1"


@pytest.mark.parametrize("statement", [ENTER, STREAM, DISGUISED, TELL, AS_ANOTHERS])
@pytest.mark.parametrize("caller", OTHERS)
async def test_nobody_else_does_not_even_the_steward(
    database: Database, statement: str, caller: Caller | None
) -> None:
    """Who could put a key there could read every dossier that comes after."""
    async with direct(database, caller) as connection:
        with pytest.raises(REFUSED):
            await connection.execute(statement)


async def test_an_administrator_tells_of_nothing_but_its_keys(database: Database) -> None:
    """No other subject, no other reader, no other stream."""
    for other in (
        TELL.replace("recipients_changed.mtess", "recipients_changed.minna"),
        TELL.replace("recipients_changed", "institution_registered"),
        TELL.replace("'*'", "'minna'"),
        AS_ANOTHERS,
        STREAM.replace("'recipients:mtess'", "'institution:mtess'"),
        STREAM.replace(":mtess", ":minna"),
    ):
        async with direct(database, ADMINISTRATOR) as connection:
            with pytest.raises(REFUSED):
                await connection.execute(other)


async def test_every_member_reads_them_and_others_change_none(database: Database, ledger: Ledger) -> None:
    """As registered by the administrator's own command; its row, its stream and its event."""
    key = RegisterKey(institution="mtess", public_key=written(77), label=RecipientKind.OFFICER, on=today())
    await run(ledger, ADMINISTRATOR, lambda c: execute(c, ledger, RECIPIENTS, "mtess", key))
    await number_events(ledger.database, ledger.gate)
    told = f"SELECT count(*) FROM event WHERE subject = '{SUBJECT}'"
    for caller in (*OTHERS, ADMINISTRATOR):
        seen = 0 if caller is None else 1
        async with direct(database, caller) as connection:
            assert await connection.fetchval("SELECT count(*) FROM recipients") == seen
            assert await connection.fetchval("SELECT count(*) FROM stream") == seen
            assert await connection.fetchval(told) == seen
            changed = f"UPDATE {1 if caller is ADMINISTRATOR else 0}"
            assert await connection.execute("UPDATE recipients SET version = 2") == changed
            assert await connection.execute("UPDATE stream SET version = 2") == changed
            with pytest.raises(REFUSED):
                await connection.execute("DELETE FROM recipients")
