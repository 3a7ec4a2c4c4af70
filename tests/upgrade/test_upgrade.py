"""Every release's database can be brought to this version, and is the same register afterwards."""

import gzip
import json
import uuid
from pathlib import Path

import asyncpg
import pytest
from databases import Database

from nanduti_hub import migrations
from nanduti_hub.actions.queries import register_state
from nanduti_hub.caller import WORKER
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.rebuilding import check

DUMPS = sorted((Path(__file__).parent.parent / "fixtures" / "upgrade").glob("*.sql.gz"))


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.name.removesuffix(".sql.gz"))
async def test_a_releases_database_comes_to_this_version_with_the_same_register(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection, dump: Path
) -> None:
    assert template, "the roles exist"
    name = f"upgrade_{uuid.uuid4().hex[:12]}"
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE template0')
    database = Database(postgres_server, name)
    try:
        owner = await asyncpg.connect(database.dsn("owner"))
        await owner.execute(gzip.decompress(dump.read_bytes()).decode())
        await owner.close()
        await migrations.migrate(database.dsn("owner"))
        assert await migrations.migrate(database.dsn("owner")) == [], "a second time changes nothing"
        pools = await open_database(database.dsn("app"), database.dsn("worker"))
        async with transaction(pools, WORKER, snapshot=True) as connection:
            state = await register_state(connection)
            differences = await check(connection, DECIDERS)
        await close_database(pools)
    finally:
        await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    expected = json.loads(dump.with_name(dump.name.replace(".sql.gz", ".json")).read_text())
    assert {"number": state.number, "digest": state.digest, "actions": state.actions} == expected
    assert differences == []
