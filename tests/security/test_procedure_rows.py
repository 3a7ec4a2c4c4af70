"""The procedure in the database: what a steward has registered, the app role itself cannot change any more."""

import pytest
from databases import Database
from test_rows import COORDINATOR, MESA, REFUSED, STEWARD, direct

from nanduti_hub.caller import Caller
from nanduti_hub.directory.commands import Found
from nanduti_hub.directory.project import PROCEDURES
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.ledger.execute import Ledger, execute, run

INSERT = "INSERT INTO procedure (code, version, body) VALUES ('2026-2', 1, '{}')"


@pytest.fixture
async def _registered(ledger: Ledger) -> None:
    """The starting procedure, entered by the steward."""
    await run(ledger, STEWARD, lambda c: execute(c, ledger, PROCEDURES, "2026-1", Found(starting())))


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("caller", [MESA, COORDINATOR, STEWARD])
async def test_a_registered_procedure_is_read_by_all_and_changed_by_nobody(
    database: Database, caller: Caller
) -> None:
    """Not even by the steward; cases were opened under it."""
    async with direct(database, caller) as connection:
        assert await connection.fetchval("SELECT count(*) FROM procedure") == 1
        assert await connection.fetchval("SELECT count(*) FROM stream WHERE kind = 'procedure'") == 1
        assert await connection.execute("UPDATE procedure SET body = '{}'") == "UPDATE 0"
        with pytest.raises(REFUSED):
            await connection.execute("DELETE FROM procedure")


async def test_only_a_steward_enters_a_procedure(database: Database) -> None:
    """And who says not who calls sees none."""
    for caller in (MESA, COORDINATOR):
        async with direct(database, caller) as connection:
            with pytest.raises(REFUSED):
                await connection.execute(INSERT)
    async with direct(database, STEWARD) as connection:
        assert await connection.execute(INSERT) == "INSERT 0 1"
    async with direct(database, None) as connection:
        assert await connection.fetchval("SELECT count(*) FROM procedure") == 0
