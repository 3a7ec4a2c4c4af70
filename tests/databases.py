"""A test's own database on the test process's PostgreSQL."""

from dataclasses import dataclass
from typing import Literal

from nanduti_hub import migrations
from nanduti_hub.embedded import postgres

Role = Literal["owner", "app", "worker", "superuser"]

PASSWORDS = {role: f"{role}-only-in-tests" for role in migrations.ROLES}


@dataclass(frozen=True)
class Database:
    """One test's own migrated database."""

    server: postgres.Postgres
    name: str

    def dsn(self, role: Role) -> str:
        """A connection URL into this database for one of the hub's roles, or for the superuser."""
        if role == "superuser":
            return self.server.dsn(database=self.name)
        user = f"nanduti_{role}"
        return self.server.dsn(user, PASSWORDS[user], self.name)
