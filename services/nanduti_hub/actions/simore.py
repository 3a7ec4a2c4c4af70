"""Actions as the focal point of an institution needs them to report in SIMORE Plus: by who answers for them. Pure.

SIMORE Plus follows international recommendations: what each institution did for each of them, and how it is
verified. How its own forms ask for it we do not know, so nothing here claims to be one: a row for each action and
recommendation, with what is asked of an advance, to be copied from. Rows without a recommendation come after the
others of their institution.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
from msgspec import UNSET

from nanduti.actions import Action, Indicator, Report
from nanduti.phrases import STATUS_WORDS
from nanduti_hub.actions.indicators import measure_of
from nanduti_hub.actions.spreadsheet import CRIME_WORDS, Names, csv_text, number_words
from nanduti_hub.csv_lines import guarded_line
from nanduti_hub.packed import lines_in
from nanduti_hub.sheets import Column, Value, workbook_of

#: The kind of an external reference that is a recommendation.
SIMORE = "simore"
COLUMNS = (
    Column(name="Institución responsable", width=20), Column(name="Recomendación", width=18),
    Column(name="Acción", width=16), Column(name="Plataforma", width=14), Column(name="Actividad", width=48),
    Column(name="Descripción", width=40), Column(name="Delitos", width=20), Column(name="Departamentos", width=22),
    Column(name="Corresponsables", width=26), Column(name="Inicio", width=12, form="day"),
    Column(name="Fin", width=12, form="day"), Column(name="Estado", width=14),
    Column(name="Avance (%)", width=10, form="number"), Column(name="Resultados informados", width=44),
    Column(name="Informado al", width=13, form="day"), Column(name="Evidencia", width=34),
    Column(name="Medio de verificación", width=34), Column(name="Presupuesto (Gs.)", width=18, form="money"),
    Column(name="Fuente", width=22), Column(name="Observaciones", width=40),
)  # fmt: skip


def workbook_bytes(packs: Sequence[bytes], names: Names, until: date | None, about: Sequence[str]) -> bytes:
    """The actions in `packs` as a workbook (.xlsx), with what was reported up to a day."""
    return workbook_of("SIMORE", COLUMNS, rows(packs, names, until), about)


def heading() -> bytes:
    """The first line of the CSV."""
    return guarded_line(column.name for column in COLUMNS)


def lines(pack: bytes, names: Names, until: date | None) -> bytes:
    """The actions of one pack as lines of CSV."""
    return b"".join(guarded_line(csv_text(value) for value in row) for row in rows([pack], names, until))


def rows(packs: Sequence[bytes], names: Names, until: date | None) -> Iterator[list[Value]]:
    """A row for each action and recommendation that it answers to; one without where there is none."""
    decode = msgspec.json.Decoder(Action).decode
    for action in map(decode, lines_in(packs)):
        recommendations = [one.value for one in action.external_references if one.kind == SIMORE]
        for recommendation in recommendations or [""]:
            yield _row(action, recommendation, names, until)


def _row(action: Action, recommendation: str, names: Names, until: date | None) -> list[Value]:
    told = [(indicator, report) for indicator in action.indicators for report in latest(indicator, until)]
    partners = (names.bodies.get(code, code) for code in action.collaborators)
    places = ", ".join(names.departments.get(code, code) for code in action.departments)
    means = (indicator.means_of_verification for indicator in action.indicators)
    return [
        names.bodies.get(action.lead, action.lead),
        recommendation,
        action.code,
        names.bodies.get(action.platform, action.platform),
        action.title,
        action.description,
        ", ".join(CRIME_WORDS[crime] for crime in action.crimes),
        places or "nacional",
        ", ".join((*partners, *action.other_institutions)),
        action.start,
        action.end,
        STATUS_WORDS[action.status],
        action.progress,
        "\n".join(_result(indicator, report, names) for indicator, report in told),
        max((report.on for _, report in told), default=None),
        _each_once(report.evidence for _, report in told),
        _each_once(means),
        action.budget,
        action.budget_source,
        action.observations,
    ]


def latest(indicator: Indicator, until: date | None) -> list[Report]:
    """The last report up to a day of each department and category: those before it are counted in it."""
    found: dict[tuple[object, object], Report] = {}
    for report in indicator.reports:
        if until is not None and report.on > until:
            continue
        key = (report.department, report.category)
        if key not in found or report.on >= found[key].on:
            found[key] = report
    return list(found.values())


def _result(indicator: Indicator, report: Report, names: Names) -> str:
    """ "Inspectores capacitados (Itapúa): 40 de 50 personas al 30/06/2026"."""
    of = (
        [names.departments.get(report.department, report.department)]
        if report.department is not UNSET
        else []
    )
    of += [report.category] if report.category is not UNSET else []
    goal = f" de {number_words(indicator.target)}" if indicator.target is not None and not of else ""
    unit = f" {indicator.unit}" if indicator.unit else ""
    whom = f" ({', '.join(of)})" if of else ""
    name = indicator.text or measure_of(indicator).value
    return f"{name}{whom}: {number_words(report.value)}{goal}{unit} al {report.on:%d/%m/%Y}"


def _each_once(texts: Iterator[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def about(institution: str, since: date | None, until: date | None, *, only_referenced: bool) -> list[str]:
    """What the export is of, for its second sheet."""
    return [
        "Acciones del registro por institución responsable, para informar en SIMORE Plus.",
        f"Institución: {institution or 'todas'}.",
        f"Período: {_period(since, until)} Entran las acciones cuyo plazo lo toca; de los informes, los últimos hasta su fin.",
        "Solo acciones con recomendación." if only_referenced
        else "Dentro de cada institución, las acciones sin recomendación van al final.",
        "Cada acción figura una vez por cada recomendación a la que responde (referencia externa «simore»).",
        "No es un formulario oficial de SIMORE Plus: son los datos que un avance necesita, para copiarlos.",
    ]  # fmt: skip


def _period(since: date | None, until: date | None) -> str:
    start = f"desde el {since:%d/%m/%Y}" if since else "desde el comienzo"
    return f"{start} hasta el {until:%d/%m/%Y}." if until else f"{start} hasta hoy."
