"""The register's other filters, and its facets: what is counted is what a list would have."""

from datetime import timedelta
from typing import Any

import pytest
from hub_api import PLAN, Api, problem

from nanduti_hub.serving import today

TODAY = today()
FAR = {"end": "9999-12-31"}
REFERENCE = [{"kind": "simore", "value": "118.12"}, {"kind": "budget_line", "value": "22-1: útiles, y más"}]


def due(days: int, done: str | None = None) -> dict[str, Any]:
    """A milestone that is due in so many days."""
    return {
        "number": 1,
        "title": "Hito sintético",
        "due": (TODAY + timedelta(days=days)).isoformat(),
        "done": done,
    }


#: The actions of a plan, by what is special about each; `then` is what is done to it afterwards.
SHAPES: dict[str, dict[str, Any]] = {
    "plain": FAR,
    "spring": {"start": "2026-03-01", "end": "2026-06-30", "budget": None, "title": "Taller de primavera"},
    "open_end": {"start": "2027-02-01", "end": None, "axis": "PRE", "crimes": ["trafficking", "trafficking"]},
    "no_days": {"start": None, "end": None, "departments": [], "budget": 0, "kind": "norm"},
    "minna": {**FAR, "lead": "minna", "collaborators": ["mtess", "minna", "mtess"], "budget": 7_000},
    "chaco": {**FAR, "departments": ["PY-19", "PY-7", "PY-19"], "budget": 9_007_199_254_740_991},
}


@pytest.fixture(scope="module")
async def shapes(conaeti: Api) -> dict[str, Any]:
    """The actions by key; `plan` is the id of theirs."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    made: dict[str, Any] = {"plan": plan}
    for place, (key, shape) in enumerate(SHAPES.items()):
        made[key] = await conaeti.added(plan, **({"title": f"Acción sintética {place}"} | shape))
    made["plain"] = await conaeti.changed("PATCH", made["plain"], "", {"external_references": REFERENCE})
    made["minna"] = await conaeti.changed(
        "PUT", made["minna"], "/milestones", {"milestones": [due(3, "2026-01-01"), due(0)]}
    )
    made["chaco"] = await conaeti.changed("PUT", made["chaco"], "/milestones", {"milestones": [due(1)]})
    made["no_days"] = await conaeti.changed(
        "PUT", made["no_days"], "/milestones", {"milestones": [due(-9, "2026-01-01")]}
    )
    return made


ALL = set(SHAPES)
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"reference": "simore"}, {"plain"}),
    ({"reference": "simore:118.12"}, {"plain"}),
    ({"reference": "budget_line:22-1: útiles, y más"}, {"plain"}),
    ({"reference": "simore:118"}, set()),
    ({"reference": "118.12"}, set()),
    ({"from": "2026-06-30"}, ALL - {"no_days"}),
    ({"from": "2026-07-01"}, ALL - {"no_days", "spring"}),
    ({"to": "2026-02-28"}, set()),
    ({"to": "2026-03-01"}, ALL - {"no_days", "open_end"}),
    ({"from": "2027-01-01", "to": "2027-02-01"}, ALL - {"no_days", "spring"}),
    ({"from": "2027-02-02"}, ALL - {"no_days", "spring", "open_end"}),
    ({"milestone_due": "true"}, {"minna"}),
    ({"milestone_due": "false"}, ALL - {"minna"}),
    ({"stale": "true"}, set()),
    ({"stale": "false"}, ALL),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS, ids=[str(query) for query, _ in FILTERS])
async def test_a_list_is_narrowed_and_its_facets_with_it(
    conaeti: Api, shapes: dict[str, Any], query: dict[str, Any], expected: set[str]
) -> None:
    """By references, periods, milestones and staleness; the total of the facets is the list's."""
    items = await conaeti.pages("/v1/actions", plan=shapes["plan"], **query)
    assert {key for key in ALL if shapes[key]["id"] in {item["id"] for item in items}} == expected
    total = (await conaeti.read("/v1/actions/facets", plan=shapes["plan"], **query))["total"]
    budgets = [item["budget"] for item in items]
    assert total == {
        "actions": len(items),
        "budget": sum(budget or 0 for budget in budgets),
        "unbudgeted": budgets.count(None),
    }


NARROWED: list[dict[str, Any]] = [
    {},
    {"axis": "DET"},
    {"axis": "PRE", "department": "PY-7"},
    {"crime": "trafficking", "institution": "minna"},
    {"institution": "mtess", "stale": "false", "overdue": "false"},
    {"platform": "mesa"},
    {"q": "taller", "due_soon": "false", "kind": "training"},
    {"department": "PY-19", "status": "planned"},
]


@pytest.mark.parametrize("query", NARROWED, ids=str)
async def test_a_facets_counts_are_what_the_list_has_with_that_value(
    conaeti: Api, shapes: dict[str, Any], query: dict[str, Any]
) -> None:
    """Whatever else is filtered: a facet ignores its own filter, and is complete."""
    own = {"plan": shapes["plan"]}
    told = (await conaeti.read("/v1/actions/facets", **own, **query))["facets"]
    assert set(told) == {
        *("platform", "axis", "kind", "status", "crime", "department", "institution"),
        *("overdue", "due_soon", "stale"),
    }
    for facet, values in told.items():
        others = {name: value for name, value in query.items() if name != facet}
        seen: set[str] = set()
        for it in values:
            value = str(it["value"]).lower() if isinstance(it["value"], bool) else it["value"]
            items = await conaeti.pages("/v1/actions", **own, **others, **{facet: value})
            assert it["actions"] == len(items), (facet, it)
            assert it["budget"] == sum(item["budget"] or 0 for item in items), (facet, it)
            assert it["unbudgeted"] == sum(item["budget"] is None for item in items), (facet, it)
            seen |= {item["id"] for item in items}
        whole = await conaeti.pages("/v1/actions", **own, **others)
        if facet != "crime":  # an action may name no crime
            assert seen == {item["id"] for item in whole}, facet


async def test_national_actions_are_told_apart(conaeti: Api, shapes: dict[str, Any]) -> None:
    """They are in every department's count, and in a figure of their own."""
    told = await conaeti.read("/v1/actions/facets", plan=shapes["plan"])
    assert told["national"] == {"actions": 1, "budget": 0, "unbudgeted": 0}
    counts = {it["value"]: it["actions"] for it in told["facets"]["department"]}
    assert (counts["PY-7"], counts["PY-19"], counts["PY-1"]) == (6, 2, 1)


async def test_a_list_of_codes_counts_an_action_once(conaeti: Api, shapes: dict[str, Any]) -> None:
    """Also where a code was written twice."""
    told = (await conaeti.read("/v1/actions/facets", plan=shapes["plan"]))["facets"]
    assert {it["value"]: it["actions"] for it in told["institution"]} == {"mtess": 6, "minna": 1}
    assert {it["value"]: it["actions"] for it in told["crime"]}["trafficking"] == 1


async def test_a_reference_that_is_taken_away_is_no_longer_found(conaeti: Api) -> None:
    """The columns follow the action."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    action = await conaeti.added(plan)
    for references, found in ((REFERENCE, 1), (None, 0)):
        action = await conaeti.changed("PATCH", action, "", {"external_references": references})
        items = await conaeti.pages("/v1/actions", plan=plan, reference="simore:118.12")
        assert len(items) == found


MISUSES: list[tuple[str, int, str]] = [
    ("/v1/actions?from=2026-02-30", 400, "invalid"),
    ("/v1/actions?from=2026-02-01&to=2026-01-31", 422, "dates_reversed"),
    ("/v1/actions?stale=maybe", 400, "invalid"),
    ("/v1/actions?stale=null", 400, "invalid"),
    ("/v1/actions?since=2026-01-01", 400, "invalid"),
    ("/v1/actions?reference=simore&reference=x", 400, "invalid"),
    ("/v1/actions/facets?limit=5", 400, "invalid"),
    ("/v1/actions/facets?plataforma=mesa", 400, "invalid"),
    ("/v1/actions/facets?from=2026-02-01&to=2026-01-31", 422, "dates_reversed"),
    ("/v1/actions.csv?milestone_due=2", 400, "invalid"),
]


@pytest.mark.parametrize(("path", "status", "code"), MISUSES, ids=str)
async def test_a_filter_that_is_none_is_refused(conaeti: Api, path: str, status: int, code: str) -> None:
    """It would narrow nothing, and nobody would see it."""
    problem(await conaeti.call("GET", path), status, code)


async def test_a_refused_period_is_named_as_it_was_sent(conaeti: Api) -> None:
    """And not as our code calls it."""
    told = problem(await conaeti.call("GET", "/v1/actions?from=ayer"), 400, "invalid")
    assert told["reason"].startswith("from: ")
