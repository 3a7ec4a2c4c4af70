"""Whatever is sent, the answer is a problem document with a code, in the caller's language; never a 500, and
never a word of what was sent in the logs."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from hub_api import ACTION, CONFIRMATION, PLAN, Api, Journey, problem

NOBODY = "01900000-0000-7000-8000-00000000dead"
#: What must never be seen in a log.
SECRET = "Nombre-Que-Nadie-Debe-Ver"  # a word to look for


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What is logged meanwhile; nothing of it may show what was sent, nor tell of a failure."""
    with structlog.testing.capture_logs() as entries:
        yield entries
    said = [repr(entry) for entry in entries]
    assert not [line for line in said if SECRET in line]
    assert not [entry for entry in entries if entry["event"] == "request_failed"], said


@pytest.fixture
async def action(conaeti: Api, open_plan: str) -> Any:
    """An action of this test's own."""
    return await conaeti.added(open_plan)


@pytest.fixture(scope="module")
async def untouched(conaeti: Api, open_plan: str) -> Any:
    """An action on which everything that is tried is refused."""
    return await conaeti.added(open_plan)


MATCH = {"If-Match": '"1"'}

#: Method, path below an action, body: each is not understood.
NOT_UNDERSTOOD: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"titulo": SECRET}),
    ("PATCH", "", {"title": 7}),
    ("PATCH", "", {"title": None}),
    ("PATCH", "", {"title": "x" * 1_001}),
    ("PATCH", "", {"axis": SECRET}),
    ("PATCH", "", {"start": "0000-00-00"}),
    ("PATCH", "", {"start": "2026-02-30"}),
    ("PATCH", "", {"start": "31/12/2026"}),
    ("PATCH", "", {"end": 20261231}),
    ("PATCH", "", {"budget": -1}),
    ("PATCH", "", {"budget": 10**20}),
    ("PATCH", "", {"budget": 1.5}),
    ("PATCH", "", {"budget": "12500000"}),
    ("PATCH", "", {"crimes": "trafficking"}),
    ("PATCH", "", {"crimes": [SECRET]}),
    ("PATCH", "", {"departments": ["Itapúa"]}),
    ("PATCH", "", {"lead": "MTESS"}),
    ("PATCH", "", {"id": NOBODY}),
    ("PATCH", "", {"version": 1}),
    ("PATCH", "", []),
    ("PATCH", "", "texto"),
    ("PATCH", "", None),
    ("PATCH", "", {"title": f"{SECRET}\x00"}),
    ("PATCH", "", {"observations": "\x1b[31m"}),
    ("PATCH", "", {"other_institutions": ["a\x07"]}),
    ("PATCH", "", {"external_references": [{"kind": "simore", "value": "1", "otro": SECRET}]}),
    ("PATCH", "", {"external_references": [{"kind": "simore\x00", "value": "1"}]}),
    ("POST", "/status", {}),
    ("POST", "/status", {"status": SECRET}),
    ("POST", "/status", {"status": "completed", "motivo": "x"}),
    ("POST", "/progress", {"progress": 101}),
    ("POST", "/progress", {"progress": 10**20}),
    ("POST", "/progress", {"progress": "50"}),
    ("POST", "/progress", {"progress": True}),
    ("PUT", "/milestones", {"milestones": [{"number": 1, "title": "x", "due": "2026-13-01"}]}),
    ("PUT", "/milestones", {"milestones": [{"number": 1, "title": "x", "due": "2026-12-01", "de": SECRET}]}),
    ("PUT", "/milestones", {"milestones": {}}),
    ("POST", "/indicators/1/reports", {"on": "2026-05-01"}),
    ("POST", "/indicators/1/reports", {"on": "2026-05-01", "value": "doce"}),
    ("POST", "/indicators/1/reports", {"on": "2026-05-01", "value": 1, "evidencia": SECRET}),
]


@pytest.mark.parametrize(("method", "below", "body"), NOT_UNDERSTOOD)
async def test_a_body_that_does_not_fit_is_not_understood(
    conaeti: Api, untouched: Any, method: str, below: str, body: Any
) -> None:
    """400, and nothing has changed."""
    path = f"/v1/actions/{untouched['id']}"
    answer = await conaeti.call(method, path + below, json=body, headers=MATCH)
    found = problem(answer, 400, "invalid")
    assert found["title"].startswith("El pedido no se entiende")
    assert (await conaeti.read(path))["version"] == 1


RAW: list[bytes] = [
    b"",
    b"{",
    b"{'title': 'x'}",
    b'{"title": "x"} y',
    b'{"title": "\xed\xa0\x80"}',
    b'{"title": "\xff\xfe"}',
    '{"title": "ñ"}'.encode("latin-1"),
    '{"title": "x"}'.encode("utf-16"),
    b'\xef\xbb\xbf{"title": "x"',
    rb'{"title": "\ud800"}',
    rb'{"title": "\udc00\ud800"}',
    rb'{"title": "\u0000"}',
    b'{"title": "\x00"}',
    b'{"budget": 1e999}',
    b'{"budget": NaN}',
    b'{"baseline": Infinity}',
    b'{"baseline": 1e999}',
    b'{"budget": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 2_000,
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:24]))
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/merge-patch+json", "text/plain", None]
)
async def test_bytes_that_are_no_json_of_ours_are_not_understood(
    conaeti: Api, open_plan: str, raw: bytes, content_type: str | None
) -> None:
    """Whatever they say they are."""
    headers = MATCH | ({"Content-Type": content_type} if content_type else {})
    answer = await conaeti.call("PATCH", f"/v1/actions/{NOBODY}", content=raw, headers=headers)
    problem(answer, 400, "invalid")
    assert open_plan


@pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json", None])
async def test_a_merge_patch_is_taken_under_its_own_media_type(
    conaeti: Api, action: Any, content_type: str | None
) -> None:
    """And as plain JSON."""
    headers = MATCH | ({"Content-Type": content_type} if content_type else {})
    answer = await conaeti.call(
        "PATCH", f"/v1/actions/{action['id']}", content=b'{"observations": "Visto"}', headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["observations"] == "Visto"


QUERIES = [
    "crime=robo", "axis=XXX", "kind=%00", "status=abierta", "overdue=tal_vez", "due_soon=2", "limit=0", "limit=501",
    "limit=diez", "limit=99999999999999999999", "cursor=%25", "cursor=bm8", "cursor=n9999999999999999999", "cursor=n1%0A",
    "cursor=ñandutí", "status=null", "overdue=NULL", "crime=Null", "q=" + "a" * 201, "platform=%00", "q=%00", "institution=a%00b", "plan=%00", "department=%00",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/v1/actions", "/v1/actions.csv", "/v1/actions.ndjson"])
async def test_a_query_that_cannot_be_read_is_not_understood(conaeti: Api, path: str, query: str) -> None:
    """In the exports too, before the first byte is sent."""
    if query.startswith(("limit", "cursor")) and path != "/v1/actions":
        query = "axis=YYY&" + query
    problem(await conaeti.call("GET", f"{path}?{query}"), 400, "invalid")


@pytest.mark.parametrize(
    "query",
    ["q=%ed%a0%80", "q=%F0%9F%98%80", "q='%22;--", "q=%26%7C!()*:", "q=a%26%26b", "q=%20", "q=\\", "q=de+la",
     "reference=x", "cursor="],
)  # fmt: skip
async def test_a_query_that_finds_nothing_or_everything_is_no_error(conaeti: Api, query: str) -> None:
    """Odd text is text."""
    answer = await conaeti.call("GET", f"/v1/actions?{query}")
    assert answer.status_code == (400 if query == "cursor=" else 200), answer.text


async def test_a_parameter_that_must_be_there_is_named(conaeti: Api) -> None:
    """By the name that it has in an address."""
    told = problem(await conaeti.call("GET", "/v1/register/changes"), 400, "invalid")
    assert told["title"] == "El pedido no se entiende: falta el parámetro from."


CODES = [
    ("platform=%ff%fe", 404, "platform_unknown"), ("platform='", 404, "platform_unknown"),
    ("platform=MESA", 404, "platform_unknown"), ("plan=x", 404, "plan_unknown"),
    ("department=PY-99", 422, "department_unknown"), ("department=Guaira&status=planned", 422, "department_unknown"),
    ("institution=*", 422, "institution_unknown"), ("institution=MTESS&platform=mesa", 422, "institution_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status", "code"), CODES)
@pytest.mark.parametrize("ending", ["", ".csv", ".ndjson", ".xlsx", ".ics", "/facets"])
async def test_a_code_that_is_none_is_refused_and_never_comes_out_as_nothing(
    conaeti: Api, ending: str, query: str, status: int, code: str
) -> None:
    """Least of all a department's: what is national would look like what was asked for."""
    problem(await conaeti.call("GET", f"/v1/actions{ending}?{query}"), status, code)


async def test_a_code_that_is_none_is_refused_in_the_past_in_changes_and_in_what_is_saved(
    conaeti: Api,
) -> None:
    """In the same words."""
    for path in ("/v1/actions?as_of=1&", "/v1/register/changes?from=0&"):
        problem(await conaeti.call("GET", f"{path}platform=nadie"), 404, "platform_unknown")
        problem(await conaeti.call("GET", f"{path}plan=x"), 404, "plan_unknown")
    wrong = {"name": "Sintética", "query": "department=Guaira"}
    problem(await conaeti.call("POST", "/v1/queries", json=wrong), 422, "department_unknown")


@pytest.mark.parametrize(
    "query", ["until=0.5", "since=-3", "since=1795564800", "until=NULL", "role=null", "cursor=bm8"]
)
async def test_a_time_that_is_a_number_is_not_understood(steward: Api, query: str) -> None:
    """Nor is null, which would narrow the record to nothing and look as if it were all."""
    problem(await steward.call("GET", f"/v1/audit?{query}"), 400, "invalid")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/plans", "GET, OPTIONS, POST"),
        ("/v1/actions/x", "GET, OPTIONS, PATCH"),
        ("/v1/me", "GET, OPTIONS"),
        ("/v1/session", "DELETE, GET, OPTIONS, POST"),
    ],
)
async def test_options_names_all_methods_that_an_address_takes(steward: Api, path: str, allow: str) -> None:
    """Not only those of the route that was written first."""
    answer = await steward.call("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (204, allow)


async def test_a_parameter_that_is_given_twice_is_not_taken_once_by_chance(conaeti: Api) -> None:
    """It is refused: neither the first nor the last is meant for sure."""
    problem(await conaeti.call("GET", "/v1/actions?platform=mesa&platform=conaeti"), 400, "invalid")


PATHS: list[tuple[str, str]] = [
    ("/v1/actions/no-hay", "action_unknown"),
    ("/v1/actions/ACC-2026-999999", "action_unknown"),
    (f"/v1/actions/{NOBODY}/history", "action_unknown"),
    ("/v1/actions/%F0%9F%98%80", "action_unknown"),
    (f"/v1/plans/{NOBODY}", "plan_unknown"),
    (f"/v1/plans/{NOBODY}/imports", "plan_unknown"),
    (f"/v1/imports/{NOBODY}", "import_unknown"),
    ("/v1/platforms/nadie", "entry_unknown"),
    ("/v1/institutions/nadie", "entry_unknown"),
    ("/v1/seats/nadie-nadie", "entry_unknown"),
    ("/v1/nada", "not_found"),
    ("/nada", "not_found"),
    ("/v1/actions/x/y/z", "not_found"),
]


@pytest.mark.parametrize(("path", "code"), PATHS)
async def test_what_is_not_there_is_not_found(conaeti: Api, path: str, code: str) -> None:
    """With a code that says what is not there."""
    problem(await conaeti.call("GET", path), 404, code)


@pytest.mark.parametrize(
    "path", ["/v1/actions/a%00b", "/v1/plans/%00", "/v1/imports/%00", "/v1/platforms/%00", "/v1/seats/%00"]
)
async def test_a_nul_in_an_address_is_not_understood(conaeti: Api, path: str) -> None:
    """PostgreSQL has no such text."""
    problem(await conaeti.call("GET", path), 400, "invalid")


METHODS: list[tuple[str, str]] = [
    ("DELETE", "/v1/actions"),
    ("POST", "/v1/actions"),
    ("PUT", f"/v1/actions/{NOBODY}"),
    ("DELETE", f"/v1/plans/{NOBODY}"),
    ("PATCH", f"/v1/imports/{NOBODY}/confirm"),
    ("GET", f"/v1/imports/{NOBODY}/confirm"),
    ("TRACE", "/v1/register"),
]


@pytest.mark.parametrize(("method", "path"), METHODS)
async def test_a_method_that_an_address_does_not_take_is_said_so(
    conaeti: Api, method: str, path: str
) -> None:
    """With those that it takes."""
    answer = await conaeti.call(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


VERSIONS: list[tuple[str | None, int, str]] = [
    (None, 428, "version_missing"),
    ("", 428, "version_missing"),
    ("*", 428, "version_missing"),
    ("1", 428, "version_missing"),
    ('W/"1"', 428, "version_missing"),
    ('"uno"', 428, "version_missing"),
    ('"1", "2"', 428, "version_missing"),
    ('"99999999999999999999"', 428, "version_missing"),
    ('"-1"', 428, "version_missing"),
    ('"0"', 412, "version_conflict"),
    ('"2"', 412, "version_conflict"),
    ('"999999999.2026-01-01.es"', 412, "version_conflict"),
]


@pytest.mark.parametrize(("tag", "status", "code"), VERSIONS)
async def test_a_change_names_the_version_that_it_means(
    conaeti: Api, untouched: Any, tag: str | None, status: int, code: str
) -> None:
    """428 without one, 412 with another, and then the current one is in the answer."""
    headers = {} if tag is None else {"If-Match": tag}
    answer = await conaeti.call(
        "PATCH", f"/v1/actions/{untouched['id']}", json={"title": "x"}, headers=headers
    )
    found = problem(answer, status, code)
    assert code != "version_conflict" or found["current"] == 1


LARGE: list[tuple[str, str]] = [
    ("POST", "/v1/plans"),
    ("PATCH", f"/v1/actions/{NOBODY}"),
    ("POST", f"/v1/imports/{NOBODY}/confirm"),
    ("PUT", f"/v1/imports/{NOBODY}/pairs"),
]


@pytest.mark.parametrize(("method", "path"), LARGE)
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused(
    conaeti: Api, method: str, path: str, chunked: bool
) -> None:
    """Whether or not it says its length."""
    body = b'{"title": "' + b"x" * 1_200_000 + b'"}'

    async def parts() -> Any:
        for first in range(0, len(body), 65_536):
            yield body[first : first + 65_536]

    answer = await conaeti.call(method, path, content=parts() if chunked else body, headers=MATCH)
    problem(answer, 413, "too_large")


async def test_a_workbook_that_is_too_large_is_refused(conaeti: Api, open_plan: str) -> None:
    """Beyond 20 MB."""
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", content=bytes(20_000_001))
    problem(answer, 413, "too_large")


FORMS: list[tuple[dict[str, Any], int, str]] = [
    ({"content": b""}, 422, "file_missing"),
    ({"files": {"otro": ("a.xlsx", b"x")}}, 422, "file_missing"),
    ({"data": {"file": "texto"}, "files": {"x": ("a", b"")}}, 422, "file_missing"),
    ({"content": b"--x\r\n", "headers": {"Content-Type": "multipart/form-data"}}, 400, "invalid"),
    ({"content": b"basura", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "invalid"),
    ({"content": b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc",
      "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "code"), FORMS)
async def test_an_upload_without_a_file_is_said_so(
    conaeti: Api, open_plan: str, sent: dict[str, Any], status: int, code: str
) -> None:
    """Whatever the form is."""
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", **sent)
    problem(answer, status, code)


@pytest.mark.parametrize(
    "content", [b"hola", b"PK\x03\x04" + b"\x00" * 200, b"\xd0\xcf\x11\xe0" + b"\x00" * 600]
)
async def test_a_file_that_is_no_workbook_is_a_borrador_with_one_error(
    conaeti: Api, open_plan: str, content: bytes
) -> None:
    """And its name is only a name."""
    name = "../../etc/" + "n" * 190 + ".xlsx"
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert draft["outcome"] == "rejected"
    assert "/" not in draft["file_name"]
    assert [finding["severity"] for finding in draft["findings"]] == ["error"]
    refused = await conaeti.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION)
    assert problem(refused, 422, "import_has_errors")["errors"] == 1


CONFIRMATIONS: list[tuple[Any, int, str]] = [
    ({}, 400, "invalid"),
    ({"act": "x"}, 400, "invalid"),
    ({"act": "x", "act_date": "ayer"}, 400, "invalid"),
    ({**CONFIRMATION, "forzar": True}, 400, "invalid"),
    ({"act": "x" * 1_001, "act_date": "2026-01-01"}, 400, "invalid"),
    ({"act": "x\x00", "act_date": "2026-01-01"}, 400, "invalid"),
    ({**CONFIRMATION, "cancel": "todas"}, 400, "invalid"),
]


@pytest.mark.parametrize(("body", "status", "code"), CONFIRMATIONS)
async def test_a_confirmation_that_does_not_fit_confirms_nothing(
    conaeti: Api, body: Any, status: int, code: str
) -> None:
    """Not even to say whether there is such a borrador."""
    answer = await conaeti.call("POST", f"/v1/imports/{NOBODY}/confirm", json=body)
    problem(answer, status, code)


PLANS: list[tuple[dict[str, Any], int, str]] = [
    ({"platform": "nadie"}, 403, "not_yours"),
    ({"platform": "NADIE"}, 400, "invalid"),
    ({"title": ""}, 422, "title_missing"),
    ({"title": "  "}, 422, "title_missing"),
    ({"term_to": "2025-01-01"}, 422, "term_reversed"),
    ({"extended_to": "2026-01-01"}, 422, "term_reversed"),
    ({"term_from": "0000-01-01"}, 400, "invalid"),
    ({"synthetic": True}, 400, "invalid"),
    ({"revision": {}}, 400, "invalid"),
    ({"source_document": "\x00"}, 400, "invalid"),
]


@pytest.mark.parametrize(("changes", "status", "code"), PLANS)
async def test_a_plan_that_cannot_be_is_not_opened(
    conaeti: Api, changes: dict[str, Any], status: int, code: str
) -> None:
    """Each with its reason."""
    problem(await conaeti.call("POST", "/v1/plans", json=PLAN | changes), status, code)


async def test_a_plan_that_does_not_exist_is_not_made_by_changing_it(conaeti: Api) -> None:
    """Its id would be the caller's."""
    for version in ('"0"', '"1"'):
        for plan_id in (NOBODY, "un plan con espacios", "a.b"):
            answer = await conaeti.call(
                "PUT", f"/v1/plans/{plan_id}", json=PLAN, headers={"If-Match": version}
            )
            problem(answer, 404, "plan_unknown")


ACTIONS: list[tuple[dict[str, Any], int, str]] = [
    ({"title": " "}, 422, "title_missing"),
    ({"lead": "nadie"}, 422, "institution_unknown"),
    ({"departments": ["PY-99"]}, 422, "department_unknown"),
    ({"end": "2026-01-01"}, 422, "dates_reversed"),
    ({"code": "ACC-2026-0001"}, 400, "invalid"),
    ({"budget": 2**53}, 400, "invalid"),
    ({"indicators": [{"number": 1, "text": "x", "otro": 1}]}, 400, "invalid"),
    ({"description": "x" * 4_001}, 400, "invalid"),
    ({"other_institutions": ["y" * 1_000] * 90}, 413, "event_too_large"),
]


@pytest.mark.parametrize(("changes", "status", "code"), ACTIONS)
async def test_an_action_that_cannot_be_is_not_added(
    conaeti: Api, open_plan: str, changes: dict[str, Any], status: int, code: str
) -> None:
    """Each with its reason."""
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/actions", json=ACTION | changes)
    problem(answer, status, code)


async def test_odd_but_possible_values_are_kept_as_they_are(conaeti: Api, open_plan: str) -> None:
    """And can be read, exported and changed like any other."""
    odd = {
        "title": "=SUMA(A1) \U0001f9f5 “ñandutí” \\ ' \" ; | \t fin",
        "start": "0001-01-01",
        "end": "9999-12-31",
        "budget": 2**53 - 1,
        "indicators": [{"number": 10**20, "text": "x", "target": 1e300}, {"number": 10**20, "text": "y"}],
    }
    made = await conaeti.added(open_plan, **odd)
    assert [indicator["number"] for indicator in made["indicators"]] == [1, 2]
    changed = await conaeti.changed(
        "POST", made, "/indicators/2/reports", {"on": "0001-01-01", "value": -1e-300}
    )
    assert changed["indicators"][1]["reports"][0]["value"] == -1e-300
    assert changed["title"] == odd["title"]
    for path in ("/v1/actions.csv", "/v1/actions.ndjson"):
        exported = await conaeti.call("GET", path, params={"plan": open_plan})
        assert "ñandutí" in exported.text


async def test_a_plan_of_the_first_century_has_codes_that_the_contract_allows(conaeti: Api) -> None:
    """A term that is a typing error is still a term, and must not poison the register."""
    plan = await conaeti.made("/v1/plans", PLAN | {"term_from": "0026-01-01"})
    action = await conaeti.added(plan["id"])
    assert action["code"].startswith("ACC-0026-")
    await conaeti.changed("POST", action, "/progress", {"progress": 10})


@pytest.mark.parametrize("number", ["0", "2", "-1", "99999999999999999999", "uno"])
async def test_an_indicator_that_is_not_there_is_said_so(conaeti: Api, untouched: Any, number: str) -> None:
    """404 for a number, and what is no number is no address."""
    answer = await conaeti.call(
        "POST",
        f"/v1/actions/{untouched['id']}/indicators/{number}/reports",
        json={"on": "2026-05-01", "value": 1},
        headers=MATCH,
    )
    problem(answer, 404, "not_found" if number == "uno" else "indicator_unknown")


KEYS = ["", "x" * 201, "ñandutí", "a b", '"comillas"']


@pytest.mark.parametrize("key", KEYS)
async def test_an_idempotency_key_is_any_text_of_reasonable_length(conaeti: Api, key: str) -> None:
    """An empty or endless one is not understood."""
    headers = {"Idempotency-Key": key.encode()}
    first = await conaeti.call("POST", "/v1/plans", json=PLAN, headers=headers)
    if key in KEYS[:2]:
        problem(first, 400, "invalid")
        return
    again = await conaeti.call("POST", "/v1/plans", json=PLAN, headers=headers)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


LANGUAGES = [
    (None, "El pedido no se entiende"),
    ("es-PY,es;q=0.9,en;q=0.8", "El pedido no se entiende"),
    ("en", "The request is not understood"),
    ("EN-US,en;q=0.9,es;q=0.8", "The request is not understood"),
    ("gn", "El pedido no se entiende"),
    ("*", "El pedido no se entiende"),
    (";;;q=x", "El pedido no se entiende"),
]


@pytest.mark.parametrize(("wanted", "title"), LANGUAGES)
async def test_a_problem_is_told_in_spanish_unless_english_is_asked_for(
    anyone: httpx.AsyncClient, conaeti: Api, wanted: str | None, title: str
) -> None:
    """Whatever the header says."""
    headers = {"Authorization": f"Bearer {conaeti.token}"} | ({"Accept-Language": wanted} if wanted else {})
    answer = await anyone.get("/v1/actions?limit=0", headers=headers)
    assert problem(answer, 400, "invalid")["title"].startswith(title)


REASONS: list[tuple[Any, str]] = [
    ({"title": 7}, "title: se esperaba texto y llegó un número entero"),
    ({"titulo": "x"}, "campo desconocido: titulo"),
    ({"budget": -1}, "budget: se esperaba un número entero >= 0"),
    ({"axis": "XX"}, "axis: valor fuera de la lista"),
    ({"start": "0000-00-00"}, "start: fecha no válida"),
]


@pytest.mark.parametrize(("body", "reason"), REASONS)
async def test_the_reason_is_told_in_spanish_too(
    conaeti: Api, untouched: Any, body: Any, reason: str
) -> None:
    """The field by its name, and what was expected there."""
    answer = await conaeti.call("PATCH", f"/v1/actions/{untouched['id']}", json=body, headers=MATCH)
    assert reason in problem(answer, 400, "invalid")["title"]


async def test_a_failure_of_ours_is_logged_without_what_was_being_processed(
    hub: Journey, conaeti: Api, action: Any, logs: list[Any]
) -> None:
    """Where and of which kind, not with which values."""
    database = hub.running.ledger.database
    async with database.worker.acquire() as connection:
        body = await connection.fetchval("SELECT state FROM stream WHERE id = $1", f"action:{action['id']}")
        broken = body.replace(b'"progress":0', b'"progress":"%b"' % SECRET.encode())
        assert broken != body
        await connection.execute(
            "UPDATE stream SET state = $2 WHERE id = $1", f"action:{action['id']}", broken
        )
    answer = await conaeti.call(
        "POST", f"/v1/actions/{action['id']}/progress", json={"progress": 3}, headers=MATCH
    )
    problem(answer, 500, "failed")
    assert SECRET not in answer.text
    (entry,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert entry["error"] == "ValidationError"
    assert any("execute" in place for place in entry["at"])
    logs.remove(entry)
    assert SECRET not in repr(entry)


async def test_many_wrong_requests_at_once_leave_the_hub_as_it_was(conaeti: Api, action: Any) -> None:
    """Forty of them, all refused, and then a good one."""
    wrong = [
        conaeti.call("PATCH", f"/v1/actions/{action['id']}", content=json.dumps({"title": 1}), headers=MATCH)
        for _ in range(40)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*wrong)} == {400}
    await conaeti.changed("PATCH", action, "", {"title": "Título corregido (sintético)"})
