"""Reading the register: filters, pages, search, history, exports, tags."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hub_api import PLAN, Api, problem
from nats_server import until

from nanduti_hub.serving import today

#: A plan whose actions differ in what can be filtered by: the key of each, and what is special about it.
TODAY = today()
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {"title": "Capacitación de inspectores en la niñez trabajadora"},
    "care": {"title": "Atención a víctimas de trata en albergues", "axis": "ATE", "crimes": ["trafficking"]},
    "awareness": {"title": "Campañas en radios comunitarias de Itapúa", "kind": "awareness"},
    "minna": {"title": "Protocolo único de derivación", "lead": "minna", "kind": "norm"},
    "with_minna": {
        "title": "Inspecciones conjuntas en estancias",
        "collaborators": ["minna"],
        "kind": "inspection",
    },
    "national": {"title": "Boletín estadístico nacional", "departments": [], "kind": "research"},
    "boqueron": {"title": "Equipos móviles para el Chaco", "departments": ["PY-19"], "kind": "equipment"},
    "overdue": {"title": "Informe atrasado", "start": None, "end": (TODAY - timedelta(days=1)).isoformat()},
    "today": {"title": "Taller que termina hoy", "start": None, "end": TODAY.isoformat()},
    "soon": {"title": "Taller próximo", "start": None, "end": (TODAY + timedelta(days=30)).isoformat()},
    "later": {"title": "Taller lejano", "start": None, "end": (TODAY + timedelta(days=31)).isoformat()},
    "endless": {
        "title": "Mesa permanente de coordinación",
        "start": None,
        "end": None,
        "kind": "coordination",
    },
    "formula": {"title": '=HYPERLINK("http://ejemplo.invalid";"clic")', "observations": 'a;b\n"c"'},
}
DATED = ("overdue", "today", "soon", "later")
FAR = {"end": "9999-12-31"}


@pytest.fixture(scope="module")
async def shapes(conaeti: Api) -> dict[str, Any]:
    """The actions by key, in the order of their numbers, all of one plan; `plan` is its id."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    made: dict[str, Any] = {"plan": plan}
    for key, shape in SHAPES.items():
        made[key] = await conaeti.added(plan, **(FAR | shape))
    made["national"] = await conaeti.changed("POST", made["national"], "/status", {"status": "completed"})
    made["later"] = await conaeti.changed("POST", made["later"], "/status", {"status": "in_progress"})
    return made


def keys(items: list[Any], shapes: dict[str, Any]) -> set[str]:
    by_id = {made["id"]: key for key, made in shapes.items() if key != "plan"}
    return {by_id[item["id"]] for item in items}


ALL = set(SHAPES)
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, ALL),
    ({"platform": "conaeti"}, ALL),
    ({"platform": "mesa"}, set()),
    ({"institution": "minna"}, {"minna", "with_minna"}),
    ({"institution": "mtess"}, ALL - {"minna"}),
    ({"crime": "trafficking"}, {"care"}),
    ({"crime": "child_labor"}, ALL - {"care"}),
    ({"axis": "ATE"}, {"care"}),
    ({"kind": "research"}, {"national"}),
    ({"department": "PY-19"}, {"boqueron", "national"}),
    ({"department": "PY-1"}, {"national"}),
    ({"status": "completed"}, {"national"}),
    ({"status": "in_progress"}, {"later"}),
    ({"overdue": "true"}, {"overdue"}),
    ({"overdue": "false"}, ALL - {"overdue"}),
    ({"due_soon": "true"}, {"today", "soon"}),
    ({"due_soon": "false"}, ALL - {"today", "soon"}),
    ({"overdue": "false", "due_soon": "false", "status": "planned", "kind": "coordination"}, {"endless"}),
    (
        {"crime": "child_labor", "axis": "DET", "department": "PY-7", "institution": "minna", "kind": "norm"},
        {"minna"},
    ),
    ({"q": "ninez"}, {"plain"}),
    ({"q": "NIÑEZ trabajadora"}, {"plain"}),
    ({"q": "capacitaciones"}, {"plain"}),
    ({"q": "capacitacion"}, {"plain"}),
    ({"q": "capacitac"}, {"plain"}),
    ({"q": "inspección"}, {"with_minna"}),
    ({"q": "equipo móvil"}, {"boqueron"}),
    ({"q": "capacitación"}, {"plain"}),
    ({"q": "talleres"}, {"today", "soon", "later"}),
    ({"q": "estadisti"}, {"national"}),
    ({"q": "comunitari"}, {"awareness"}),
    ({"q": "coordinacio"}, {"endless"}),
    ({"q": "itapua; radio -comunitaria (campañas)"}, {"awareness"}),
    ({"q": "inspecciones estancia"}, {"with_minna"}),
    ({"q": "inspector"}, {"plain"}),
    ({"q": "campana radio"}, {"awareness"}),
    ({"q": "victima de la trata"}, {"care"}),
    ({"q": "de la"}, ALL),
    ({"q": "  ¿?  "}, ALL),
    ({"q": "taller próxim"}, {"soon"}),
    ({"q": "taller inexistente"}, set()),
    ({"q": "chaco", "department": "PY-19"}, {"boqueron"}),
]


@pytest.mark.parametrize(
    ("query", "expected"), FILTERS, ids=lambda value: ", ".join(map(str, sorted(value)))[:60]
)
async def test_a_list_is_narrowed_to_what_is_asked_for(
    conaeti: Api, shapes: dict[str, Any], query: dict[str, Any], expected: set[str]
) -> None:
    """By each filter, and by several at once; the exports alike."""
    items = await conaeti.pages("/v1/actions", plan=shapes["plan"], limit=5, **query)
    assert keys(items, shapes) == expected
    assert len(items) == len(expected)
    exported = await conaeti.call("GET", "/v1/actions.ndjson", params={"plan": shapes["plan"], **query})
    assert [json.loads(line) for line in exported.text.splitlines()] == items


async def test_an_action_is_found_by_its_code(conaeti: Api, shapes: dict[str, Any]) -> None:
    """In the search as in the address."""
    code = shapes["care"]["code"]
    assert [one["code"] for one in await conaeti.pages("/v1/actions", q=code)] == [code]
    assert (await conaeti.read(f"/v1/actions/{code}"))["id"] == shapes["care"]["id"]


async def test_what_is_derived_from_the_day_is_in_every_answer(conaeti: Api, shapes: dict[str, Any]) -> None:
    """A completed action is never overdue; a day that is today is soon and not over."""
    for key, flags in {"overdue": (True, False), "today": (False, True), "soon": (False, True)}.items():
        one = await conaeti.read(f"/v1/actions/{shapes[key]['id']}")
        assert (one["overdue"], one["due_soon"]) == flags, key
    late = await conaeti.added(
        shapes["plan"], end=(TODAY - timedelta(days=9)).isoformat(), start=None, kind="norm", title="x"
    )
    done = await conaeti.changed("POST", late, "/status", {"status": "completed"})
    assert (late["overdue"], done["overdue"]) == (True, False)
    await conaeti.changed("PATCH", done, "", {"crimes": []})
    assert date.fromisoformat(late["end"]) < TODAY
    assert ZoneInfo("America/Asuncion")


@pytest.mark.parametrize("limit", [1, 7])
async def test_pages_lose_and_repeat_nothing_while_rows_are_added(conaeti: Api, limit: int) -> None:
    """What was there when the reading began comes exactly once; what comes meanwhile at most once."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    first = [(await conaeti.added(plan))["id"] for _ in range(6)]
    seen: list[str] = []
    following: str | None = f"/v1/actions?plan={plan}&limit={limit}"
    while following:
        answer = await conaeti.call("GET", following)
        seen += [item["id"] for item in answer.json()["items"]]
        following = answer.links.get("next", {}).get("url")
        if len(seen) < 9:
            await conaeti.added(plan)
            touched = await conaeti.read(f"/v1/actions/{first[0]}")
            await conaeti.changed(
                "POST", touched, "/progress", {"progress": min(100, touched["progress"] + 1)}
            )
    assert len(seen) == len(set(seen))
    assert seen[:6] == first


async def test_history_is_newest_first_and_paged(conaeti: Api, shapes: dict[str, Any]) -> None:
    """Each event with its number, as its bytes are in the ledger."""
    action = await conaeti.added(
        shapes["plan"], title="Acción con historia (sintética)", kind="other", crimes=["forced_labor"]
    )
    for progress in range(1, 8):
        action = await conaeti.changed("POST", action, "/progress", {"progress": progress})
    path = f"/v1/actions/{action['code']}/history"

    async def numbered() -> bool:
        return len((await conaeti.read(path, limit=500))["items"]) == 8

    await until(numbered)
    whole = (await conaeti.read(path, limit=500))["items"]
    assert [item["event"]["data"]["version"] for item in whole] == [8, 7, 6, 5, 4, 3, 2, 1]
    numbers = [item["seq"] for item in whole]
    assert numbers == sorted(numbers, reverse=True)
    assert await conaeti.pages(path, limit=3) == whole
    assert whole[-1]["event"]["type"] == "nanduti.action.planned.v1"
    assert whole[0]["event"]["data"]["changes"] == [{"field": "progress", "before": 6}]


async def test_the_csv_opens_in_excel_and_runs_nothing(conaeti: Api, shapes: dict[str, Any]) -> None:
    """BOM, semicolons, CRLF; a text that looks like a formula is text; numbers keep their digits."""
    large = await conaeti.added(
        shapes["plan"],
        title="+1",
        kind="other",
        crimes=[],
        indicators=[{"number": 1, "text": "x", "target": 1234567.5}],
    )
    whole = await conaeti.added(
        shapes["plan"], title="@x", kind="other", indicators=[{"number": 1, "text": "-x", "target": 1500000}]
    )
    answer = await conaeti.call("GET", "/v1/actions.csv", params={"plan": shapes["plan"]})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "acciones.csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbfcodigo;")
    rows = {
        row["codigo"]: row
        for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    }
    assert rows[shapes["formula"]["code"]]["actividad"] == "'" + SHAPES["formula"]["title"]
    assert (rows[large["code"]]["actividad"], rows[large["code"]]["meta"]) == ("'+1", "1234567,5")
    assert (rows[whole["code"]]["actividad"], rows[whole["code"]]["meta"]) == ("'@x", "1500000")
    assert rows[shapes["national"]["code"]]["departamentos"] == "nacional"
    overdue = rows[shapes["overdue"]["code"]]
    assert (overdue["vencida"], overdue["estado"], overdue["plataforma"]) == ("sí", "planificada", "CONAETI")
    assert overdue["fin"] == "/".join(reversed(shapes["overdue"]["end"].split("-")))
    assert answer.content.count(b"\r\n") >= len(rows)


async def test_a_tag_that_is_known_is_not_answered_again(conaeti: Api, shapes: dict[str, Any]) -> None:
    """304 without a body, for the tag, one of several, a weakened one, and any; the language is part of it."""
    path = f"/v1/actions/{shapes['endless']['id']}"
    answer = await conaeti.call("GET", path)
    tag = answer.headers["etag"]
    assert tag == f'"1.{TODAY.isoformat()}.es"'
    for known in (tag, f'"otra", {tag}', f"W/{tag}", "*"):
        again = await conaeti.call("GET", path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), known
    for other in ('"1"', '"2.2026-01-01.es"', ""):
        assert (await conaeti.call("GET", path, headers={"If-None-Match": other})).status_code == 200
    english = await conaeti.call("GET", path, headers={"Accept-Language": "en"})
    assert english.headers["etag"] == tag.replace(".es", ".en")


async def test_the_tag_of_an_answer_is_what_the_next_change_needs(
    conaeti: Api, shapes: dict[str, Any]
) -> None:
    """Whole, or its version alone; once used, it is another."""
    action = await conaeti.added(
        shapes["plan"], kind="other", title="Acción sintética de otro grupo", crimes=[]
    )
    path = f"/v1/actions/{action['id']}"
    tag = (await conaeti.call("GET", path)).headers["etag"]
    first = await conaeti.call("PATCH", path, json={"observations": "Uno"}, headers={"If-Match": tag})
    assert (first.status_code, first.headers["etag"]) == (200, tag.replace('"1.', '"2.'))
    late = await conaeti.call("PATCH", path, json={"observations": "Dos"}, headers={"If-Match": tag})
    assert problem(late, 412, "version_conflict")["current"] == 2
    second = await conaeti.call(
        "PATCH", path, json={"observations": "Dos"}, headers={"If-Match": first.headers["etag"]}
    )
    assert second.json()["version"] == 3
    same = await conaeti.call("PATCH", path, json={"observations": "Dos"}, headers={"If-Match": '"3"'})
    assert (same.status_code, same.json()["version"]) == (200, 3)


async def test_a_request_that_is_sent_again_with_its_key_is_carried_out_once(
    conaeti: Api, shapes: dict[str, Any]
) -> None:
    """The same answer to the byte; with another body, another address or another version it is refused."""
    action = await conaeti.added(shapes["plan"], kind="other", title="Acción sintética repetida", crimes=[])
    path = f"/v1/actions/{action['id']}"
    headers = {"If-Match": '"1"', "Idempotency-Key": f"clave-{action['id']}"}
    first = await conaeti.call("PATCH", path, json={"observations": "Uno"}, headers=headers)
    again = await conaeti.call("PATCH", path, json={"observations": "Uno"}, headers=headers)
    assert (again.status_code, again.content, again.headers["etag"]) == (
        200,
        first.content,
        first.headers["etag"],
    )
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    for other in (
        conaeti.call("PATCH", path, json={"observations": "Dos"}, headers=headers),
        conaeti.call("PATCH", path, json={"observations": "Uno"}, headers=headers | {"If-Match": '"2"'}),
        conaeti.call("POST", f"{path}/progress", json={"progress": 5}, headers=headers),
    ):
        problem(await other, 422, "idempotency_key_reused")
    assert (await conaeti.read(path))["version"] == 2


async def test_one_tag_of_a_plan_is_one_answer(conaeti: Api) -> None:
    """An action that is added changes the plan's list entry, not the plan under its tag."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    before = await conaeti.call("GET", f"/v1/plans/{plan}")
    await conaeti.added(plan, title="Acción sintética que llega después", kind="other")
    after = await conaeti.call("GET", f"/v1/plans/{plan}")
    assert (before.headers["etag"], before.content) == (after.headers["etag"], after.content)
