"""Figures from the register: indicators are set and reported over HTTP, and what was reported is added up.

Each journey has a plan of its own, and asks for the results of that.
"""

import io
from typing import Any

import asyncpg
import openpyxl
import pytest
from hub_api import CONFIRMATION, PLAN, Api, Journey, problem
from small_workbook import ROWS, workbook

from nanduti_hub.caller import WORKER
from nanduti_hub.demo.founding import demo_plans, found_plan
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.rebuilding import check

MEASURES = ("activities", "people", "trainings", "materials", "audience", "bodies")
NOTHING = {"value": 0, "actions": 0, "reports": 0, "by_category": [], "by_department": [], "parts": []}


@pytest.fixture
async def plan(conaeti: Api) -> str:
    """A plan of CONAETI of this journey's own; its id."""
    made: str = (await conaeti.made("/v1/plans", PLAN))["id"]
    return made


async def measured(api: Api, plan: str, measure: str = "people", **changes: Any) -> dict[str, Any]:
    """A synthetic action of Itapúa whose one indicator has this measure."""
    indicators = [{"number": 1, "text": "Indicador sintético", "measure": measure}]
    made: dict[str, Any] = await api.added(plan, indicators=indicators, **changes)
    return made


async def reported(api: Api, action: dict[str, Any], on: str, value: float, **fields: Any) -> dict[str, Any]:
    """The action after a report on its first indicator."""
    path, body = "/indicators/1/reports", {"on": on, "value": value, **fields}
    changed: dict[str, Any] = await api.changed("POST", action, path, body)
    return changed


def values(found: list[dict[str, Any]], *names: str) -> dict[Any, int]:
    """The figures by what they are of."""
    return {tuple(one[name] for name in names): one["value"] for one in found}


async def test_reports_are_added_up_by_category_and_department(conaeti: Api, plan: str) -> None:
    """The last value of each series counts, and each figure tells how many actions and reports stand behind it."""
    first = await measured(conaeti, plan)
    for on, value, category in [
        ("2026-05-31", 10, "docentes"),
        ("2026-06-30", 25, "docentes"),
        ("2026-06-30", 4, ""),
    ]:
        first = await reported(conaeti, first, on, value, category=category)
    second = await measured(conaeti, plan, departments=["PY-7", "PY-12"])
    second = await reported(conaeti, second, "2026-06-30", 8, category="docentes", department="PY-12")
    second = await reported(conaeti, second, "2026-06-30", 2, category="docentes")
    found = await conaeti.read("/v1/results", plan=plan)
    people = found["people"]
    assert (people["value"], people["actions"], people["reports"]) == (39, 2, 5)
    assert values(people["by_category"], "category") == {("",): 4, ("docentes",): 35}
    assert values(people["by_department"], "department") == {("PY-7",): 29, ("PY-12",): 8, (None,): 2}
    assert values(people["parts"], "category", "department") == {
        ("", "PY-7"): 4,
        ("docentes", "PY-7"): 25,
        ("docentes", "PY-12"): 8,
        ("docentes", None): 2,
    }
    assert {code for part in people["parts"] for code in part["codes"]} == {first["code"], second["code"]}
    assert all(found[measure] == NOTHING for measure in MEASURES if measure != "people")
    only = await conaeti.read("/v1/results", plan=plan, department="PY-12")
    assert only["people"]["value"] == 8


async def test_a_period_brings_what_was_added_in_it(conaeti: Api, plan: str) -> None:
    """Values go on from one another; both ends are included, and a correction downwards is less than nothing."""
    action = await measured(conaeti, plan)
    for on, value in [("2026-03-31", 10), ("2026-06-30", 30), ("2026-09-30", 27)]:
        action = await reported(conaeti, action, on, value)
    for since, until, value, reports in [
        ("2026-03-31", "2026-06-29", 10, 1),
        ("2026-04-01", "2026-06-30", 20, 1),
        ("2026-07-01", "2026-11-01", -3, 1),
        ("2026-04-01", "2026-11-01", 17, 2),
        ("2026-10-01", "2026-11-01", 0, 0),
    ]:
        found = await conaeti.read("/v1/results", **{"plan": plan, "from": since, "to": until})
        assert (found["people"]["value"], found["people"]["reports"]) == (value, reports), (since, until)
        assert (found["from"], found["to"]) == (since, until)


async def test_what_has_no_common_unit_is_not_added_up(conaeti: Api, plan: str) -> None:
    """And is again, once the coordinator says what it counts."""
    action = await reported(conaeti, await measured(conaeti, plan, "other"), "2026-06-30", 12)
    found = await conaeti.read("/v1/results", plan=plan)
    assert all(found[measure] == NOTHING for measure in MEASURES)
    wanted = {"indicators": [{"number": 1, "text": "Tipos de material", "measure": "materials"}]}
    action = await conaeti.changed("PUT", action, "/indicators", wanted)
    assert action["indicators"][0]["reports"] == [{"on": "2026-06-30", "value": 12.0, "evidence": ""}]
    found = await conaeti.read("/v1/results", plan=plan)
    assert (found["materials"]["value"], found["people"]["value"]) == (12, 0)


async def test_a_cancelled_actions_reports_count_as_they_were_made(conaeti: Api, plan: str) -> None:
    """What was done was done."""
    action = await reported(conaeti, await measured(conaeti, plan), "2026-06-30", 12)
    await conaeti.changed("POST", action, "/status", {"status": "cancelled", "reason": "Sintético"})
    assert (await conaeti.read("/v1/results", plan=plan))["people"]["value"] == 12


async def test_a_withdrawn_report_counts_no_more(conaeti: Api, plan: str) -> None:
    """The one before it holds again; the history still tells of it."""
    action = await measured(conaeti, plan)
    action = await reported(conaeti, action, "2026-05-31", 10)
    action = await reported(conaeti, action, "2026-06-30", 1000)
    below = "/indicators/1/reports?on=2026-06-30"
    stale = await conaeti.call("DELETE", f"/v1/actions/{action['id']}{below}", headers={"If-Match": '"1"'})
    problem(stale, 412, "version_conflict")
    headers = {"If-Match": f'"{action["version"]}"', "Idempotency-Key": f"withdraw {action['id']}"}
    first = await conaeti.call("DELETE", f"/v1/actions/{action['id']}{below}", headers=headers)
    assert first.json()["indicators"][0]["reports"] == [{"on": "2026-05-31", "value": 10.0, "evidence": ""}]
    again = await conaeti.call("DELETE", f"/v1/actions/{action['id']}{below}", headers=headers)
    assert (again.status_code, again.content) == (200, first.content)
    other = below.replace("06-30", "05-31")
    wrong = await conaeti.call("DELETE", f"/v1/actions/{action['id']}{other}", headers=headers)
    problem(wrong, 422, "idempotency_key_reused")
    assert (await conaeti.read("/v1/results", plan=plan))["people"]["value"] == 10
    gone = await conaeti.call(
        "DELETE", f"/v1/actions/{action['id']}{below}", headers={"If-Match": f'"{action["version"] + 1}"'}
    )
    problem(gone, 404, "report_unknown")


async def test_another_revision_of_the_workbook_keeps_measures_and_reports(conaeti: Api, plan: str) -> None:
    """The workbook knows nothing of them."""
    for rows in (ROWS, [[*ROWS[0][:7], 55, ROWS[0][8]], *ROWS[1:]]):
        sent = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=workbook(rows))
        assert sent.status_code == 201, sent.text
        tag = {"If-Match": sent.headers["ETag"]} if "ETag" in sent.headers else {}
        done = await conaeti.call(
            "POST", f"/v1/imports/{sent.json()['id']}/confirm", json=CONFIRMATION, headers=tag
        )
        assert done.status_code in (200, 201), done.text
        if rows is ROWS:
            action = (await conaeti.read("/v1/actions", plan=plan))["items"][0]
            text = action["indicators"][0]["text"]
            wanted = {"indicators": [{"number": 1, "text": text, "target": 40, "measure": "people"}]}
            action = await conaeti.changed("PUT", action, "/indicators", wanted)
            await reported(conaeti, action, "2026-06-30", 38, category="inspectores")
    (indicator,) = (await conaeti.read(f"/v1/actions/{action['id']}"))["indicators"]
    assert (indicator["target"], indicator["measure"]) == (55, "people")
    assert indicator["reports"][0]["value"] == 38
    assert (await conaeti.read("/v1/results", plan=plan))["people"]["value"] == 38


async def test_every_figure_leads_to_the_reports_that_it_is_made_of(conaeti: Api, plan: str) -> None:
    """Page after page; what they brought adds up to it."""
    for number in range(3):
        action = await measured(conaeti, plan, title=f"Acción sintética {number}")
        action = await reported(conaeti, action, "2026-02-28", 1, category="a")
        await reported(
            conaeti, action, "2026-06-30", 10 + number, category="a", evidence=f"Planilla {number}"
        )
        await reported(conaeti, action | {"version": action["version"] + 1}, "2026-06-30", 100, category="b")
    query = {"plan": plan, "from": "2026-03-01", "measure": "people"}
    sources = await conaeti.pages("/v1/results/sources", limit="2", **query)
    found = await conaeti.read("/v1/results", **{"plan": plan, "from": "2026-03-01"})
    assert sum(source["value"] for source in sources) == found["people"]["value"] == 330
    assert len(sources) == 6
    of_a = await conaeti.pages("/v1/results/sources", category="a", **query)
    assert [(one["before"], one["now"], one["value"], one["evidence"]) for one in of_a] == [
        (1, 10, 9, "Planilla 0"),
        (1, 11, 10, "Planilla 1"),
        (1, 12, 11, "Planilla 2"),
    ]
    assert {one["department"] for one in of_a} == {"PY-7"}


async def test_results_open_in_a_spreadsheet(conaeti: Api, plan: str) -> None:
    """As CSV and as a workbook: the same lines, numbers as numbers, and no cell that is a formula."""
    action = await measured(conaeti, plan)
    action = await reported(conaeti, action, "2026-02-28", 9, category="=1+1")
    action = await reported(conaeti, action, "2026-06-30", 5, category="=1+1")
    query = {"plan": plan, "from": "2026-03-01", "to": "2026-11-01"}
    csv = await conaeti.call("GET", "/v1/results.csv", params=query)
    assert csv.content.startswith(
        b"\xef\xbb\xbfmedida;categoria;departamento;valor;acciones;informes;codigos\r\n"
    )
    line = f"personas alcanzadas;'=1+1;Itapúa;-4;1;1;{action['code']}\r\n"
    assert csv.content.decode().endswith(line)
    xlsx = await conaeti.call("GET", "/v1/results.xlsx", params=query)
    assert xlsx.headers["content-disposition"] == 'attachment; filename="resultados.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(xlsx.content))
    heading, cells = book["Resultados"].iter_rows()
    assert [cell.value for cell in heading][:2] == ["Medida", "Categoría"]
    assert [cell.value for cell in cells] == [
        "personas alcanzadas", "=1+1", "Itapúa", -4, 1, 1, action["code"],
    ]  # fmt: skip
    assert cells[1].data_type == "s"


MISSPELT = [
    ({"platform": "cornaeti"}, 404, "platform_unknown"),
    ({"department": "PY-99"}, 422, "department_unknown"),
    ({"institution": "mtes"}, 422, "institution_unknown"),
    ({"plan": "01900000-0000-7000-8000-00000000dead"}, 404, "plan_unknown"),
    ({"from": "2026-07-01", "to": "2026-06-30"}, 422, "dates_reversed"),
    ({"from": "ayer"}, 400, "invalid"),
    ({"desde": "2026-07-01"}, 400, "invalid"),
]


@pytest.mark.parametrize(
    "path", ["/v1/results", "/v1/results.csv", "/v1/results.xlsx", "/v1/results/sources"]
)
@pytest.mark.parametrize(("query", "status", "code"), MISSPELT)
async def test_what_is_misspelt_does_not_come_out_as_nothing(
    conaeti: Api, path: str, query: dict[str, str], status: int, code: str
) -> None:
    """No one should report a zero that is a typing mistake."""
    problem(await conaeti.call("GET", path, params=query), status, code)


WRONG: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/indicators/1/reports", {"on": "2026-05-01", "value": 1.5}, 422, "report_not_a_count"),
    ("POST", "/indicators/1/reports", {"on": "2026-05-01", "value": -1}, 422, "report_not_a_count"),
    ("POST", "/indicators/1/reports", {"on": "2199-05-01", "value": 1}, 422, "report_ahead"),
    (
        "POST",
        "/indicators/1/reports",
        {"on": "2026-05-01", "value": 1, "department": "PY-99"},
        422,
        "department_unknown",
    ),
    (
        "POST",
        "/indicators/1/reports",
        {"on": "2026-05-01", "value": 1, "department": "Itapúa"},
        400,
        "invalid",
    ),
    (
        "POST",
        "/indicators/1/reports",
        {"on": "2026-05-01", "value": 1, "category": "x" * 1_001},
        400,
        "invalid",
    ),
    ("PUT", "/indicators", {"indicators": [{"number": 2, "text": "x"}]}, 404, "indicator_unknown"),
    ("PUT", "/indicators", {"indicators": [{"text": ""}]}, 422, "indicator_text_missing"),
    ("PUT", "/indicators", {"indicators": [{"number": 1, "text": "x"}] * 2}, 422, "indicator_repeated"),
    ("PUT", "/indicators", {"indicators": [{"text": "x", "measure": "gente"}]}, 400, "invalid"),
    ("PUT", "/indicators", {"indicators": [{"text": "x", "reports": []}]}, 400, "invalid"),
    ("DELETE", "/indicators/1/reports", None, 400, "invalid"),
    ("DELETE", "/indicators/1/reports?on=ayer", None, 400, "invalid"),
    ("DELETE", "/indicators/1/reports?on=2026-05-01", None, 404, "report_unknown"),
    ("DELETE", "/indicators/9/reports?on=2026-05-01", None, 404, "indicator_unknown"),
]


async def test_what_cannot_be_reported_is_refused_and_changes_nothing(conaeti: Api, plan: str) -> None:
    """Each with its own word."""
    action = await measured(conaeti, plan)
    for method, below, body, status, code in WRONG:
        sent = {} if body is None else {"json": body}
        path, headers = f"/v1/actions/{action['id']}{below}", {"If-Match": '"1"'}
        problem(await conaeti.call(method, path, headers=headers, **sent), status, code)
    assert (await conaeti.read(f"/v1/actions/{action['id']}"))["version"] == 1
    reported_ = await reported(conaeti, action, "2026-05-01", 1)
    answer = await conaeti.call(
        "PUT",
        f"/v1/actions/{action['id']}/indicators",
        json={"indicators": []},
        headers={"If-Match": f'"{reported_["version"]}"'},
    )
    assert problem(answer, 409, "indicator_has_reports")["reports"] == 1


@pytest.fixture(scope="module")
async def atlas(hub: Journey) -> str:
    """The demo's plan of the ATLAS project, as a demo that starts again founds it; its id."""
    demo_plan = demo_plans()[-1]
    ledger = hub.running.ledger
    plan = await found_plan(ledger, demo_plan)
    again = await found_plan(ledger, demo_plan)
    assert again.id == plan.id
    return plan.id


def of_categories(found: dict[str, Any], measure: str) -> dict[str, int]:
    return {one["category"]: one["value"] for one in found[measure]["by_category"]}


async def test_the_atlas_plans_reports_add_up_to_the_factsheets_key_results(member: Api, atlas: str) -> None:
    """The figures of the project's public factsheet, written out here by hand."""
    found = await member.read("/v1/results", plan=atlas)
    # Departmental commissions re-activated, in Ñeembucú and Boquerón.
    assert found["bodies"]["value"] == 2
    assert values(found["bodies"]["by_department"], "department") == {("PY-12",): 1, ("PY-19",): 1}
    # People reached through meetings, trainings and workshops.
    assert found["people"]["value"] == 2_869
    # Training and technical-assistance activities.
    assert found["activities"]["value"] == 105
    # Radio listeners.
    assert found["audience"]["value"] == 1_500_000
    # The training programme: five modules, 31 presentations, 208 participants.
    assert len(of_categories(found, "trainings")) == 5
    assert found["trainings"]["value"] == 31
    people = of_categories(found, "people")
    assert people["participantes del ETP"] == 208
    # The unified procedure: 1,059 people in five departments, 43 officials trained among them.
    maueps = {one["department"] for one in found["people"]["parts"] if one["department"]}
    assert len(maueps) == 5
    assert sum(one["value"] for one in found["people"]["by_department"] if one["department"]) == 1_059
    assert people["funcionarios de secretarías departamentales"] == 43
    # Types of material.
    assert found["materials"]["value"] == 33


async def test_a_demo_that_starts_again_reports_nothing_twice_and_undoes_nothing(
    hub: Journey, mesa: Api, atlas: str
) -> None:
    """What a person has withdrawn since stays withdrawn."""
    before = await mesa.read("/v1/actions", plan=atlas)
    action = next(one for one in before["items"] if one["indicators"][0].get("measure") == "audience")
    below = f"/v1/actions/{action['id']}/indicators/1/reports"
    query = {"on": "2022-12-31", "category": "radio"}
    headers = {"If-Match": f'"{action["version"]}"'}
    assert (await mesa.call("DELETE", below, params=query, headers=headers)).status_code == 200
    try:
        await found_plan(hub.running.ledger, demo_plans()[-1])
        after = await mesa.read("/v1/actions", plan=atlas)
        versions = {one["code"]: one["version"] for one in before["items"]}
        versions[action["code"]] += 1
        assert {one["code"]: one["version"] for one in after["items"]} == versions
        assert (await mesa.read("/v1/results", plan=atlas))["audience"]["value"] == 0
    finally:
        body = action["indicators"][0]["reports"][0]
        headers = {"If-Match": f'"{action["version"] + 1}"'}
        answer = await mesa.call("POST", below, json=body, headers=headers)
        assert answer.status_code == 200


async def test_the_rows_of_reports_are_what_the_events_say(hub: Journey, conaeti: Api, plan: str) -> None:
    """`rebuild --check` covers them."""
    action = await reported(conaeti, await measured(conaeti, plan), "2026-06-30", 12, department="PY-12")
    await reported(conaeti, action, "2026-07-31", 14)
    async with transaction(hub.running.ledger.database, WORKER, snapshot=True) as connection:
        assert [found for found in await check(connection, DECIDERS) if "report" in found] == []


async def test_a_row_that_no_event_made_is_found(
    hub: Journey, superuser: asyncpg.Connection, conaeti: Api, plan: str
) -> None:
    """And counted."""
    action = await reported(conaeti, await measured(conaeti, plan), "2026-06-30", 12)
    await superuser.execute("UPDATE report SET value = 13 WHERE action = $1", action["id"])
    try:
        async with transaction(hub.running.ledger.database, WORKER, snapshot=True) as connection:
            assert "report: 2 rows are not what the events say" in await check(connection, DECIDERS)
    finally:
        await superuser.execute("UPDATE report SET value = 12 WHERE action = $1", action["id"])
