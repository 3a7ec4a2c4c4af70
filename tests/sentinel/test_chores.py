"""What else the sentinel sees to: revoked keys, dossiers that are kept no longer, and the week's counts."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import asyncpg
import pyrage
import pytest
from case_work import accept, command, here, offer, open_case, private_events
from databases import Database as OwnDatabase

from nanduti.cases import Dossier, ResealingNeeded
from nanduti.public_keys import fingerprint
from nanduti.vocabulary import RecipientKind
from nanduti_hub.caller import WORKER
from nanduti_hub.directory.project import RECIPIENTS
from nanduti_hub.directory.recipients import RegisterKey, RevokeKey
from nanduti_hub.handoffs.commands import Advance, Close
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.sentinel.chores import chores
from nanduti_hub.sentinel.watch import Sentinel

pytestmark = pytest.mark.slow
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 2)


@pytest.fixture
async def superuser(database: OwnDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.dsn("superuser"))
    yield connection
    await connection.close()


async def keys_of(ledger: Ledger, institution: str) -> dict[RecipientKind, str]:
    """Give an institution a key in daily use and one for when all is lost; their fingerprints."""
    made = {}
    for label in (RecipientKind.OFFICER, RecipientKind.RECOVERY):
        key = str(pyrage.x25519.Identity.generate().to_public())
        wanted = RegisterKey(institution=institution, public_key=key, label=label, on=TODAY)
        await run(
            ledger, WORKER, lambda c, wanted=wanted: execute(c, ledger, RECIPIENTS, institution, wanted)
        )
        made[label] = fingerprint(key)
    return made


async def revoke(ledger: Ledger, institution: str, key: str) -> None:
    wanted = RevokeKey(fingerprint=key, on=TODAY)
    await run(ledger, WORKER, lambda c: execute(c, ledger, RECIPIENTS, institution, wanted))


async def look(ledger: Ledger, pools: Database, at: datetime, sentinel: Sentinel | None = None) -> None:
    """Look at a moment at which the hub is there; by a sentinel that has just been started, unless one is given."""
    await here(pools, at)
    await (sentinel or Sentinel(ledger, chores())).look(at)


def sealed_to(*keys: str) -> Dossier:
    return Dossier(sha256="5" * 64, size=1024, recipients=tuple(sorted(keys)))


async def reseals(pools: Database, case: str) -> list[str]:
    events = await private_events(pools, case)
    return [event.handoff for event in events if isinstance(event, ResealingNeeded)]


async def test_a_waiting_dossier_of_which_all_keys_were_revoked_is_to_be_sealed_anew_once(
    ledger: Ledger, pools: Database
) -> None:
    """Whoever looks first sees it, also a sentinel that was not there when the keys were revoked."""
    keys = await keys_of(ledger, "mdp")
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START, dossier=sealed_to(*keys.values()))
    with_nothing = await open_case(ledger, START)
    await offer(ledger, with_nothing, START)
    sentinel = Sentinel(ledger, chores())
    await look(ledger, pools, START + timedelta(minutes=1), sentinel)
    await revoke(ledger, "mdp", keys[RecipientKind.OFFICER])
    await look(ledger, pools, START + timedelta(minutes=2), sentinel)
    assert await reseals(pools, case) == [], "the recovery key opens it"
    await revoke(ledger, "mdp", keys[RecipientKind.RECOVERY])
    for minute in (3, 4):
        await look(ledger, pools, START + timedelta(minutes=minute), sentinel)
        await look(ledger, pools, START + timedelta(minutes=minute))
    assert await reseals(pools, case) == [handoff]
    assert await reseals(pools, with_nothing) == []


async def test_an_accepted_dossier_is_its_receivers_whatever_becomes_of_its_keys(
    ledger: Ledger, pools: Database
) -> None:
    """It has opened it, or can with the key that it keeps."""
    keys = await keys_of(ledger, "mdp")
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START, dossier=sealed_to(*keys.values()))
    await accept(ledger, case, handoff, START + timedelta(minutes=1))
    for key in keys.values():
        await revoke(ledger, "mdp", key)
    await look(ledger, pools, START + timedelta(minutes=2))
    assert await reseals(pools, case) == []


async def test_an_offer_that_was_sealed_while_its_keys_were_revoked_is_found_later(
    ledger: Ledger, pools: Database
) -> None:
    """It was on its way at the first look after the change."""
    keys = await keys_of(ledger, "mdp")
    case = await open_case(ledger, START)
    sentinel = Sentinel(ledger, chores())
    handoff = await offer(ledger, case, START, dossier=sealed_to(*keys.values()))
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE handoff SET state = 'elsewhere' WHERE id = $1", handoff)
    for key in keys.values():
        await revoke(ledger, "mdp", key)
    await look(ledger, pools, START + timedelta(minutes=1), sentinel)
    assert await reseals(pools, case) == []
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE handoff SET state = 'offered' WHERE id = $1", handoff)
    await look(ledger, pools, START + timedelta(minutes=2), sentinel)
    assert await reseals(pools, case) == [handoff]


async def test_a_dossier_is_deleted_some_days_after_closing(
    ledger: Ledger, pools: Database, superuser: asyncpg.Connection
) -> None:
    """As many as the procedure of its case says, which are thirty."""
    keys = await keys_of(ledger, "mdp")
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START, dossier=sealed_to(*keys.values()))
    await superuser.execute("INSERT INTO dossier VALUES ($1, $2, $3)", handoff, "5" * 64, b"sealed")
    await accept(ledger, case, handoff, START + HOUR)
    await look(ledger, pools, START + 40 * DAY)
    assert await superuser.fetchval("SELECT count(*) FROM dossier") == 1
    closed = START + 41 * DAY
    for stage in ("attention", "follow_up"):
        advance = partial(Advance, by="mdp", at=closed, track="protection", stage=stage)
        await command(ledger, case, lambda _file, known, advance=advance: advance(known=known))
    close = partial(Close, by="mdp", at=closed, track="protection", outcome="safe_with_family")
    await command(ledger, case, lambda _file, known: close(known=known))
    await look(ledger, pools, closed + 29 * DAY)
    assert await superuser.fetchval("SELECT count(*) FROM dossier") == 1
    await look(ledger, pools, closed + 30 * DAY)
    assert await superuser.fetchval("SELECT count(*) FROM dossier") == 0


async def test_the_dossier_of_an_offer_that_expires_is_deleted_with_it(
    ledger: Ledger, pools: Database, superuser: asyncpg.Connection
) -> None:
    """Nobody can take it any more."""
    keys = await keys_of(ledger, "mdp")
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START, dossier=sealed_to(*keys.values()))
    await superuser.execute("INSERT INTO dossier VALUES ($1, $2, $3)", handoff, "5" * 64, b"sealed")
    await look(ledger, pools, START + DAY)
    assert await superuser.fetchval("SELECT count(*) FROM dossier") == 0


async def test_the_counts_of_a_week_are_published_when_it_has_ended(ledger: Ledger, pools: Database) -> None:
    """By whichever sentinel looks first, once."""
    await open_case(ledger, START)
    counted = "SELECT count(DISTINCT week) FROM flow_week"
    async with transaction(pools, WORKER) as connection:
        assert await connection.fetchval(counted) == 0
    for _ in range(2):
        await look(ledger, pools, START + 8 * DAY)
    async with transaction(pools, WORKER) as connection:
        assert await connection.fetchval(counted) == 1
        subjects = await connection.fetch("SELECT subject FROM pending WHERE subject LIKE '%.flow.%'")
    assert len(subjects) == len({row["subject"] for row in subjects}) > 0


async def test_a_chore_that_fails_keeps_no_clock_from_firing(ledger: Ledger, pools: Database) -> None:
    """It is logged, and tried again when its time comes."""
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START)
    async with transaction(pools, WORKER) as connection:
        body = await connection.fetchval("SELECT body FROM procedure")
        await connection.execute("UPDATE procedure SET body = $1", b"not json")
    at = START + 2 * DAY
    await look(ledger, pools, at)
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE procedure SET body = $1", body)
        expired = await connection.fetchval("SELECT state FROM handoff WHERE id = $1", handoff)
        looked_at = await connection.fetchval("SELECT looked_at FROM heartbeat")
    assert expired == "expired"
    assert looked_at == at
