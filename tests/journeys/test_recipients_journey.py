"""An institution's administrator keeps the keys to which its dossiers are sealed, and everybody reads them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from hub_api import Api, Journey, problem
from hub_fixtures import STEWARD
from public_keys_written import written

from nanduti.directory import Recipients, RecipientsChanged
from nanduti.public_keys import fingerprint
from nanduti.wire import subject_of
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Role
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.adoption import stream_of
from nanduti_hub.ledger.database import transaction

CODE = "claves_sint"
PATH = f"/v1/institutions/{CODE}/recipients"


@pytest.fixture(scope="module")
async def its(hub: Journey, steward: Api) -> AsyncIterator[dict[Role, Api]]:
    """Callers of an institution that was just entered, by their roles."""
    entry = {"code": CODE, "acronym": "CS", "name": "Institución sintética con claves", "synthetic": True}
    made = await steward.call("PUT", f"/v1/institutions/{CODE}", json=entry)
    assert made.status_code == 201, made.text
    async with AsyncExitStack() as stack:
        found = {}
        for role in (Role.ADMINISTRATOR, Role.CASE_OFFICER):
            async with transaction(hub.running.ledger.database, STEWARD) as connection:
                token = await create_token(connection, f"test:{role}", role, CODE)
            client = httpx.AsyncClient(
                base_url=hub.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
            )
            found[role] = Api(await stack.enter_async_context(client), token)
        yield found


def key(number: int, kind: str) -> dict[str, Any]:
    return {"public_key": written(7_000_000 + number), "kind": kind}


async def test_the_administrator_registers_and_revokes_and_nobody_else_does(
    its: dict[Role, Api], member: Api, steward: Api
) -> None:
    """At the version that was seen, the first of which is 0; what was revoked is still told."""
    admin = its[Role.ADMINISTRATOR]
    first = await admin.call("GET", PATH)
    assert (first.status_code, first.json()) == (200, {"institution": CODE, "recipients": []})
    assert first.headers["etag"].startswith('"0.')
    problem(await admin.call("POST", PATH, json=key(1, "officer")), 428, "version_missing")
    seen = {"If-Match": first.headers["etag"]}
    for other in (its[Role.CASE_OFFICER], member, steward):
        problem(await other.call("POST", PATH, json=key(1, "officer"), headers=seen), 403, "not_allowed")
    made = await admin.call(
        "POST", PATH, json=key(1, "officer"), headers={**seen, "Idempotency-Key": "una-vez"}
    )
    assert (made.status_code, made.headers["etag"].split(".")[0]) == (200, '"1'), made.text
    again = await admin.call(
        "POST", PATH, json=key(1, "officer"), headers={**seen, "Idempotency-Key": "una-vez"}
    )
    assert (again.status_code, again.content) == (200, made.content)
    problem(await admin.call("POST", PATH, json=key(2, "recovery"), headers=seen), 412, "version_conflict")
    await admin.call("POST", PATH, json=key(2, "recovery"), headers={"If-Match": '"1"'})
    name = fingerprint(written(7_000_001))
    for version in (2, 3):
        revoked = await admin.call("POST", f"{PATH}/{name}/revoke", headers={"If-Match": f'"{version}"'})
        assert (revoked.status_code, revoked.headers["etag"].split(".")[0]) == (200, '"3'), revoked.text
    problem(
        await admin.call("POST", f"{PATH}/0000-0000-0000-0000/revoke", headers={"If-Match": '"3"'}),
        404,
        "key_unknown",
    )
    told = await member.read(PATH)
    assert [(each["label"], each["number"], each["revoked"] is None) for each in told["recipients"]] == [
        ("officer", 1, False),
        ("recovery", 1, True),
    ]
    assert told["recipients"][0]["fingerprint"] == name


async def test_what_is_no_key_is_refused_without_being_said_again(its: dict[Role, Api]) -> None:
    """A secret key that was sent by mistake is in no answer."""
    admin = its[Role.ADMINISTRATOR]
    tag = (await admin.call("GET", PATH)).headers["etag"]
    secret = "AGE-SECRET-KEY-1" + "SYNTHETIC" * 6
    for sent, status, code in (
        (secret, 422, "key_secret"),
        (written(0), 422, "key_unfit"),
        ("age1nada", 422, "key_unfit"),
        ("x" * 201, 400, "invalid"),
    ):
        answer = await admin.call(
            "POST", PATH, json={"public_key": sent, "kind": "officer"}, headers={"If-Match": tag}
        )
        problem(answer, status, code)
        assert sent not in answer.text
        assert "SYNTHETIC" not in answer.text


async def test_keys_are_of_institutions_that_are_there_and_of_ones_own(
    its: dict[Role, Api], member: Api
) -> None:
    """Another's and nobody's."""
    admin = its[Role.ADMINISTRATOR]
    sent: dict[str, Any] = {"json": key(3, "officer"), "headers": {"If-Match": '"0"'}}
    problem(await admin.call("POST", "/v1/institutions/mtess/recipients", **sent), 403, "not_yours")
    problem(await member.call("GET", "/v1/institutions/nadie/recipients"), 404, "entry_unknown")


def test_the_stream_of_an_event_is_found_by_its_subject() -> None:
    """For the day on which the ledger is taken over from the bus."""
    event = RecipientsChanged(version=1, recipients=Recipients(institution="mtess"))
    assert stream_of(subject_of(event), event, DECIDERS) == "recipients:mtess"
