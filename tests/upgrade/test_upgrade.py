"""Every release's database can be brought to this version, and is the same register afterwards."""

import asyncio
import gzip
import json
import os
import sys
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
        expected = json.loads(dump.with_name(dump.name.replace(".sql.gz", ".json")).read_text())
        owner = await asyncpg.connect(database.dsn("owner"))
        rows = {
            table: await owner.fetchval(f"SELECT count(*) FROM {table}")  # our own words
            for table in expected.get("rows", {})
        }
        await owner.close()
    finally:
        await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    register = {"number": state.number, "digest": state.digest, "actions": state.actions}
    assert register | {"rows": rows} == {"rows": {}} | expected
    assert differences == []


async def test_a_hub_does_not_serve_a_database_of_another_shape(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection, tmp_path: Path
) -> None:
    """An upgrade without `migrate` is told at once, with what to do."""
    assert template, "the roles exist"
    name = f"empty_{uuid.uuid4().hex[:12]}"
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE template0')
    database = Database(postgres_server, name)
    environment = {
        **os.environ,
        "NANDUTI_APP_DSN": database.dsn("app"),
        "NANDUTI_WORKER_DSN": database.dsn("worker"),
        "NANDUTI_NATS_URL": "nats://127.0.0.1:1",
        "NANDUTI_KEYS": str(tmp_path / "keys"),
        "NANDUTI_STATE": str(tmp_path),
        "NANDUTI_SOURCE": "urn:nanduti:test",
    }
    command = Path(sys.executable).parent / "nanduti-hub"
    try:
        process = await asyncio.create_subprocess_exec(
            str(command),
            "serve",
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(30):
            out, said = await process.communicate()
    finally:
        await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert (process.returncode, out) == (1, b"")
    assert "0001_ledger.sql" in said.decode()
    assert "nanduti-hub migrate" in said.decode()
