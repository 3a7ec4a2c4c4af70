"""The procedure through the API: what every member reads, and what only a steward registers, once."""

import uuid
from typing import Any

from hub_api import Api, Journey, problem

from nanduti.subscribe import subscribe
from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.rebuilding import check


async def another(member: Api, **fields: Any) -> dict[str, Any]:
    """The starting procedure under a new version, for the platforms of this hub."""
    whole: dict[str, Any] = await member.read("/v1/procedures/2026-1")
    version = f"20{uuid.uuid4().int % 30 + 30}-{uuid.uuid4().int % 1000}"
    remits = dict.fromkeys(whole["platform_of"], "mesa")
    return whole | {"version": version, "in_force_from": "2040-01-01", "platform_of": remits, **fields}


async def test_every_member_reads_the_procedure_that_a_hub_starts_with(member: Api) -> None:
    """Whole, in the list and by itself; and that it is not the official manual."""
    listed = (await member.read("/v1/procedures"))["items"]
    read = await member.read("/v1/procedures/2026-1")
    assert listed[0] == read
    assert (read["official"], read["version"]) == (False, starting().version)
    assert "no es el manual oficial" in read["title"]["es"]
    problem(await member.call("GET", "/v1/procedures/1999-1"), 404, "entry_unknown")


async def test_a_steward_registers_another_version_which_then_never_changes(
    conaeti: Api, member: Api, steward: Api
) -> None:
    """The same again is no change; other content under the same version is refused."""
    made = await another(member)
    path = f"/v1/procedures/{made['version']}"
    for api in (conaeti, member):
        problem(await api.call("PUT", path, json=made), 403, "not_allowed")
    answer = await steward.call("PUT", path, json=made)
    assert (answer.status_code, answer.json()) == (201, made)
    again = await steward.call("PUT", path, json=made)
    assert (again.status_code, again.headers["etag"].split(".")[0]) == (200, '"1')
    problem(await steward.call("PUT", path, json=made | {"most_hops": 5}), 409, "procedure_fixed")
    assert await member.read(path) == made
    assert (await member.read("/v1/procedures"))["items"][-1]["in_force_from"] == "2040-01-01"


async def test_a_procedure_that_cannot_be_worked_with_is_not_registered(member: Api, steward: Api) -> None:
    """It says how many problems there are, and the first of them with its place."""
    made = await another(member, reminders=[0])
    path = f"/v1/procedures/{made['version']}"
    told = problem(await steward.call("PUT", path, json=made), 422, "procedure_wrong")
    assert (
        told["title"] == "El procedimiento tiene problemas (1). reminders: 0 no está entre 1 y 99 por ciento."
    )
    stranger = await another(member, platform_of=dict.fromkeys(made["platform_of"], "nadie"))
    path = f"/v1/procedures/{stranger['version']}"
    problem(await steward.call("PUT", path, json=stranger), 404, "platform_unknown")
    problem(await steward.call("PUT", path, json=stranger | {"limt": 1}), 400, "invalid")
    problem(await steward.call("PUT", "/v1/procedures/2099-1", json=stranger), 400, "invalid")
    problem(await member.call("GET", path), 404, "entry_unknown")


async def test_members_hear_of_a_version_and_its_row_is_what_its_event_says(
    hub: Journey, member: Api, steward: Api
) -> None:
    """On the bus, as an entry of the directory."""
    made = await another(member)
    answer = await steward.call("PUT", f"/v1/procedures/{made['version']}", json=made)
    assert answer.status_code == 201, answer.text
    subject = f"nanduti.v1.directory.hub.procedure_registered.{made['version']}"
    async with subscribe(hub.bus.server.url, credentials=hub.bus.credentials("mtess")) as messages:
        async for message in messages:
            if message.subject == subject:
                break
    assert message.event.procedure.version == made["version"]
    async with transaction(hub.running.ledger.database, WORKER, snapshot=True) as connection:
        assert [found for found in await check(connection, DECIDERS) if "procedure" in found] == []
