"""What a focal point copies into SIMORE Plus: each action once for each recommendation, with its last reports."""

from datetime import date

import msgspec
from msgspec.structs import replace

from nanduti.actions import Action, ExternalReference, Indicator, Report
from nanduti.vocabulary import Axis, Measure
from nanduti_hub.actions import simore
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.packed import packed_lines

NAMES = Names({"mtess": "MTESS"}, {"PY-7": "Itapúa"})
REPORTS = (
    Report(on=date(2026, 3, 31), value=10, department="PY-7", category="docentes", evidence="Lista 1"),
    Report(on=date(2026, 6, 30), value=25.5, department="PY-7", category="docentes", evidence="Lista 2"),
    Report(on=date(2026, 6, 30), value=7, evidence="=Informe"),
)
ACTION = Action(
    id="01900000-0000-7000-8000-000000000001", code="ACC-2026-0001", platform="conaeti",
    plan="01900000-0000-7000-8000-000000000002", title="=1+1", axis=Axis.PREVENTION, lead="mtess",
    indicators=(Indicator(number=1, text="Personas", unit="personas", target=40, measure=Measure.PEOPLE, reports=REPORTS,
                          means_of_verification="Planillas"),),
    external_references=(ExternalReference(kind="simore", value="118.12"), ExternalReference(kind="budget_line", value="9"),
                         ExternalReference(kind="simore", value="120.1")),
)  # fmt: skip


def told(*actions: Action, until: date | None = None) -> list[dict[str, object]]:
    names = [column.name for column in simore.COLUMNS]
    packs = [packed_lines([msgspec.json.encode(action)]) for action in actions]
    return [dict(zip(names, row, strict=True)) for row in simore.rows(packs, NAMES, until)]


def test_an_action_stands_at_each_of_its_recommendations_and_without_one_once() -> None:
    plain = replace(ACTION, external_references=())
    assert [row["Recomendación"] for row in told(ACTION, plain)] == ["118.12", "120.1", ""]


def test_the_last_report_of_each_department_and_category_holds_up_to_the_day() -> None:
    (row, _) = told(ACTION)
    assert row["Resultados informados"] == (
        "Personas (Itapúa, docentes): 25,5 personas al 30/06/2026\nPersonas: 7 de 40 personas al 30/06/2026"
    )
    assert (row["Informado al"], row["Evidencia"]) == (date(2026, 6, 30), "Lista 2\n=Informe")
    (row, _) = told(ACTION, until=date(2026, 4, 30))
    assert (row["Resultados informados"], row["Evidencia"]) == (
        "Personas (Itapúa, docentes): 10 personas al 31/03/2026", "Lista 1"
    )  # fmt: skip
    (row, _) = told(ACTION, until=date(2026, 1, 1))
    assert (row["Resultados informados"], row["Informado al"], row["Evidencia"]) == ("", None, "")


def test_no_cell_of_the_csv_is_a_formula() -> None:
    line = simore.lines(packed_lines([msgspec.json.encode(ACTION)]), NAMES, None).decode()
    assert ";'=1+1;" in line
    assert not any(cell.startswith("=") for cell in line.split(";"))
