"""Synthetic actions in bulk, through the ledger's own writing: what the measures fill a register with."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from samples import action

from nanduti.actions import Action, ActionPlanned
from nanduti.vocabulary import Axis
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.append import append
from nanduti_hub.ledger.database import Database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger, fold
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.settings import Settings

AXES = tuple(Axis)


def synthetic(count: int, platform: str = "conaeti", first: int = 1) -> list[Action]:
    """So many actions over all axes, each about as long as a real one."""
    return [
        action(
            number,
            platform=platform,
            axis=AXES[number % len(AXES)],
            description=f"Descripción sintética de la acción {number}, sin relación con ningún plan. " * 4,
            objective="Fortalecer la coordinación entre instituciones (texto sintético de prueba).",
        )
        for number in range(first, first + count)
    ]


async def enter(ledger: Ledger, actions: Sequence[Action]) -> None:
    """Plan the actions, in transactions of 1,000."""
    for first in range(0, len(actions), 1_000):
        folded = [
            fold(ledger, ACTIONS, f"action:{it.id}", 0, None, [ActionPlanned(version=1, action=it)])
            for it in actions[first : first + 1_000]
        ]
        async with transaction(ledger.database, WORKER) as connection:
            await connection.execute("SET LOCAL statement_timeout = 0")
            await append(connection, ledger.gate, [write for write, _ in folded])
            await ACTIONS.project(connection, [(state, 1) for _, state in folded])
    ledger.wake()


async def ledger_beside(settings: Settings) -> Ledger:
    """A ledger on the database of a hub that runs in a process of its own; that hub looks by itself."""
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    gate = Gate()
    async with database.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    return Ledger(database, gate, settings.source, lambda: None)


async def is_published(database: Database) -> bool:
    """Whether nothing waits for its number."""
    async with transaction(database, WORKER) as connection:
        return await connection.fetchval("SELECT NOT EXISTS (SELECT FROM pending)") is True


def owner_dsn(home: Path) -> str:
    """The database of a home as its owner, who may make tables beside the hub's."""
    parts = urlsplit(installation_settings(home).app_dsn)
    password = (home / "keys" / "nanduti_owner").read_text().strip()
    return urlunsplit(parts._replace(netloc=f"nanduti_owner:{password}@{parts.hostname}:{parts.port}"))


def plain_server(store: Path, port: int) -> str:
    """The configuration of a nats-server that waits for the disk, and has no accounts, users or limits."""
    return f"""listen: "127.0.0.1:{port}"
jetstream {{
  store_dir: "{store}"
  sync_interval: always
}}
"""
