"""A plan's way out and back in: its own workbook, an upload with its remarks, and the register as workbooks."""

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hub_api import CONFIRMATION, PLAN, Api, problem
from openpyxl.worksheet.worksheet import Worksheet
from small_workbook import BUDGET, ROWS, workbook

#: Each workbook is made and read in a process of its own.
pytestmark = pytest.mark.slow
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def fetched(api: Api, path: str, **query: Any) -> bytes:
    answer = await api.call("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(XLSX)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.content


async def uploaded(api: Api, plan: str, content: bytes) -> Any:
    answer = await api.call(
        "POST", f"/v1/plans/{plan}/imports", params={"file_name": "poa.xlsx"}, content=content
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirmed(api: Api, draft: Any) -> Any:
    answer = await api.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def planned(api: Api) -> str:
    plan: str = (await api.made("/v1/plans", PLAN))["id"]
    await confirmed(api, await uploaded(api, plan, workbook(ROWS)))
    return plan


def opened(content: bytes) -> tuple[openpyxl.Workbook, Worksheet, dict[str, int]]:
    """A template, its first sheet, and its columns by heading."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    return book, sheet, {cell.value: cell.column for cell in sheet[1]}


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(draft: Any) -> list[dict[str, Any]]:
    """How a borrador's rows were read; which columns there are comes in no order."""
    return [{**row["row"], "given": sorted(row["row"]["given"])} for row in draft["rows"]]


async def test_a_plans_own_workbook_changes_only_what_was_changed_in_it(conaeti: Api) -> None:
    """Given its workbook, when a cell is changed, a row added and the rest sorted, then just that is new."""
    plan = await planned(conaeti)
    await conaeti.added(plan, title="=1+1", collaborators=["minna"], departments=[])
    content = await fetched(conaeti, f"/v1/plans/{plan}/template.xlsx")
    draft = await uploaded(conaeti, plan, content)
    assert draft["counts"] | {"unchanged": 4} == draft["counts"]
    assert sum(draft["counts"].values()) == 4
    assert [one for one in draft["findings"] if one["severity"] != "info"] == []

    book, sheet, columns = opened(content)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=5)]
    rows.reverse()
    rows[3][columns["Actividad"] - 1] = "Otro texto, de otra cosa (sintético)"
    fresh = {"Actividad": "Visitar comercios (sintética)", "Eje": "Detección", "Responsable": "MTESS",
             "Inicio": date(2026, 5, 1), "Fin": date(2026, 5, 31), "Presupuesto (Gs.)": 5_000_000}  # fmt: skip
    rows.append([fresh.get(heading) for heading in columns])
    for at, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
            if sheet.cell(at, column).data_type == "f":
                sheet.cell(at, column).data_type = "s"
    draft = await uploaded(conaeti, plan, saved(book))
    assert (draft["outcome"], draft["findings"]) == ("ready", [])
    assert [row["outcome"] for row in draft["rows"]] == [
        "unchanged",
        "unchanged",
        "unchanged",
        "changed",
        "new",
    ]
    assert [change["field"] for change in draft["rows"][3]["changes"]] == ["title"]
    done = await confirmed(conaeti, draft)
    assert (done["revision"]["added"], done["revision"]["changed"], done["revision"]["unchanged"]) == (
        1,
        1,
        3,
    )


async def test_a_workbook_without_actions_is_made_for_a_plan_without_any(conaeti: Api, member: Api) -> None:
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    book, sheet, columns = opened(await fetched(member, f"/v1/plans/{plan}/template.xlsx"))
    assert sheet["A2"].value is None
    assert (sheet.freeze_panes, list(sheet.tables)) == ("D2", ["Acciones"])
    assert book["Listas"].sheet_state == "hidden"
    assert "Instrucciones" in book.sheetnames
    assert len(sheet.data_validations.dataValidation) == len(columns)
    assert all(rule.prompt for rule in sheet.data_validations.dataValidation)
    problem(await member.call("GET", "/v1/plans/x/template.xlsx"), 404, "plan_unknown")


async def test_an_upload_with_errors_comes_back_with_them_and_goes_in_corrected(
    conaeti: Api, mesa: Api
) -> None:
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    rows = [[*ROWS[0]], [*ROWS[1]], [*ROWS[2]]]
    rows[1][3], rows[2][BUDGET] = "Instituto Inexistente", "USD 300"
    draft = await uploaded(conaeti, plan, workbook(rows))
    assert draft["outcome"] == "rejected"
    path = f"/v1/imports/{draft['id']}/annotated.xlsx"
    problem(await mesa.call("GET", path), 404, "import_unknown")
    content = await fetched(conaeti, path)
    again = await uploaded(conaeti, plan, content)
    assert again["findings"] == draft["findings"]
    assert read(again) == read(draft)

    book = openpyxl.load_workbook(io.BytesIO(content))
    marked = {cell.coordinate: cell for row in book["POA"] for cell in row if cell.comment}
    assert {one["cell"] for one in draft["findings"]} == set(marked)
    book["POA"]["D5"].value, book["POA"]["I6"].value = "MINNA", 8_000_000
    corrected = await uploaded(conaeti, plan, saved(book))
    assert (corrected["outcome"], corrected["counts"]["new"]) == ("ready", 3)


async def test_a_conflict_is_told_at_its_cell(conaeti: Api) -> None:
    """Given a workbook of a plan, when the register is changed after it and the same cell in it, then both are told."""
    plan = await planned(conaeti)
    book, sheet, columns = opened(await fetched(conaeti, f"/v1/plans/{plan}/template.xlsx"))
    (action, *_) = await conaeti.pages("/v1/actions", plan=plan)
    await conaeti.changed("PATCH", action, "", {"budget": 99_000_000})
    row = next(cell.row for cell in sheet["A"] if cell.value == action["code"])
    place = sheet.cell(row, columns["Presupuesto (Gs.)"])
    place.value = 20_000_000
    draft = await uploaded(conaeti, plan, saved(book))
    assert draft["outcome"] == "rejected"
    annotated = openpyxl.load_workbook(
        io.BytesIO(await fetched(conaeti, f"/v1/imports/{draft['id']}/annotated.xlsx"))
    )
    comment = annotated[sheet.title][place.coordinate].comment
    assert comment is not None
    assert "99" in comment.text


async def test_a_file_that_is_no_workbook_comes_back_as_what_was_found(conaeti: Api) -> None:
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    draft = await uploaded(conaeti, plan, b"%PDF-1.7 esto no es una planilla")
    book = openpyxl.load_workbook(
        io.BytesIO(await fetched(conaeti, f"/v1/imports/{draft['id']}/annotated.xlsx"))
    )
    assert book.sheetnames == ["Observaciones del centro"]
    assert draft["findings"][0]["message"] in [cell.value for row in book.active for cell in row]


async def test_the_register_is_a_workbook_of_days_and_numbers_and_no_formula(
    conaeti: Api, member: Api
) -> None:
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    await conaeti.added(plan, title='=HYPERLINK("http://ejemplo.invalid";"clic")')
    await conaeti.added(plan, title="https://ejemplo.invalid", kind="norm")
    content = await fetched(member, "/v1/actions.xlsx", plan=plan, kind="training")
    _, sheet, columns = opened(content)
    assert sheet.max_row == 2
    row = {heading: sheet.cell(2, column) for heading, column in columns.items()}
    assert row["Actividad"].value == '=HYPERLINK("http://ejemplo.invalid";"clic")'
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in row.values())
    assert row["Inicio"].value == datetime.fromisoformat("2026-03-01T00:00")
    assert (row["Presupuesto (Gs.)"].value, row["Meta"].value, row["Avance (%)"].value) == (12_500_000, 40, 0)
    assert (row["Tipo"].value, row["Responsable"].value) == ("capacitación", "MTESS")
    _, empty, _ = opened(await fetched(member, "/v1/actions.xlsx", plan=plan, status="cancelled"))
    assert empty.max_row <= 2


async def test_an_institution_finds_its_actions_by_recommendation_with_their_last_reports(
    conaeti: Api, member: Api
) -> None:
    """Given actions of two institutions, then each one's are told apart, those with a recommendation first."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    far = {"start": "2150-01-01", "end": "2150-12-31"}
    plain = await conaeti.added(plan, title="Sin recomendación (sintética)", lead="senatur", **far)
    named = await conaeti.added(plan, title="Con recomendación (sintética)", lead="senatur", **far)
    references = [{"kind": "simore", "value": "118.12"}, {"kind": "simore", "value": "120.1"}]
    named = await conaeti.changed("PATCH", named, "", {"external_references": references})
    await conaeti.added(
        plan, title="De otra institución (sintética)", lead="mec", collaborators=["senatur"], **far
    )
    for on, value in (("2026-03-31", 10), ("2026-06-30", 25)):
        named = await conaeti.changed(
            "POST",
            named,
            "/indicators/1/reports",
            {"on": on, "value": value, "evidence": "Lista de asistencia"},
        )
    wanted = {"institution": "senatur", "from": "2150-02-01", "to": "2150-03-01"}
    _, sheet, columns = opened(await fetched(member, "/v1/simore.xlsx", **wanted))
    told = [[sheet.cell(row, columns[name]).value for name in ("Acción", "Recomendación", "Resultados informados")]
            for row in range(2, sheet.max_row + 1)]  # fmt: skip
    result = "Inspectores capacitados: 25 de 40 personas al 30/06/2026"
    assert told == [
        [named["code"], "118.12", result], [named["code"], "120.1", result], [plain["code"], None, None]
    ]  # fmt: skip
    answer = await member.call("GET", "/v1/simore.csv", params=wanted | {"only_referenced": True})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [line["Recomendación"] for line in lines] == ["118.12", "120.1"]
    assert {line["Evidencia"] for line in lines} == {"Lista de asistencia"}
    problem(
        await member.call("GET", "/v1/simore.csv", params={"institution": "nadie"}),
        422,
        "institution_unknown",
    )
    problem(await member.call("GET", "/v1/simore.xlsx", params={"from": "2026-02-01", "to": "2026-01-01"}), 422,
            "dates_reversed")  # fmt: skip
