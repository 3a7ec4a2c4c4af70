"""The second upload over HTTP: conflicts ticked, valid rows only, history, double clicks, corrections in between."""

import asyncio
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hub_api import CONFIRMATION, PLAN, Api, Journey, problem
from small_workbook import BUDGET, ROWS, workbook

from nanduti_hub.api_client import Wishes
from nanduti_hub.plans import background, uploads
from nanduti_hub.submission import Submitted, Where, annotate, as_text, published

pytestmark = pytest.mark.slow

TITLE, LEAD = 2, 3


def changed(place: int, column: int, value: Any, rows: list[list[Any]] = ROWS) -> list[list[Any]]:
    """The rows with one cell changed."""
    return [
        [value if (row, cell) == (place, column) else text for cell, text in enumerate(cells)]
        for row, cells in enumerate(rows)
    ]


async def upload(api: Api, plan: str, rows: list[list[Any]] | bytes) -> Any:
    content = rows if isinstance(rows, bytes) else workbook(rows)
    answer = await api.call("POST", f"/v1/plans/{plan}/imports", content=content)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"etag": answer.headers["etag"]}


async def confirm(api: Api, draft: Any, **more: Any) -> Any:
    answer = await api.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(api: Api, draft: Any, status: int, code: str, **more: Any) -> dict[str, Any]:
    answer = await api.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION | more)
    return problem(answer, status, code)


async def tick(api: Api, draft: Any, etag: str | None = None, **body: Any) -> Any:
    """The answer to some ticks, at the version that the draft shows or with a whole tag."""
    seen = {"If-Match": etag or f'"{draft["version"]}"'}
    return await api.call("PUT", f"/v1/imports/{draft['id']}/ticks", json=body, headers=seen)


async def ticked(api: Api, draft: Any, **body: Any) -> Any:
    answer = await tick(api, draft, **body)
    assert answer.status_code == 200, answer.text
    return answer.json() | {"etag": answer.headers["etag"]}


async def imported(api: Api, rows: list[list[Any]] = ROWS) -> tuple[str, list[Any]]:
    """A new plan with a first revision, and its actions."""
    plan = (await api.made("/v1/plans", PLAN))["id"]
    await confirm(api, await upload(api, plan, rows))
    return plan, await api.pages("/v1/actions", plan=plan)


#: Says the first action's budget and lead otherwise than the register will, and another cell anew.
DISPUTING = workbook(
    changed(1, BUDGET, 31_000_000, changed(0, LEAD, "Ministerio Público", changed(0, BUDGET, 15_000_000)))
)


async def disputed(api: Api) -> tuple[str, list[Any], Any]:
    """A plan whose first action's budget and lead were corrected, and a workbook that says both otherwise."""
    plan, actions = await imported(api)
    actions[0] = await api.changed("PATCH", actions[0], "", {"budget": 20_000_000, "lead": "minna"})
    return plan, actions, await upload(api, plan, DISPUTING)


async def test_conflicts_are_shown_per_cell_ticked_and_confirmed(conaeti: Api) -> None:
    """Whose value is taken is decided for each cell; the register then says so, and the history does."""
    _, actions, draft = await disputed(conaeti)
    assert draft["counts"]["conflict"] == 1
    row = draft["rows"][0]
    assert row["outcome"] == "conflict"
    assert row["conflicts"] == [
        {
            "field": "lead",
            "base": "mtess",
            "register": "minna",
            "workbook": "mp",
            "cell": "D4",
            "ticked": None,
        },
        {
            "field": "budget",
            "base": 12_500_000,
            "register": 20_000_000,
            "workbook": 15_000_000,
            "cell": "I4",
            "ticked": None,
        },
    ]
    assert (await refused(conaeti, draft, 409, "import_has_conflicts"))["conflicts"] == 2

    half = await ticked(conaeti, draft, ticks={row["key"]: {"budget": "workbook"}})
    assert [one["ticked"] for one in half["rows"][0]["conflicts"]] == [None, "workbook"]
    assert (await refused(conaeti, half, 409, "import_has_conflicts"))["conflicts"] == 1

    decided = await ticked(conaeti, half, ticks={row["key"]: {"budget": "workbook", "lead": "register"}})
    assert (decided["outcome"], decided["rows"][0]["outcome"]) == ("ready", "changed")
    revision = (await confirm(conaeti, decided))["revision"]
    assert (revision["changed"], revision.get("left_out", 0)) == (2, 0)
    stands = await conaeti.read(f"/v1/actions/{actions[0]['id']}")
    assert (stands["budget"], stands["lead"]) == (15_000_000, "minna")
    assert stands["citations"][0]["differs"] == [{"field": "lead", "value": "mp"}]

    kept = await conaeti.read(f"/v1/imports/{draft['id']}")
    assert kept["confirmed_as"] == 2
    assert [one["ticked"] for one in kept["rows"][0]["conflicts"]] == ["register", "workbook"]
    assert kept["counts"] == decided["counts"]
    problem(await tick(conaeti, kept, ticks={}), 409, "import_confirmed")


async def test_a_tick_names_a_conflict_at_the_version_that_was_seen(conaeti: Api) -> None:
    """Anything else is refused, and nothing is kept."""
    _, _, draft = await disputed(conaeti)
    key = draft["rows"][0]["key"]
    for ticks in (
        {"POA!99": {"budget": "workbook"}},
        {key: {"title": "workbook"}},
        {draft["rows"][1]["key"]: {"budget": "register"}},
    ):
        problem(await tick(conaeti, draft, ticks=ticks), 422, "tick_unknown")
    problem(await tick(conaeti, draft, ticks={key: {"budget": "both"}}), 400, "invalid")
    path = f"/v1/imports/{draft['id']}/ticks"
    problem(await conaeti.call("PUT", path, json={"ticks": {}}), 428, "version_missing")
    await ticked(conaeti, draft, others="register")
    late = problem(await tick(conaeti, draft, others="workbook"), 412, "version_conflict")
    assert late["current"] == draft["version"] + 1


async def test_all_conflicts_are_decided_at_once_and_some_otherwise(conaeti: Api) -> None:
    """What is named goes before what is said for the others."""
    _, actions, draft = await disputed(conaeti)
    key = draft["rows"][0]["key"]
    decided = await ticked(conaeti, draft, ticks={key: {"lead": "workbook"}}, others="register")
    assert [one["ticked"] for one in decided["rows"][0]["conflicts"]] == ["workbook", "register"]
    await confirm(conaeti, decided)
    stands = await conaeti.read(f"/v1/actions/{actions[0]['id']}")
    assert (stands["lead"], stands["budget"]) == ("mp", 20_000_000)


async def test_a_correction_after_the_tick_is_asked_again(conaeti: Api) -> None:
    """The tick was for what the register said: confirming does not pass over what it says now."""
    _, actions, draft = await disputed(conaeti)
    decided = await ticked(conaeti, draft, others="workbook")
    corrected = await conaeti.changed("PATCH", actions[0], "", {"budget": 25_000_000})
    assert (await refused(conaeti, decided, 409, "import_has_conflicts"))["conflicts"] == 1
    again = await conaeti.read(f"/v1/imports/{draft['id']}")
    assert [one["ticked"] for one in again["rows"][0]["conflicts"]] == ["workbook", None]
    assert (await conaeti.read(f"/v1/actions/{actions[0]['id']}"))["version"] == corrected["version"]

    # Who ticks with the whole tag of what was seen is told that it is no more so.
    problem(await tick(conaeti, decided, decided["etag"], others="workbook"), 412, "draft_outdated")
    await confirm(conaeti, await ticked(conaeti, again, others="workbook"))
    assert (await conaeti.read(f"/v1/actions/{actions[0]['id']}"))["budget"] == 15_000_000


async def test_a_correction_between_preview_and_confirmation_is_not_overwritten(conaeti: Api) -> None:
    """Of the same cell it is a conflict, of another cell it stays."""
    plan, actions = await imported(conaeti)
    draft = await upload(conaeti, plan, changed(0, BUDGET, 15_000_000))
    assert draft["outcome"] == "ready"
    await conaeti.changed("PATCH", actions[0], "", {"budget": 20_000_000})
    assert (await refused(conaeti, draft, 409, "import_has_conflicts"))["conflicts"] == 1

    draft = await upload(conaeti, plan, changed(1, BUDGET, 15_000_000))
    await conaeti.changed("PATCH", actions[1], "", {"lead": "mp"})
    await confirm(conaeti, draft)
    stands = await conaeti.read(f"/v1/actions/{actions[1]['id']}")
    assert (stands["budget"], stands["lead"]) == (15_000_000, "mp")


async def test_corrections_while_a_workbook_is_confirmed_are_all_there_or_in_conflict(conaeti: Api) -> None:
    """Whoever comes first; none is lost."""
    plan, actions = await imported(conaeti)
    draft = await upload(conaeti, plan, changed(0, BUDGET, 15_000_000))
    path = f"/v1/actions/{actions[0]['id']}"
    confirming, correcting = await asyncio.gather(
        conaeti.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION),
        conaeti.call("PATCH", path, json={"budget": 20_000_000}, headers={"If-Match": '"1"'}),
    )
    stands = await conaeti.read(path)
    if confirming.status_code == 200:
        assert correcting.status_code in {200, 412}
        assert stands["budget"] == (20_000_000 if correcting.status_code == 200 else 15_000_000)
    else:
        problem(confirming, 409, "import_has_conflicts")
        assert (correcting.status_code, stands["budget"]) == (200, 20_000_000)


async def test_only_the_valid_rows_are_confirmed_and_the_report_tells_the_others(conaeti: Api) -> None:
    """Neither changed nor absent; the mended file brings them in."""
    plan, actions = await imported(conaeti)
    await conaeti.changed("PATCH", actions[0], "", {"budget": 20_000_000})
    rows = changed(0, BUDGET, 15_000_000, changed(1, LEAD, "Ministerio de la Nada"))
    rows = changed(2, BUDGET, 9_000_000, rows)
    content = workbook(rows)
    draft = await upload(conaeti, plan, content)
    assert [row["outcome"] for row in draft["rows"]] == ["conflict", "error", "changed"]
    await refused(conaeti, draft, 422, "import_has_errors")
    revision = (await confirm(conaeti, draft, only_valid=True))["revision"]
    assert (revision["changed"], revision["unchanged"], revision.get("left_out", 0)) == (1, 0, 2)
    stands = await conaeti.pages("/v1/actions", plan=plan)
    assert [action["budget"] for action in stands] == [20_000_000, 30_000_000, 9_000_000]
    assert [action["version"] for action in stands] == [2, 1, 2]
    kept = await conaeti.read(f"/v1/imports/{draft['id']}")
    assert [row["outcome"] for row in kept["rows"]] == ["conflict", "error", "changed"]
    assert kept["absent"] == []

    # The same file again, with a decision, is not the revision that it was.
    again = await upload(conaeti, plan, content)
    assert (await confirm(conaeti, again, only_valid=True))["already"] is True
    decided = await ticked(conaeti, again, others="workbook")
    done = await confirm(conaeti, decided, only_valid=True)
    assert (done["already"], done["revision"]["number"], done["revision"].get("left_out", 0)) == (False, 3, 1)
    mended = changed(1, LEAD, "MINNA", rows)
    assert (await confirm(conaeti, await upload(conaeti, plan, mended)))["revision"].get("left_out", 0) == 0


async def test_an_error_of_the_file_is_refused_also_for_the_valid_rows(conaeti: Api) -> None:
    """Nobody can say what a sheet without its column means; nor is a file of which no row is valid a revision."""
    plan, _ = await imported(conaeti)
    without = [[cell for place, cell in enumerate(row) if place != LEAD] for row in ROWS]
    answer = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=b"no es una planilla")
    await refused(conaeti, answer.json(), 422, "import_has_errors", only_valid=True)
    bad = await upload(conaeti, plan, [[*row[:LEAD], "Nadie", *row[LEAD:]] for row in without])
    await refused(conaeti, bad, 422, "import_has_errors", only_valid=True)
    assert (await conaeti.read(f"/v1/plans/{plan}"))["revision"]["number"] == 1


async def test_history_keeps_what_was_decided_then(conaeti: Api) -> None:
    """Given confirmed imports, when the register moves on, then each still shows what it came to."""
    plan, actions = await imported(conaeti)
    second = await upload(conaeti, plan, changed(0, BUDGET, 15_000_000))
    await confirm(conaeti, second)
    third = await upload(conaeti, plan, changed(0, BUDGET, 16_000_000))
    await confirm(conaeti, third)
    await conaeti.changed("PATCH", actions[2], "", {"budget": 1})
    kept = await conaeti.read(f"/v1/imports/{second['id']}")
    assert kept["counts"] == second["counts"]
    assert kept["rows"] == second["rows"]
    assert kept["rows"][0]["changes"] == [{"field": "budget", "before": 12_500_000}]
    listed = (await conaeti.read(f"/v1/plans/{plan}/imports"))["items"]
    assert [one["confirmed_as"] for one in listed] == [3, 2, 1]
    assert all(one["confirmed_by"] == "test:conaeti" and one["confirmed_at"] for one in listed)


async def test_a_window_that_was_left_open_undoes_nothing(conaeti: Api) -> None:
    """Given two borradores, when one is confirmed, then the other is weighed against what both began with."""
    plan, _ = await imported(conaeti)
    early = await upload(conaeti, plan, changed(1, BUDGET, 31_000_000))
    await confirm(conaeti, await upload(conaeti, plan, changed(0, BUDGET, 15_000_000)))
    seen = await conaeti.read(f"/v1/imports/{early['id']}")
    assert [row["outcome"] for row in seen["rows"]] == ["unchanged", "changed", "unchanged"]
    await confirm(conaeti, early)
    assert [one["budget"] for one in await conaeti.pages("/v1/actions", plan=plan)][:2] == [
        15_000_000,
        31_000_000,
    ]


async def test_of_two_open_windows_the_second_does_not_silently_win(conaeti: Api) -> None:
    """What both changed is a conflict, though nobody but the two workbooks has touched it."""
    plan, actions = await imported(conaeti)
    other = await upload(conaeti, plan, changed(0, BUDGET, 16_000_000))
    await confirm(conaeti, await upload(conaeti, plan, changed(0, BUDGET, 17_000_000)))
    assert (await refused(conaeti, other, 409, "import_has_conflicts"))["conflicts"] == 1
    assert (await conaeti.read(f"/v1/actions/{actions[0]['id']}"))["budget"] == 17_000_000


async def test_of_two_first_workbooks_the_second_does_not_silently_win(conaeti: Api) -> None:
    """Two people began a plan at the same time."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    first, second = await upload(conaeti, plan, ROWS), await upload(conaeti, plan, changed(0, BUDGET, 1))
    await confirm(conaeti, first)
    assert (await refused(conaeti, second, 409, "import_has_conflicts"))["conflicts"] == 1
    assert len(await conaeti.pages("/v1/actions", plan=plan)) == 3


@pytest.mark.parametrize("others", ["workbook", "register"])
async def test_a_double_click_with_ticks_is_one_revision(conaeti: Api, others: str) -> None:
    """And the same file with the same ticks once more is that revision too."""
    plan, _, draft = await disputed(conaeti)
    decided = await ticked(conaeti, draft, others=others)
    done = await asyncio.gather(*(confirm(conaeti, decided) for _ in range(4)))
    assert sorted(one["already"] for one in done) == [False, True, True, True]
    assert {one["revision"]["number"] for one in done} == {2}
    again = await upload(conaeti, plan, DISPUTING)
    pairs = {again["rows"][0]["key"]: again["rows"][0]["action"]}
    answer = await conaeti.call(
        "PUT", f"/v1/imports/{again['id']}/pairs", json={"pairs": pairs}, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["counts"]["unchanged"]) == (200, 3)
    assert (await confirm(conaeti, again))["already"] is True


async def test_a_workbooks_status_is_a_step_like_any_other(conaeti: Api) -> None:
    """Refused where the register refuses it; with the act as its reason where one is needed."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]

    async def with_status(said: str) -> Any:
        header = ["N°", "Eje", "Actividad", "Institución responsable", "Estado"]
        rows = [["1", "Detección", "Capacitar a inspectores (sintética)", "MTESS", said]]
        content = workbook_of(header, rows)
        answer = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=content)
        assert answer.status_code == 201, answer.text
        return answer.json()

    await confirm(conaeti, await with_status("En ejecución"))
    await confirm(conaeti, await with_status("Suspendida"))
    (stands,) = await conaeti.pages("/v1/actions", plan=plan)
    assert stands["status"] == "suspended"
    assert CONFIRMATION["act"] in stands["status_reason"]
    draft = await with_status("Finalizada")
    (finding,) = [one for one in draft["findings"] if one["severity"] == "error"]
    assert (finding["code"], finding["cell"]) == ("status_step_refused", "E2")
    await refused(conaeti, draft, 422, "import_has_errors")


def workbook_of(header: list[str], rows: list[list[Any]]) -> bytes:
    """A workbook with a heading of its own."""
    book = openpyxl.Workbook()
    for cells in (header, *rows):
        book.active.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def test_the_command_line_decides_or_leaves_out(hub: Journey, conaeti: Api, tmp_path: Path) -> None:
    """It lists the conflicts and how to decide them; takes one side for all; or publishes the rest."""
    file = tmp_path / "poa.xlsx"
    file.write_bytes(DISPUTING)
    where = Where(home=tmp_path, api=hub.url, token=conaeti.token)

    async def handed_in(plan: str, **wishes: Any) -> Submitted:
        given = (where, file, "conaeti", plan, "Acta sintética 2/2026", "2026-03-12", Wishes(**wishes))
        return await asyncio.to_thread(published, *given)

    plan, actions, _ = await disputed(conaeti)
    refused_ = await handed_in(plan)
    assert refused_.exit_code == 1
    shown = as_text(refused_)
    assert shown.count("[conflicto] POA!") == 2
    assert "2 conflictos por decidir" in shown
    assert all(words in shown for words in ("--take planilla", "/ticks", "--only-valid"))

    left = await handed_in(plan, only_valid=True)
    assert (left.exit_code, "quedaron fuera" in left.verdict) == (0, True)
    assert (await conaeti.read(f"/v1/actions/{actions[0]['id']}"))["lead"] == "minna"

    taken = await handed_in(plan, take="workbook")
    assert (taken.exit_code, taken.verdict[:13]) == (0, "Publicada com")
    assert (await conaeti.read(f"/v1/actions/{actions[0]['id']}"))["lead"] == "mp"


async def test_an_annotated_copy_says_how_many_remarks_there_are_in_all(
    hub: Journey, conaeti: Api, tmp_path: Path
) -> None:
    """Also where the hub shows only the first of them."""
    file, copy = tmp_path / "poa.xlsx", tmp_path / "copia.xlsx"
    rows = [
        [f"{number}", *ROWS[0][1:LEAD], f"Nadie {number}", *ROWS[0][LEAD + 1 :]] for number in range(1_001)
    ]
    file.write_bytes(workbook(rows))
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    where = Where(home=tmp_path, api=hub.url, token=conaeti.token)
    given = (where, file, "conaeti", plan, "Acta sintética 2/2026", "2026-03-12", Wishes())
    done = await asyncio.to_thread(published, *given)
    assert len(done.reading.findings) == 1_000 < done.findings_total
    await annotate(file, done, copy)
    shown = openpyxl.load_workbook(copy).worksheets[0]
    assert f"Son {done.findings_total} en total" in str(shown["A4"].value)


async def written(api: Api, plan: str) -> Any:
    """The plan's workbook as the hub writes it."""
    answer = await api.call("GET", f"/v1/plans/{plan}/template.xlsx")
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def cell_of(book: Any, heading: str, row: int) -> Any:
    """The cell under a heading in the sheet of activities, `row` from 1."""
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            names = {str(cell.value): cell.column for cell in cells}
            if "id_accion" in names:
                return sheet.cell(cells[0].row + row, names[heading])
    raise AssertionError("no sheet has ids")


def heading_of(book: Any, value: Any) -> str:
    """The heading of the column in which the first row says a value."""
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            if "id_accion" in [cell.value for cell in cells]:
                for cell in cells:
                    if sheet.cell(cell.row + 1, cell.column).value == value:
                        return str(cell.value)
    raise AssertionError(f"no column says {value}")


async def test_the_hubs_own_workbook_is_edited_uploaded_corrected_and_uploaded_again(conaeti: Api) -> None:
    """Its rows are known by their ids, and its cells weighed against the day on which it was written."""
    plan, actions = await imported(conaeti)
    book = await written(conaeti, plan)
    untouched = await upload(conaeti, plan, saved(book))
    assert [row["outcome"] for row in untouched["rows"]] == ["unchanged"] * 3, untouched["rows"]
    assert {row["basis"] for row in untouched["rows"]} == {"id"}

    budget = heading_of(book, 12_500_000)
    cell_of(book, budget, 1).value = 15_000_000
    await conaeti.changed("PATCH", actions[1], "", {"budget": 1})
    draft = await upload(conaeti, plan, saved(book))
    assert [row["outcome"] for row in draft["rows"]] == ["changed", "unchanged", "unchanged"]
    await confirm(conaeti, draft)

    # The same file, worked on: what was uploaded is what its cells were; what the register corrected stays.
    cell_of(book, budget, 1).value = 16_000_000
    cell_of(book, budget, 2).value = 31_000_000
    draft = await upload(conaeti, plan, saved(book))
    assert [row["outcome"] for row in draft["rows"]] == ["changed", "conflict", "unchanged"]
    (conflict,) = draft["rows"][1]["conflicts"]
    assert (conflict["base"], conflict["register"], conflict["workbook"]) == (30_000_000, 1, 31_000_000)
    await confirm(conaeti, await ticked(conaeti, draft, others="workbook"))
    assert [one["budget"] for one in await conaeti.pages("/v1/actions", plan=plan)] == [
        16_000_000, 31_000_000, 8_000_000,
    ]  # fmt: skip


async def test_a_workbook_of_another_plan_or_of_a_register_to_come_is_told(conaeti: Api) -> None:
    """The one is refused; of the other the base is passed over, with a warning."""
    plan, _ = await imported(conaeti)
    other, _ = await imported(conaeti)
    book = await written(conaeti, plan)
    strange = await upload(conaeti, other, saved(book))
    assert [one["code"] for one in strange["findings"] if one["severity"] == "error"] == [
        "workbook_of_other_plan"
    ]
    await refused(conaeti, strange, 422, "import_has_errors", only_valid=True)

    for one in book.custom_doc_props.props:
        if one.name == "nanduti_register":
            one.value = type(one.value)(int(one.value) + 1_000_000)
    ahead = await upload(conaeti, plan, saved(book))
    assert [one["code"] for one in ahead["findings"] if one["severity"] == "warning"] == ["base_unknown"]
    assert [row["outcome"] for row in ahead["rows"]] == ["unchanged"] * 3


async def test_the_command_line_publishes_nothing_of_another_plan_unless_told_so(
    hub: Journey, conaeti: Api, tmp_path: Path
) -> None:
    """Sixty wrong actions are sixty cancellations; the borrador is there to be looked at."""
    file = tmp_path / "poa.xlsx"
    where = Where(home=tmp_path, api=hub.url, token=conaeti.token)
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    header = ["N.º", "Actividad", "Eje", "Responsable"]

    async def handed_in(words: list[str], lead: str, **wishes: Any) -> Submitted:
        rows = [[place, word, "Prevención", lead] for place, word in enumerate(words, 1)]
        file.write_bytes(workbook_of(header, rows))
        given = (where, file, "conaeti", plan, "Acta sintética 2/2026", "2026-03-12", Wishes(**wishes))
        return await asyncio.to_thread(published, *given)

    own = ["Capacitar inspectores", "Radio comunitaria", "Protocolo común", "Albergue nuevo", "Boletín anual"]
    assert (await handed_in(own, "MTESS")).exit_code == 0
    other = ["Zafra segura", "Torneo escolar", "Museo vivo", "Puente peatonal", "Orquesta juvenil"]
    stopped = await handed_in(other, "MINNA")
    assert (stopped.exit_code, "--anyway" in stopped.verdict, "error" in stopped.verdict) == (1, True, False)
    assert len(await conaeti.pages("/v1/actions", plan=plan)) == 5
    assert (await handed_in(other, "MINNA", anyway=True)).exit_code == 0
    assert len(await conaeti.pages("/v1/actions", plan=plan)) > 5


async def test_what_was_confirmed_while_a_workbook_was_being_read_is_not_undone(
    conaeti: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an upload that is being read, when another is confirmed, then what both say otherwise is a conflict."""
    plan, _ = await imported(conaeti)
    other = await upload(conaeti, plan, changed(0, BUDGET, 20_000_000))
    read = uploads.read

    async def confirmed_meanwhile(*args: Any) -> uploads.KeptReading:
        done = await read(*args)
        await confirm(conaeti, other)
        return done

    monkeypatch.setattr(uploads, "read", confirmed_meanwhile)
    draft = await upload(conaeti, plan, changed(0, BUDGET, 15_000_000))
    assert draft["counts"]["conflict"] == 1
    await refused(conaeti, draft, 409, "import_has_conflicts")


async def test_what_was_confirmed_before_an_upload_is_read_is_not_undone(
    conaeti: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an upload that waits to be read, when another is confirmed, then its conflicts are shown."""
    plan, _ = await imported(conaeti)
    other = await upload(conaeti, plan, changed(0, BUDGET, 20_000_000))

    async def after_a_confirmation(*args: Any) -> uploads.KeptReading:
        await confirm(conaeti, other)
        return await uploads.read(*args)

    monkeypatch.setattr(background, "read", after_a_confirmation)
    content, later = workbook(changed(0, BUDGET, 15_000_000)), {"Prefer": "respond-async"}
    answer = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=content, headers=later)
    assert answer.status_code == 202
    draft = answer.json()
    async with asyncio.timeout(30):
        while draft["state"] != "read":
            await asyncio.sleep(0.05)
            draft = await conaeti.read(f"/v1/imports/{draft['id']}")
    assert draft["counts"]["conflict"] == 1
    await refused(conaeti, draft, 409, "import_has_conflicts")
