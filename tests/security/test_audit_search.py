"""The record is searched, paged and taken along: by whom, what, when and from where."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest
from databases import Database
from hub_api import PLAN, Api, Journey, problem

from nanduti_hub.access.tokens import create_token
from nanduti_hub.audit import http as audit_http
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement

STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*", id="token:e")


async def test_a_steward_searches_by_who_what_when_and_from_where(
    conaeti: Api, mesa: Api, member: Api, steward: Api, open_plan: str
) -> None:
    """Each filter alone, and all together; and asking is in the record too."""
    before = datetime.now(UTC)
    action = await conaeti.added(open_plan)
    await mesa.call("PATCH", f"/v1/actions/{action['id']}", json={}, headers={"If-Match": '"1"'})
    await member.call("POST", "/v1/plans", json=PLAN)
    after = datetime.now(UTC)
    time = {"since": before.isoformat(), "until": after.isoformat()}
    items = await steward.pages("/v1/audit", **time)
    assert [item["code"] for item in items] == ["not_allowed", "not_yours", None], "the newest first"
    refused = items[1]
    for query, expected in (
        ({"actor": refused["actor"]}, ["not_yours"]),
        ({"role": "observer"}, ["not_allowed"]),
        ({"scope": "mesa"}, ["not_yours"]),
        ({"act": "plan.change"}, ["not_allowed"]),
        ({"target": action["id"]}, ["not_yours", None]),
        ({"status": 201}, [None]),
        ({"refused": "true"}, ["not_allowed", "not_yours"]),
        ({"refused": "false"}, [None]),
        ({"address": "127.0.0.1"}, ["not_allowed", "not_yours", None]),
        ({"address": "192.0.2.1"}, []),
        ({"scope": "mesa", "act": "action.change", "refused": "true", "target": action["id"]}, ["not_yours"]),
    ):
        found = await steward.read("/v1/audit", **time, **query)
        assert [item["code"] for item in found["items"]] == expected, query
    assert (await steward.read("/v1/audit", limit=1))["items"][0]["act"] == "audit.read"
    assert (await steward.read("/v1/audit", until="2020-01-01T00:00:00Z"))["items"] == []


async def test_the_record_is_asked_for_by_days_of_paraguay(
    conaeti: Api, steward: Api, superuser: asyncpg.Connection, open_plan: str
) -> None:
    """From the midnight with which `since` begins to the end of `until`, as the how-to says; a moment stays one."""
    action = await conaeti.added(open_plan)
    about = {"target": action["id"]}
    # Nobody but the owner of the database can move a row in time: what lies at the edges of a day is put there.
    for second, at in enumerate(("2025-03-09T02:59:59Z", "2025-03-09T03:00:00Z", "2025-03-10T02:59:59Z")):
        await superuser.execute(
            "INSERT INTO audit (at, actor, name, role, scope, method, route, target, status) "
            "VALUES ($1, 'test', 'x', 'observer', 'mesa', 'GET', '/x', $2, $3)",
            datetime.fromisoformat(at),
            action["id"],
            200 + second,
        )
    for query, expected in (
        ({"since": "2025-03-09", "until": "2025-03-09"}, [202, 201]),
        ({"since": "2025-03-09", "until": "2025-03-10T02:59:59Z"}, [201]),
        ({"until": "2025-03-08"}, [200]),
        ({"since": "2025-03-08", "until": "2025-03-10"}, [202, 201, 200]),
        ({"since": "2025-03-10"}, [201]),
        ({"since": "2025-03-08T23:59:59", "until": "2025-03-09T00:00:00-03:00"}, [200]),
        ({"since": "0001-01-01", "until": "2025-03-08"}, [200]),
        ({"since": "0001-01-01T00:00:00+05:00", "until": "2025-03-08"}, [200]),
        ({"since": "9999-12-31T23:59:59-05:00"}, []),
        ({"since": "2025-03-10", "until": "9999-12-31"}, [201]),
    ):
        found = await steward.read("/v1/audit", **about, **query)
        assert [item["status"] for item in found["items"]] == expected, query
    exported = await steward.call("GET", "/v1/audit.csv", params={**about, "until": "2025-03-08"})
    assert exported.text.count("\n") == 2
    documented = await steward.call("GET", "/v1/audit?scope=mtess&since=2026-11-01&refused=true")
    assert documented.status_code == 200, documented.text
    for name in ("since", "until"):
        for text in ("2025-02-30", "ayer", "20250309", "0000-01-01", "1741500000", "null", ""):
            told = problem(await steward.call("GET", "/v1/audit", params={name: text}), 400, "invalid")
            assert f"{name}: " in told["title"]
            assert "AAAA-MM-DD" in told["title"]


async def test_the_record_is_paged_without_a_gap_while_it_grows(
    conaeti: Api, steward: Api, open_plan: str
) -> None:
    """Each page goes on after the last row of the one before; a cursor of another's making is refused."""
    begun = datetime.now(UTC).isoformat()
    for _ in range(5):
        await conaeti.added(open_plan)
    pages = await steward.pages("/v1/audit", since=begun, act="action.change", limit=2)
    assert len(pages) == 5
    assert [item["id"] for item in pages] == sorted((item["id"] for item in pages), reverse=True)
    for cursor in ("x", "bjE", "YTEuMg==é", "a99999999999999999.1"):
        problem(await steward.call("GET", "/v1/audit", params={"cursor": cursor}), 400, "invalid")
    problem(await steward.call("GET", "/v1/audit", params={"since": "ayer"}), 400, "invalid")


async def test_the_record_is_taken_along_as_lines_or_as_a_spreadsheet(hub: Journey, steward: Api) -> None:
    """The same rows; a name that a spreadsheet would take for a formula is text."""
    begun = datetime.now(UTC).isoformat()
    async with transaction(hub.running.ledger.database, STEWARD) as connection:
        token = await create_token(connection, "=HYPERLINK(1)", Role.COORDINATOR, "conaeti")
    async with httpx.AsyncClient(base_url=hub.url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.post("/v1/plans", json=PLAN)).status_code == 201
    query = {"since": begun, "role": "coordinator"}
    lines = (await steward.call("GET", "/v1/audit.ndjson", params=query)).text.splitlines()
    (entry,) = (await steward.read("/v1/audit", **query))["items"]
    assert [json.loads(line) for line in lines] == [entry]
    answer = await steward.call("GET", "/v1/audit.csv", params=query)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert len(heading) == len(row)
    assert dict(zip(heading, row, strict=True))["nombre"] == "'=HYPERLINK(1)"
    assert dict(zip(heading, row, strict=True))["objeto"] == entry["target"]
    answer = await steward.call("GET", "/v1/audit.xlsx", params=query)
    assert "attachment" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    heads, values = book.worksheets[0].iter_rows(values_only=True)
    assert list(heads) == heading
    found = dict(zip(heading, values, strict=True))
    assert (found["nombre"], found["numero"], found["estado"]) == ("=HYPERLINK(1)", entry["id"], 201)
    assert {cell.data_type for cell in book.worksheets[0][2]} <= {"s", "n"}, "nothing became a formula"
    assert "Están todas" in str(book.worksheets[1]["A3"].value) + str(book.worksheets[1]["A2"].value)


@pytest.mark.parametrize(("rows", "told"), [(4, "Están todas"), (5, "Hay más"), (3, "Están todas")])
async def test_a_workbook_has_the_newest_rows_and_says_where_there_are_more(
    conaeti: Api, steward: Api, monkeypatch: pytest.MonkeyPatch, rows: int, told: str
) -> None:
    """Also where they fill its last page to the last row."""
    monkeypatch.setattr(audit_http, "CHUNK", 2)
    monkeypatch.setattr(audit_http, "MOST_IN_WORKBOOK", 4)
    begun = datetime.now(UTC).isoformat()
    for _ in range(rows):
        await conaeti.made("/v1/plans", PLAN)
    query = {"since": begun, "role": "coordinator"}
    entries = (await steward.read("/v1/audit", **query))["items"]
    answer = await steward.call("GET", "/v1/audit.xlsx", params=query)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    _, *found = book.worksheets[0].iter_rows(values_only=True)
    assert [row[0] for row in found] == [entry["id"] for entry in entries[:4]]
    assert told in str(book.worksheets[1]["A2"].value)


QUERIES: list[tuple[dict[int, Any], str]] = [
    ({}, "audit_at"),
    ({1: "token:7"}, "audit_actor"),
    ({3: "scope7"}, "audit_scope"),
    ({4: "act.7"}, "audit_act"),
    ({5: "thing-77"}, "audit_target"),
    ({7: True}, "audit_refused"),
    ({8: "192.0.2.7"}, "audit_address"),
    ({9: datetime(2026, 1, 2, tzinfo=UTC), 10: datetime(2026, 1, 3, tzinfo=UTC)}, "audit_at"),
    ({11: datetime(2026, 1, 2, tzinfo=UTC), 12: 5}, "audit_at"),
]


async def test_every_search_that_the_record_is_made_for_uses_its_index(database: Database) -> None:
    """As the role of the API, behind row-level security, in 50,000 rows."""
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute("""
        INSERT INTO audit (at, actor, name, role, scope, method, route, act, target, status, address)
        SELECT timestamptz '2026-01-01Z' + n * interval '1 minute', 'token:' || n % 500, 'x', 'observer', 'scope' || n % 50,
               'GET', '/v1/me', 'act.' || n % 40, 'thing-' || n / 3, CASE WHEN n % 100 = 0 THEN 403 ELSE 200 END,
               '192.0.2.' || n % 250
        FROM generate_series(1, 50000) AS n""")
    await owner.execute("ANALYZE audit")
    await owner.close()
    app = await asyncpg.connect(database.dsn("app"), server_settings={"plan_cache_mode": "force_custom_plan"})
    query = statement("nanduti_hub.audit", "list_audit")
    async with app.transaction():
        for name, value in (("role", "steward"), ("scope", "*"), ("caller", "token:e")):
            await app.execute("SELECT set_config($1, $2, true)", f"nanduti.{name}", value)
        for given, index in QUERIES:
            binds = [given.get(place) for place in range(1, 13)]
            plan = "\n".join(row[0] for row in await app.fetch(f"EXPLAIN {query}", *binds, 51))
            assert index in plan, f"{given}\n{plan}"
            assert "Seq Scan" not in plan, plan
    await app.close()


async def test_rows_are_in_the_order_of_time(steward: Api, conaeti: Api, open_plan: str) -> None:
    """And their time is when it happened, to the second at least."""
    begun = datetime.now(UTC)
    await conaeti.added(open_plan)
    entry = (await steward.read("/v1/audit", act="action.change", limit=1))["items"][0]
    at = datetime.fromisoformat(entry["at"])
    assert begun - timedelta(seconds=1) <= at <= datetime.now(UTC) + timedelta(seconds=1)
