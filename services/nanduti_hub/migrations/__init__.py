"""The database's shape: the sum of the `.sql` files of this folder, applied in order, each once.

A file that has been released is never edited; a change is a new file. `bootstrap` needs a superuser and is
for the embedded server and the tests; where the ministry's DBA makes the roles, only `migrate` runs.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files

import asyncpg

ROLES = ("nanduti_owner", "nanduti_app", "nanduti_worker")


class WrongRole(RuntimeError):
    """Whoever migrates is not nanduti_owner: the tables would be somebody else's. The text is for the operator."""


class ChangedMigration(RuntimeError):
    """A migration that this database has applied does not read as it did then."""


def scripts() -> dict[str, str]:
    """All migrations, name to text, in the order in which they apply."""
    found = {
        entry.name: entry.read_text("utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


async def bootstrap(superuser_dsn: str, database: str, passwords: Mapping[str, str]) -> None:
    """Create the three roles and the database, or set the roles' passwords where they exist already.

    `passwords` is by role. Idempotent.
    """
    connection = await asyncpg.connect(superuser_dsn)
    try:
        for role in ROLES:
            # Names and passwords cannot be bound in DDL: the server itself quotes them.
            verb = (
                "ALTER"
                if await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
                else "CREATE"
            )
            statement = await connection.fetchval(
                "SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD %L', $1::text, $2::text, $3::text)",
                verb,
                role,
                passwords[role],
            )
            await connection.execute(statement)
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
            await connection.execute(
                await connection.fetchval(
                    "SELECT format('CREATE DATABASE %I OWNER nanduti_owner', $1::text)", database
                )
            )
    finally:
        await connection.close()


async def migrate(owner_dsn: str) -> list[str]:
    """Bring the database to the shape that this version needs; answers the names of what was applied.

    Each file runs in a transaction of its own. Safe to run from several processes at once.

    Raises:
        ChangedMigration: an applied file was edited since.
        WrongRole: the connection is not nanduti_owner's.

    """
    connection = await asyncpg.connect(owner_dsn)
    applied: list[str] = []
    try:
        role = await connection.fetchval("SELECT current_user")
        if role != ROLES[0]:
            raise WrongRole(f"se migra como {ROLES[0]}, y esta conexión es de «{role}»")
        # Two processes may start at once; the second waits here and finds nothing left to do.
        await connection.execute("SELECT pg_advisory_lock(hashtext('nanduti.migrate'))")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        await connection.execute("GRANT SELECT ON migration TO nanduti_app, nanduti_worker")
        for name, script in scripts().items():
            digest = hashlib.sha256(script.encode()).hexdigest()
            async with connection.transaction():
                known = await connection.fetchval("SELECT sha256 FROM migration WHERE name = $1", name)
                if known is None:
                    await connection.execute(script)
                    await connection.execute(
                        "INSERT INTO migration (name, sha256) VALUES ($1, $2)", name, digest
                    )
                    applied.append(name)
                elif known != digest:
                    raise ChangedMigration(f"{name} was applied with another text than it has now")
    finally:
        await connection.close()
    return applied


async def missing(connection: asyncpg.Connection) -> list[str]:
    """Which migrations of this version a database lacks."""
    if not await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
        return list(scripts())
    applied = {row["name"] for row in await connection.fetch("SELECT name FROM migration")}
    return [name for name in scripts() if name not in applied]
