"""Plans to take out and bring back: the demo's, and one whose every text is hostile to spreadsheets. All synthetic."""

import json
import uuid
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
from msgspec.structs import replace

from nanduti.actions import Action, Citation, Indicator
from nanduti.plans import Plan, Revision
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.directory.seed import load
from nanduti_hub.plans.outgoing.lists import Around
from nanduti_hub.plans.outgoing.template import template_bytes
from nanduti_hub.plans.row_values import planned, values_of
from nanduti_hub.plans.rows import Known, Reading, Row
from nanduti_hub.plans.workbook import read_workbook

DEMO = files("nanduti_hub.demo")
PLANS: list[dict[str, str]] = json.loads(DEMO.joinpath("plans.json").read_text("utf-8"))
#: Demo plans that come as a workbook.
FILES = [plan["file"] for plan in PLANS if plan.get("file", "").endswith(".xlsx")]
REGISTER = 4_711

HOSTILE_TEXTS = (
    "=1+1", '=HYPERLINK("http://ejemplo.invalid";"x")', "+595", "-5", "@SUMA(A1)", "'con apóstrofo", "''con dos",
    "'", "#REF!", "#¡DIV/0!", "#N/D ", "#NiUnaMenos", "TOTAL", "Subtotal Eje 1", "Total general", "EJE 2: PREVENCIÓN",
    "Objetivo 3: Nada", "Línea de acción 1.1: Nada", "Actividad", "Responsable", "Ídem", "id.", "(verbo en infinitivo)",
    "1.10 Con número delante", "a) con letra", "• con viñeta", "  con espacios  ", "dos  espacios", "dos\nlíneas",
    "\nlínea vacía delante", "con\ttabulador", "con\r\nfin de línea de otro sistema", "\\t literal", "_x0041_ literal",
    '&amp; <b>"comillas"</b>', "https://ejemplo.invalid/?a=1&b=2", "mailto:nadie@ejemplo.invalid", "VERDADERO", "1e5",
    "31/12/2026", "0,5", "1.500.000", "100%", "-", "s/d", "N/A", "por definir", "Elaborado por:", "Nota: aclaración",
    "a;b; c", '"entre comillas"', "Mbo’e ñe’ẽ rehegua", "emoji 😀 y e\u0301", "nbsp\u00a0fino\u202f", "\u200bancho cero",
    "raya\u2028de línea", "Fuente: nadie", "x" * 1_000, "_", "*", "?", "%", '{"json": 1}', "\\", "\\\\n",
)  # fmt: skip
NUMBERS = (0.0, 1.0, 0.5, -2.5, 1 / 3, 0.30000000000000004, 1e-7, 123_456_789.25, 1e15, 9e22, 5e-324, None)
BUDGETS = (0, 1, 999, 1_000, 12_500_000, 9_007_199_254_740_991, None)
DAYS = (date(1899, 12, 31), date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2024, 2, 29),
        date(9999, 12, 31), date(1, 1, 1), None)  # fmt: skip


@cache
def known_of(platform: str) -> Known:
    """What a reader knows of a platform of the starting directory."""
    seed = load()
    found = next(one for one in seed.platforms if one.code == platform)
    return Known(platform=found, institutions=seed.institutions, departments=seed.departments, year=2026)


def around(known: Known) -> Around:
    """The same for the writer."""
    return Around(known.platform, known.institutions, known.departments)


def template_of(plan: Plan, actions: Iterable[Action], known: Known) -> bytes:
    """The plan's workbook."""
    bodies = [msgspec.json.encode(action) for action in actions]
    return template_bytes(msgspec.json.encode(plan), REGISTER, bodies, around(known))


def plan_of(platform: str, *, number: int = 3) -> Plan:
    """A synthetic plan that was revised so many times."""
    revision = Revision(
        number=number, act="Acta sintética", act_date=date(2026, 3, 1), file_name="poa.xlsx", sha256="0" * 64
    )
    return Plan(
        id=str(uuid.uuid5(uuid.NAMESPACE_DNS, platform)), platform=platform, title=f"Plan sintético de {platform}",
        term_from=date(2026, 1, 1), term_to=date(2026, 12, 31), revision=revision, synthetic=True,
    )  # fmt: skip


@cache
def demo(file: str) -> tuple[Known, Plan, tuple[Action, ...]]:
    """A plan of the demo with its actions, as confirming its workbook makes them."""
    platform = next(plan["platform"] for plan in PLANS if plan.get("file") == file)
    known, plan = known_of(platform), plan_of(platform)
    reading = read_workbook(DEMO.joinpath("workbooks", file).read_bytes(), file, known)
    return known, plan, tuple(_action(plan, row, order) for order, row in enumerate(reading.rows, 1))


def _action(plan: Plan, row: Row, order: int) -> Action:
    assert row.axis_common is not None
    assert row.lead is not None
    citation = Citation(plan=plan.id, revision=3, sheet=row.sheet, row=row.row, number=row.code)
    blank = Action(
        id=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{plan.id}{order}")), code=f"ACC-2026-{order:04}", plan=plan.id,
        platform=plan.platform, title=row.title, axis=row.axis_common, lead=row.lead, citations=(citation,),
    )  # fmt: skip
    return planned(row, values_of(row), blank)


def hostile() -> tuple[Known, Plan, tuple[Action, ...]]:
    """A plan in which each text, number, day and list that could be misread stands in every column of its kind."""
    known, plan = known_of("conaeti"), plan_of("conaeti")
    codes = [one.code for one in known.institutions]
    places = [one.code for one in known.departments]
    texts, actions = HOSTILE_TEXTS, []
    for order, text in enumerate(texts, 1):
        other = texts[(order * 7) % len(texts)]
        indicator = Indicator(
            number=1, text=other if other.strip() else "x", unit=text, baseline=NUMBERS[order % len(NUMBERS)],
            target=NUMBERS[(order * 5) % len(NUMBERS)], means_of_verification=other,
        )  # fmt: skip
        start, end = DAYS[order % len(DAYS)], DAYS[(order * 3) % len(DAYS)]
        if start and end and end < start:
            start, end = end, start
        action = Action(
            id=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"hostil{order}")), code=f"ACC-2026-{order:04}", plan=plan.id,
            platform=plan.platform, title=text, description=text * 2 + other, objective=other, line_of_action=text,
            plan_axis=text if order % 3 else "", axis=list(Axis)[order % 5], kind=list(Kind)[order % 9],
            crimes=tuple(Crime)[: order % 4], departments=tuple(places[: order % 5]) if order % 2 else (),
            lead=codes[order % len(codes)],
            collaborators=tuple(code for code in codes[order % 7 : order % 7 + order % 4] if code != codes[order % len(codes)]),
            other_institutions=(text, other)[: order % 3], start=start, end=end, indicators=(indicator,),
            budget=BUDGETS[order % len(BUDGETS)], budget_source=text, status=list(Status)[order % 6], progress=order % 101,
            observations=other + "\n" + text,
            citations=(Citation(plan=plan.id, revision=1, sheet="POA", row=order, number=text[:20]),) if order % 4 else (),
        )  # fmt: skip
        actions.append(action)
    actions.append(replace(actions[0], id=str(uuid.uuid4()), code="ACC-2026-9999", description="ñ" * 4_000))
    return known, plan, tuple(actions)


def told(reading: Reading) -> list[str]:
    """The findings that ask somebody for something."""
    return [
        f"{one.severity.value} {one.code} {one.cell} {one.value!r}: {one.message}"
        for one in reading.findings
        if one.severity.value != "info"
    ]
