"""Who gets to a case over HTTP and who does not, and what a command meets that comes twice or late."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from case_api import FACTS, Officer, commands, fresh_id
from case_fixtures import CaseHub
from hub_api import problem

pytestmark = pytest.mark.slow


@pytest.fixture
async def superuser(case_hub: CaseHub) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    connection = await asyncpg.connect(case_hub.database.dsn("superuser"))
    yield connection
    await connection.close()


async def test_a_double_click_with_one_key_does_it_once(
    case_hub: CaseHub, superuser: asyncpg.Connection
) -> None:
    """Both get the same answer; the key itself is not kept."""
    mtess = case_hub.officer("mtess")
    key = "Juana Sintética 4.123.456"
    body = {"facts": FACTS, "tracks": ["protection"], "synthetic": True}
    headers = {"Idempotency-Key": key.encode()}
    one, other = await asyncio.gather(
        *(mtess.call("POST", "/v1/cases", json=body, headers=headers) for _ in range(2))
    )
    assert (one.status_code, one.json()) == (201, other.json())
    assert sorted("idempotency-replayed" in answer.headers for answer in (one, other)) == [False, True]
    found = await superuser.fetchval("SELECT count(*) FROM idempotency WHERE key LIKE '%Juana%'")
    assert found == 0


async def test_who_saw_an_older_version_is_told_so_and_nothing_happens(case_hub: CaseHub) -> None:
    """Of a case, a track and a handoff, each by its own version; without one it is 428."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    case = await mtess.opened()
    path = f"/v1/cases/{case['reference']}"
    handoff = await mtess.offered(case, "protection", "minna")
    for officer, method, address, body in (
        (mtess, "PUT", f"{path}/consent", {"consent": "granted"}),
        (mtess, "POST", f"{path}/tracks/protection/stage", {"stage": "attention"}),
        (minna, "POST", f"/v1/handoffs/{handoff['id']}/accept", {}),
    ):
        missing = await officer.call(method, address, json=body)
        problem(missing, 428, "version_missing")
        stale = await officer.call(method, address, json=body, headers={"If-Match": '"999"'})
        told = problem(stale, 412, "version_conflict")
        assert told["expected"] == 999
    assert (await minna.read(f"/v1/handoffs/{handoff['id']}"))["state"] == "offered"


async def test_a_stranger_is_told_the_same_of_a_case_that_is_not_its_own_and_of_one_that_is_not(
    case_hub: CaseHub,
) -> None:
    """By the case's reference, by that of a pair, and by a handoff's id."""
    mtess, stranger = case_hub.officer("mtess"), case_hub.officer("minmujer")
    case = await mtess.opened()
    handoff = await mtess.offered(case, "protection", "minna")
    there = [
        f"/v1/cases/{case['reference']}",
        f"/v1/cases/{handoff['reference']}",
        f"/v1/cases/{case['reference']}/tracks/protection",
        f"/v1/cases/{case['reference']}/tracks/protection/receivers?kind=transfer",
        f"/v1/handoffs/{handoff['id']}",
        f"/v1/handoffs/{handoff['id']}/dossier",
        f"/v1/handoffs/{handoff['id']}/constancia.pdf",
    ]
    nowhere = [
        address.replace(case["reference"], "0000-0000-0000-0000")
        .replace(handoff["reference"], "0000-0000-0000-0000")
        .replace(handoff["id"], fresh_id())
        for address in there
    ]
    for one, other in zip(there, nowhere, strict=True):
        answer, unknown = await stranger.call("GET", one), await stranger.call("GET", other)
        assert (answer.status_code, answer.content) == (404, unknown.content), one
    command = {"json": {"outcome": "safe_with_family"}, "headers": {"If-Match": '"1"'}}
    answer = await stranger.call("POST", f"{there[2]}/close", **command)
    unknown = await stranger.call("POST", f"{nowhere[2]}/close", **command)
    assert (answer.status_code, answer.content) == (404, unknown.content)
    for name in ("cases", "handoffs", "inbox"):
        listed = await stranger.call("GET", f"/v1/{name}.ndjson")
        assert handoff["id"] not in listed.text
        assert case["reference"] not in listed.text


async def test_a_focal_point_reads_what_its_institution_has_a_part_in_and_does_nothing(
    case_hub: CaseHub,
) -> None:
    """Nor does it fetch a sealed dossier."""
    mtess, focal = case_hub.officer("mtess"), case_hub.focal_points["mtess"]
    case = await mtess.opened(consent="granted")
    handoff = await mtess.offered(case, "protection", "minna", share="full")
    seen = await focal.read(f"/v1/cases/{case['reference']}")
    assert (commands(seen), commands(seen["tracks"][0])) == (set(), set())
    assert handoff["id"] in [one["id"] for one in (await focal.read("/v1/handoffs"))["items"]]
    problem(await focal.call("GET", f"/v1/handoffs/{handoff['id']}/dossier"), 403, "not_allowed")
    answer = await focal.call(
        "POST",
        f"/v1/handoffs/{handoff['id']}/withdraw",
        json={"code": "error"},
        headers={"If-Match": '"1"'},
    )
    problem(answer, 403, "not_allowed")


async def test_no_view_and_no_list_tells_of_another_pairs_reference_or_of_a_cases_id(
    case_hub: CaseHub, superuser: asyncpg.Connection
) -> None:
    """Whatever an institution can read of a case that three have a part in."""
    mtess, minna, mdp = (case_hub.officer(code) for code in ("mtess", "minna", "mdp"))
    case = await mtess.opened("protection", "restitution")
    first = await mtess.offered(case, "protection", "minna")
    await minna.did(first, "accept")
    second = await minna.offered({"reference": first["reference"]}, "protection", "mdp", kind="referral")
    rows = await superuser.fetch(
        "SELECT case_id, reference, first, second FROM case_reference WHERE case_id ="
        " (SELECT case_id FROM case_reference WHERE reference = $1)",
        case["reference"],
    )
    assert len(rows) >= 4
    for officer in (mtess, minna, mdp):
        texts = [
            (await officer.call("GET", f"/v1/{name}.ndjson")).text for name in ("cases", "handoffs", "inbox")
        ]
        for handoff in (first, second):
            answer = await officer.call("GET", f"/v1/handoffs/{handoff['id']}")
            texts.append(answer.text)
        own = [row["reference"] for row in rows if officer.scope in (row["first"], row["second"])]
        texts += [(await officer.call("GET", f"/v1/cases/{reference}")).text for reference in own]
        said = "".join(texts)
        for row in rows:
            assert row["case_id"] not in said
            if officer.scope not in (row["first"], row["second"]):
                assert row["reference"] not in said, (officer.scope, row)


async def test_the_record_says_who_read_which_case_by_the_readers_own_reference(
    case_hub: CaseHub, superuser: asyncpg.Connection
) -> None:
    """Whatever address was used, or by the pair's where it has none of its own yet, which its sender's rows never name:
    so nobody who reads the record learns which institutions share a case.
    """
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    case = await mtess.opened()
    handoff = await mtess.offered(case, "protection", "minna")
    before = await superuser.fetchval("SELECT max(id) FROM audit")
    for officer, address in (
        (mtess, f"/v1/cases/{handoff['reference']}"),
        (mtess, f"/v1/handoffs/{handoff['id']}"),
        (minna, f"/v1/cases/{handoff['reference']}"),
        (minna, f"/v1/handoffs/{handoff['id']}"),
    ):
        await officer.read(address)
    rows = await superuser.fetch("SELECT scope, target, act FROM audit WHERE id > $1 ORDER BY id", before)
    targets = [(row["scope"], row["target"]) for row in rows]
    (theirs,) = {target for scope, target in targets if scope == "minna"}
    assert targets == [("mtess", case["reference"])] * 2 + [("minna", theirs)] * 2
    assert theirs == handoff["reference"] != case["reference"]
    assert {row["act"] for row in rows} == {"case.read"}


async def test_what_is_not_sealed_is_refused_before_anything_of_it_is_stored(case_hub: CaseHub) -> None:
    """And what is sealed to other keys than are in force."""
    mtess = case_hub.officer("mtess")
    case = await mtess.opened(consent="granted")
    receivers = await mtess.receivers(case, "protection")
    good = mtess.sealed(receivers, "minna", "full")
    body = {"handoff": receivers["handoff"], "kind": "transfer", "receiver": "minna", "urgency": "urgent"}
    path = f"/v1/cases/{case['reference']}/tracks/protection/handoffs"
    wrong = [
        (good | {"ciphertext": "SnVhbmEgQmVuw610ZXo="}, 422, "dossier_unsealed"),
        (good | {"ciphertext": "no es base64"}, 400, "invalid"),
        (good | {"recipients": good["recipients"][:1]}, 422, "dossier_recipients"),
        (good | {"recipients": ["0000-0000-0000-0000", "0000-0000-0000-0001"]}, 409, "recipients_unfit"),
        (None, 422, "dossier_missing"),
    ]
    for dossier, status, code in wrong:
        sent = body | {"share": "full", "dossier": dossier}
        answer = await mtess.call("POST", path, json=sent, headers={"If-Match": '"1"'})
        problem(answer, status, code)
    large = {"ciphertext": "A" * 5_600_000, "recipients": good["recipients"]}
    answer = await mtess.call("POST", path, json=body | {"share": "full", "dossier": large})
    problem(answer, 413, "too_large")
    assert not (await mtess.track(case, "protection"))["handoffs"]


async def test_a_handoff_has_an_id_that_the_hub_gave_to_its_sender(case_hub: CaseHub) -> None:
    """One of a desk's own making could have a person's number in it; another institution's is none, either."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    case, other = await mtess.opened(), await minna.opened()
    given = (await minna.receivers(other, "protection"))["handoff"]
    body = {"kind": "transfer", "receiver": "minna", "urgency": "urgent", "share": "none"}
    path = f"/v1/cases/{case['reference']}/tracks/protection/handoffs"
    for handoff in (fresh_id(), "48213975-0000-4000-8000-000000000000", given):
        sent = body | {"handoff": handoff}
        answer = await mtess.call("POST", path, json=sent, headers={"If-Match": '"1"'})
        assert handoff not in answer.text
        problem(answer, 422, "handoff_unissued")
    assert (await mtess.offered(case, "protection", "minna"))["state"] == "offered"


async def test_the_lists_come_by_pages_and_as_files(case_hub: CaseHub) -> None:
    """Page after page there is everything, once; the files have the same."""
    mtess: Officer = case_hub.officer("mtess")
    sent = [await mtess.offered(await mtess.opened(), "protection", "minna") for _ in range(3)]
    for name, key in (("cases", "reference"), ("handoffs", "id"), ("inbox", "my_reference")):
        items, address = [], f"/v1/{name}?limit=2"
        while address:
            answer = await mtess.call("GET", address)
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            address = answer.links.get("next", {}).get("url", "")
        lines = (await mtess.call("GET", f"/v1/{name}.ndjson")).text.splitlines()
        assert len(items) == len(lines) > 2
        assert len({str(item) for item in items}) == len(items)
        rows = (await mtess.call("GET", f"/v1/{name}.csv")).content.decode("utf-8-sig").splitlines()
        assert len(rows) == len(items) + 1
        assert str(items[0][key]) in rows[1]
    assert {one["id"] for one in sent} <= {
        one["id"] for one in (await mtess.read("/v1/handoffs", state="offered", limit=500))["items"]
    }
    for name in ("cases", "handoffs", "inbox"):
        workbook = await mtess.call("GET", f"/v1/{name}.xlsx")
        assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")
    for name in ("handoffs", "inbox"):
        calendar = await mtess.call("GET", f"/v1/{name}.ics")
        assert b"BEGIN:VEVENT" in calendar.content
        known = {"If-None-Match": calendar.headers["etag"]}
        assert (await mtess.call("GET", f"/v1/{name}.ics", headers=known)).status_code == 304


async def test_words_come_in_the_language_of_the_request(case_hub: CaseHub) -> None:
    """Beside the codes, which are always the same; the tag says which language it is."""
    mtess = case_hub.officer("mtess")
    case = await mtess.opened()
    path = f"/v1/cases/{case['reference']}"
    spanish = await mtess.call("GET", path)
    english = await mtess.call("GET", path, headers={"Accept-Language": "en"})
    told = [answer.json()["facts"]["crimes"][0] for answer in (spanish, english)]
    assert told == [
        {"code": "child_labor", "name": "trabajo infantil"},
        {"code": "child_labor", "name": "child labor"},
    ]
    assert spanish.headers["etag"] != english.headers["etag"]
    known = {"If-None-Match": spanish.headers["etag"]}
    assert (await mtess.call("GET", path, headers=known)).status_code == 304
