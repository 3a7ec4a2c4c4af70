"""A coordinator's workbook: uploaded, looked at, confirmed; again; corrected meanwhile; in conflict; in error."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hub_api import CONFIRMATION, PLAN, Api, Journey, problem
from small_workbook import BUDGET, HEADER, ROWS, workbook

import nanduti_hub.demo

WORKBOOKS = Path(nanduti_hub.demo.__file__).parent / "workbooks"


def changed(place: int, column: int, value: Any, rows: list[list[Any]] = ROWS) -> list[list[Any]]:
    """The rows with one cell changed."""
    return [
        [value if (row, cell) == (place, column) else text for cell, text in enumerate(cells)]
        for row, cells in enumerate(rows)
    ]


async def upload(api: Api, plan: str, content: bytes, name: str = "poa.xlsx") -> Any:
    answer = await api.call("POST", f"/v1/plans/{plan}/imports", params={"file_name": name}, content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirm(api: Api, draft: Any, **more: Any) -> Any:
    answer = await api.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def imported(api: Api, content: bytes) -> tuple[str, list[Any]]:
    """A new plan with a first revision, and its actions."""
    plan = (await api.made("/v1/plans", PLAN))["id"]
    await confirm(api, await upload(api, plan, content))
    return plan, await api.pages("/v1/actions", plan=plan)


async def test_a_plan_goes_in_as_a_workbook_and_comes_out_as_actions(
    conaeti: Api, mesa: Api, member: Api
) -> None:
    """Opened, uploaded as a form, looked at, confirmed with act and date, read by anybody."""
    opened = await conaeti.call("POST", "/v1/plans", json=PLAN)
    assert (opened.status_code, opened.headers["location"]) == (201, f"/v1/plans/{opened.json()['id']}")
    plan = opened.json()["id"]
    content = (WORKBOOKS / "conaeti_poa_2026.xlsx").read_bytes()
    answer = await conaeti.call(
        "POST", f"/v1/plans/{plan}/imports", files={"file": ("POA 2026 (sintético).xlsx", content)}
    )
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert (draft["outcome"], draft["confirmed_as"], draft["same_as_revision"]) == ("ready", None, None)
    assert draft["file_name"] == "POA 2026 (sintético).xlsx"
    assert draft["counts"]["new"] == len(draft["rows"]) > 40
    assert await conaeti.read("/v1/actions", plan=plan) == {"items": [], "next": None}
    problem(await mesa.call("GET", f"/v1/imports/{draft['id']}"), 404, "import_unknown")
    problem(await member.call("GET", f"/v1/imports/{draft['id']}"), 403, "not_allowed")

    done = await confirm(conaeti, draft)
    assert done["already"] is False
    assert done["revision"]["added"] == len(draft["rows"])
    assert done["revision"]["act"] == CONFIRMATION["act"]
    actions = await member.pages("/v1/actions", plan=plan, limit=17)
    assert len(actions) == len({action["id"] for action in actions}) == len(draft["rows"])
    assert {action["citations"][0]["revision"] for action in actions} == {1}
    read = await member.read(f"/v1/plans/{plan}")
    assert (read["revision"]["number"], read["version"]) == (1, 2)
    (listed,) = [one for one in (await member.read("/v1/plans"))["items"] if one["id"] == plan]
    assert listed == {**read, "actions": len(actions)}

    again = await upload(conaeti, plan, content, "otro nombre.xlsx")
    assert again["same_as_revision"] == 1
    assert again["counts"]["unchanged"] == len(actions)
    repeated = await confirm(conaeti, again)
    assert (repeated["already"], repeated["revision"]) == (True, done["revision"])
    uploads = (await conaeti.read(f"/v1/plans/{plan}/imports"))["items"]
    assert [one["confirmed_as"] for one in uploads] == [None, 1]


async def test_a_double_click_is_one_revision(conaeti: Api) -> None:
    """Five at once, and the same file from two windows."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    content = workbook(ROWS)
    first, second = await asyncio.gather(upload(conaeti, plan, content), upload(conaeti, plan, content))
    done = await asyncio.gather(*(confirm(conaeti, draft) for draft in (first, first, first, second, second)))
    assert sorted(one["already"] for one in done) == [False, True, True, True, True]
    assert {one["revision"]["number"] for one in done} == {1}
    assert len(await conaeti.pages("/v1/actions", plan=plan)) == 3

    # A window that was left open does not bring the past back over a newer revision.
    confirmed = first if (await conaeti.read(f"/v1/imports/{first['id']}"))["confirmed_as"] else second
    await confirm(conaeti, await upload(conaeti, plan, workbook(changed(0, BUDGET, 1))))
    late = await conaeti.call("POST", f"/v1/imports/{confirmed['id']}/confirm", json=CONFIRMATION)
    problem(late, 409, "import_confirmed")
    assert (await conaeti.read("/v1/actions", plan=plan))["items"][0]["budget"] == 1


async def test_absent_rows_are_deleted_by_nobody_and_cancelled_only_where_said(conaeti: Api) -> None:
    """Each by its id; one that is not absent, or may not be cancelled, is refused, and then nothing is written."""
    plan, (kept, done, gone) = await imported(conaeti, workbook(ROWS))
    await conaeti.changed("POST", done, "/status", {"status": "completed"})
    content = workbook(ROWS[:1])
    shorter = await upload(conaeti, plan, content)
    assert [one["id"] for one in shorter["absent"]] == [done["id"], gone["id"]]
    path = f"/v1/imports/{shorter['id']}/confirm"
    for wrong, status, code in ((kept, 422, "absent_unknown"), (done, 409, "status_step_refused")):
        problem(await conaeti.call("POST", path, json=CONFIRMATION | {"cancel": [wrong["id"]]}), status, code)
    assert (await conaeti.read(f"/v1/plans/{plan}"))["revision"]["number"] == 1
    await confirm(conaeti, shorter)
    assert (await conaeti.read(f"/v1/actions/{gone['id']}"))["status"] == "planned"

    # The same file with a decision is no repetition: who confirms it again to cancel what is absent means it.
    again = await upload(conaeti, plan, content)
    assert again["same_as_revision"] == 2
    decided = await confirm(conaeti, again, cancel=[gone["id"], gone["id"]])
    assert (decided["already"], decided["revision"]["number"], decided["revision"]["cancelled"]) == (
        False,
        3,
        1,
    )
    assert (await confirm(conaeti, again, cancel=[gone["id"]]))["already"] is True
    cancelled = await conaeti.read(f"/v1/actions/{gone['id']}")
    assert (cancelled["status"], cancelled["version"]) == ("cancelled", 2)
    assert "revisión 3" in cancelled["status_reason"]

    back = await upload(conaeti, plan, workbook(ROWS))
    assert [found["code"] for found in back["findings"] if found["severity"] == "warning"] == [
        "action_cancelled"
    ]
    assert back["absent"] == []


async def test_a_correction_outlives_the_workbook_that_did_not_follow_it(conaeti: Api) -> None:
    """Unchanged cell: it stays. Changed cell: a conflict, nothing written. The register's value: settled."""
    plan, actions = await imported(conaeti, workbook(ROWS))
    corrected = await conaeti.changed(
        "PATCH", actions[0], "", {"budget": 20_000_000, "collaborators": ["minna"]}
    )

    untouched = await upload(
        conaeti, plan, workbook(changed(1, 2, ROWS[1][2] + " y su manual"), "Segunda versión")
    )
    assert untouched["outcome"] == "ready"
    assert [row["outcome"] for row in untouched["rows"]] == ["unchanged", "changed", "unchanged"]
    assert [change["field"] for change in untouched["rows"][1]["changes"]] == ["title"]
    assert (await confirm(conaeti, untouched))["revision"]["changed"] == 1
    stands = await conaeti.read(f"/v1/actions/{corrected['id']}")
    assert (stands["budget"], stands["collaborators"], stands["version"]) == (20_000_000, ["minna"], 2)

    disputed = await upload(conaeti, plan, workbook(changed(0, BUDGET, 15_000_000)))
    (conflict,) = [finding for finding in disputed["findings"] if finding["severity"] == "error"]
    assert (conflict["code"], conflict["sheet"], conflict["cell"]) == ("conflict", "POA", "I4")
    assert (conflict["value"], conflict["column"]) == ("15.000.000", "Presupuesto (Gs.)")
    assert "20.000.000" in conflict["message"]
    assert conflict["suggestion"]
    refused = await conaeti.call("POST", f"/v1/imports/{disputed['id']}/confirm", json=CONFIRMATION)
    assert problem(refused, 409, "import_has_conflicts")["conflicts"] == 1
    assert (await conaeti.read(f"/v1/plans/{plan}"))["revision"]["number"] == 2
    assert (await conaeti.read(f"/v1/actions/{corrected['id']}"))["version"] == 2

    follows = changed(1, 2, ROWS[1][2] + " y su manual", changed(0, BUDGET, 20_000_000))
    await confirm(conaeti, await upload(conaeti, plan, workbook(follows)))
    settled = await conaeti.read(f"/v1/actions/{corrected['id']}")
    assert [cell["field"] for cell in settled["citations"][0]["differs"]] == ["collaborators"]
    moved = await upload(conaeti, plan, workbook(changed(0, BUDGET, 21_000_000, follows)))
    assert [row["outcome"] for row in moved["rows"]] == ["changed", "unchanged", "unchanged"]


async def test_a_workbook_with_errors_is_refused_whole_and_every_error_says_where(conaeti: Api) -> None:
    """Sheet, cell, column, value, code, message and suggestion, of each; nothing is written."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    wrong = changed(0, 3, "Ministerio de la Nada")
    wrong = changed(1, 5, "31/02/2026", wrong)
    wrong = changed(2, 5, "01/01/2026", wrong)
    draft = await upload(conaeti, plan, workbook(wrong))
    assert draft["outcome"] == "rejected"
    errors = {finding["cell"]: finding for finding in draft["findings"] if finding["severity"] == "error"}
    assert set(errors) == {"D4", "F5", "F6"}, draft["findings"]
    assert [errors[cell]["column"] for cell in ("D4", "F5", "F6")] == [HEADER[3], HEADER[5], HEADER[5]]
    assert [errors[cell]["value"] for cell in ("D4", "F5", "F6")] == [
        "Ministerio de la Nada",
        "31/02/2026",
        "01/01/2026",
    ]
    for finding in errors.values():
        assert finding["sheet"] == "POA"
        assert all(finding[part] for part in ("code", "message", "suggestion"))
    assert {row["outcome"] for row in draft["rows"]} == {"error"}
    refused = await conaeti.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION)
    assert problem(refused, 422, "import_has_errors")["errors"] == 3
    assert await conaeti.pages("/v1/actions", plan=plan) == []
    assert (await conaeti.read(f"/v1/plans/{plan}"))["revision"] is None


async def test_a_person_corrects_what_the_hub_has_paired(conaeti: Api) -> None:
    """With the version of the borrador that was seen; one action to a row."""
    plan, actions = await imported(conaeti, workbook(ROWS))
    draft = await upload(conaeti, plan, workbook(changed(0, BUDGET, 7)))
    path = f"/v1/imports/{draft['id']}/pairs"
    first, second, third = (row["key"] for row in draft["rows"])
    ids = [action["id"] for action in actions]
    problem(await conaeti.call("PUT", path, json={"pairs": {}}), 428, "version_missing")
    seen = {"If-Match": f'"{draft["version"]}"'}
    for pairs, code in (
        ({first: "no-hay"}, "pair_unknown"),
        ({"POA!99": None}, "pair_unknown"),
        ({first: ids[1], second: ids[1]}, "pair_repeated"),
    ):
        problem(await conaeti.call("PUT", path, json={"pairs": pairs}, headers=seen), 422, code)
    answer = await conaeti.call("PUT", path, json={"pairs": {first: None, second: ids[0]}}, headers=seen)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    assert [(row["basis"], row["action"]) for row in rows] == [
        ("person", None),
        ("person", ids[0]),
        ("number", ids[2]),
    ]
    assert third == rows[2]["key"]
    late = await conaeti.call("PUT", path, json={"pairs": {}}, headers=seen)
    assert problem(late, 412, "version_conflict")["current"] == 2
    done = await confirm(conaeti, draft)
    assert (done["revision"]["added"], done["revision"]["changed"]) == (1, 1)
    after = await conaeti.call("PUT", path, json={"pairs": {}}, headers={"If-Match": '"3"'})
    problem(after, 409, "import_confirmed")


async def test_a_plan_is_changed_by_its_own_platform_at_the_version_it_saw(conaeti: Api, mesa: Api) -> None:
    """And stays its platform's."""
    plan = await conaeti.made("/v1/plans", PLAN)
    path = f"/v1/plans/{plan['id']}"
    tag = (await conaeti.call("GET", path)).headers["etag"]
    renamed = PLAN | {"title": "Otro título (sintético)", "extended_to": "2027-06-30"}
    problem(await conaeti.call("PUT", path, json=renamed), 428, "version_missing")
    problem(
        await mesa.call("PUT", path, json=renamed | {"platform": "mesa"}, headers={"If-Match": tag}),
        403,
        "not_yours",
    )
    moved = await conaeti.call("PUT", path, json=renamed | {"platform": "mesa"}, headers={"If-Match": tag})
    problem(moved, 403, "not_yours")
    answer = await conaeti.call("PUT", path, json=renamed, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["title"]) == (200, renamed["title"])
    assert (
        problem(
            await conaeti.call("PUT", path, json=PLAN, headers={"If-Match": tag}), 412, "version_conflict"
        )["current"]
        == 2
    )


async def test_an_action_that_was_added_by_hand_is_taken_up_by_the_next_workbook(conaeti: Api) -> None:
    """As the same action."""
    plan, _ = await imported(conaeti, workbook(ROWS[:2]))
    added = await conaeti.added(plan, title=ROWS[2][2], axis="PRE", departments=[])
    draft = await upload(conaeti, plan, workbook(ROWS))
    assert draft["rows"][2]["action"] == added["id"]
    await confirm(conaeti, draft)
    taken = await conaeti.read(f"/v1/actions/{added['id']}")
    assert (taken["citations"][0]["number"], taken["version"]) == ("1.3", 2)
    assert len(await conaeti.pages("/v1/actions", plan=plan)) == 3


@pytest.mark.parametrize("name", ["poa.xlsx", None])
async def test_a_workbook_may_be_the_body_itself(
    hub: Journey, conaeti: Api, open_plan: str, name: str | None
) -> None:
    """With a name in the address or without."""
    answer = await conaeti.call(
        "POST",
        f"/v1/plans/{open_plan}/imports",
        params={"file_name": name} if name else {},
        content=workbook(ROWS),
        headers={"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    assert (answer.status_code, answer.json()["file_name"]) == (201, name or "planilla.xlsx")
    assert answer.headers["location"] == f"/v1/imports/{answer.json()['id']}"
    assert hub.running.ledger.gate.is_open
