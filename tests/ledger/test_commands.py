"""Commands: one compare-and-set, decided again when lost, refused where the caller said its version."""

import asyncio

import asyncpg
import pytest
from samples import COORDINATOR, planned

from nanduti import wire
from nanduti.vocabulary import Status
from nanduti_hub.actions.commands import ChangeStatus, ReportProgress
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.ledger.answers import Answer, once, request_hash
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Executed, Ledger, execute, run
from nanduti_hub.ledger.gate import Gate, LedgerHeld
from nanduti_hub.refusal import Refused


async def plan_one(ledger: Ledger, number: int = 1) -> Executed:
    command = planned(number)
    return await run(
        ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, command.action.id, command, expected=0)
    )


async def test_a_command_stores_state_event_and_row_together(ledger: Ledger) -> None:
    done = await plan_one(ledger)
    async with transaction(ledger.database, COORDINATOR) as connection:
        stream = f"action:{done.state.action.id}"
        assert (await read_streams(connection, [stream]))[stream].version == 1
        row = await connection.fetchrow("SELECT version, code FROM action")
        pending = await connection.fetchrow("SELECT subject, body, audience FROM pending")
    assert (row["version"], row["code"]) == (1, "ACC-2026-0001")
    envelope, event = wire.decode(pending["body"])
    assert event.action == done.state.action
    assert envelope.subject == pending["subject"] == f"nanduti.v1.action.conaeti.planned.{event.action.id}"
    assert pending["audience"] == "*"


async def test_a_lost_race_is_decided_again_and_no_change_is_lost(ledger: Ledger) -> None:
    id_ = (await plan_one(ledger)).state.action.id
    reports = [ReportProgress(progress=value) for value in range(1, 21)]
    await asyncio.gather(
        *(run(ledger, COORDINATOR, lambda c, r=r: execute(c, ledger, ACTIONS, id_, r)) for r in reports)
    )
    async with transaction(ledger.database, COORDINATOR) as connection:
        versions = await connection.fetch("SELECT version FROM pending ORDER BY pos")
    assert [row["version"] for row in versions] == list(range(1, 22))


async def test_if_match_refuses_what_somebody_else_has_changed_since(ledger: Ledger) -> None:
    id_ = (await plan_one(ledger)).state.action.id
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, id_, ReportProgress(progress=5)))
    with pytest.raises(Refused) as refused:
        await run(
            ledger,
            COORDINATOR,
            lambda c: execute(c, ledger, ACTIONS, id_, ReportProgress(progress=9), expected=1),
        )
    assert refused.value.refusal.code == "version_conflict"
    assert refused.value.refusal.values == {"expected": 1, "current": 2}


async def test_asking_twice_for_the_same_thing_makes_one_event(ledger: Ledger) -> None:
    id_ = (await plan_one(ledger)).state.action.id
    for _ in range(2):
        done = await run(
            ledger,
            COORDINATOR,
            lambda c: execute(c, ledger, ACTIONS, id_, ChangeStatus(status=Status.IN_PROGRESS)),
        )
    assert (done.version, done.happened) == (2, False)


async def test_a_refusal_writes_nothing(ledger: Ledger) -> None:
    command = planned(1, lead="nobody")
    with pytest.raises(Refused) as refused:
        await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, command.action.id, command))
    assert refused.value.refusal.code == "institution_unknown"
    async with transaction(ledger.database, COORDINATOR) as connection:
        assert await connection.fetchval("SELECT count(*) FROM stream") == 0
        assert await connection.fetchval("SELECT count(*) FROM pending") == 0


async def test_an_event_that_would_be_too_large_is_refused(ledger: Ledger) -> None:
    command = planned(1, observations="ñ" * 40_000)
    with pytest.raises(Refused) as refused:
        await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, command.action.id, command))
    assert refused.value.refusal.code == "event_too_large"


async def test_no_command_is_accepted_while_the_ledger_is_held(ledger: Ledger) -> None:
    held = Ledger(ledger.database, Gate(), ledger.source, lambda: None)
    with pytest.raises(LedgerHeld):
        await plan_one(held)


async def test_a_database_server_that_was_not_compared_closes_the_gate(ledger: Ledger) -> None:
    from datetime import UTC, datetime

    ledger.gate.open(datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(LedgerHeld):
        await plan_one(ledger)
    assert not ledger.gate.is_open
    async with transaction(ledger.database, COORDINATOR) as connection:
        assert await connection.fetchval("SELECT count(*) FROM stream") == 0


async def test_one_idempotency_key_carries_a_request_out_once(ledger: Ledger) -> None:
    done = 0

    async def work(connection: asyncpg.Connection) -> Answer:
        async def once_only() -> Answer:
            nonlocal done
            done += 1
            command = planned(7)
            await execute(connection, ledger, ACTIONS, command.action.id, command)
            return Answer(201, {"ETag": '"1"'}, command.action.id.encode())

        return await once(connection, COORDINATOR, "key-1", request_hash("POST", "/v1/actions"), once_only)

    first = await run(ledger, COORDINATOR, work)
    second = await run(ledger, COORDINATOR, work)
    assert (second.status, second.body) == (first.status, first.body)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert done == 1


async def test_the_same_key_at_the_same_time_is_carried_out_once(ledger: Ledger) -> None:
    async def work(connection: asyncpg.Connection) -> Answer:
        async def once_only() -> Answer:
            command = planned(8)
            await execute(connection, ledger, ACTIONS, command.action.id, command)
            return Answer(201, {}, command.action.id.encode())

        return await once(connection, COORDINATOR, "key-2", request_hash("x"), once_only)

    answers = await asyncio.gather(*(run(ledger, COORDINATOR, work) for _ in range(6)))
    assert len({answer.body for answer in answers}) == 1
    async with transaction(ledger.database, COORDINATOR) as connection:
        assert await connection.fetchval("SELECT count(*) FROM action") == 1


async def test_the_same_key_and_version_at_the_same_time_is_no_conflict_with_itself(ledger: Ledger) -> None:
    for number in range(1, 11):
        id_ = (await plan_one(ledger, number)).state.action.id

        async def work(connection: asyncpg.Connection, id_: str = id_) -> Answer:
            async def once_only() -> Answer:
                await execute(connection, ledger, ACTIONS, id_, ReportProgress(progress=5), expected=1)
                return Answer(200, {}, b"{}")

            return await once(connection, COORDINATOR, f"key-{id_}", request_hash("x"), once_only)

        answers = await asyncio.gather(*(run(ledger, COORDINATOR, work) for _ in range(4)))
        assert [answer.status for answer in answers] == [200] * 4


async def test_a_key_with_another_request_is_refused(ledger: Ledger) -> None:
    async def answer() -> Answer:
        return Answer(200, {}, b"{}")

    await run(ledger, COORDINATOR, lambda c: once(c, COORDINATOR, "k", request_hash("a"), answer))
    with pytest.raises(Refused) as refused:
        await run(ledger, COORDINATOR, lambda c: once(c, COORDINATOR, "k", request_hash("b"), answer))
    assert refused.value.refusal.code == "idempotency_key_reused"
