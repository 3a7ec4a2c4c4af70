"""Results as a coordinator opens them in Excel: a line for each measure, category and department, in Spanish words. Pure."""

from collections.abc import Iterator, Mapping

from nanduti.vocabulary import Measure
from nanduti_hub.sheets import Column
from nanduti_hub.statistics.views import MOST_CODES, Measured, Results

COLUMNS = (
    Column(name="Medida", width=24),
    Column(name="Categoría", width=44),
    Column(name="Departamento", width=18),
    Column(name="Valor", width=12, form="number"),
    Column(name="Acciones", width=10, form="number"),
    Column(name="Informes", width=10, form="number"),
    Column(name="Códigos", width=40),
)
#: The columns' names in CSV, for programs too.
CSV_NAMES = ("medida", "categoria", "departamento", "valor", "acciones", "informes", "codigos")
#: In the order in which a report tells them.
MEASURE_WORDS = {
    Measure.ACTIVITIES: "actividades realizadas",
    Measure.PEOPLE: "personas alcanzadas",
    Measure.TRAININGS: "capacitaciones",
    Measure.MATERIALS: "materiales",
    Measure.AUDIENCE: "audiencia",
    Measure.BODIES: "comisiones e instancias",
}
NO_DEPARTMENT = "sin departamento"


def lines(results: Results, departments: Mapping[str, str]) -> Iterator[tuple[str | int, ...]]:
    """The lines, whose values add up to the results; `departments` are names by code."""
    for measure, words in MEASURE_WORDS.items():
        measured: Measured = getattr(results, measure.value)
        for part in measured.parts:
            place = (
                NO_DEPARTMENT
                if part.department is None
                else departments.get(part.department, part.department)
            )
            codes = ", ".join(part.codes) + (", …" if part.actions > len(part.codes) else "")
            yield (words, part.category, place, part.value, part.actions, part.reports, codes)


def about(results: Results, names: Mapping[str, str]) -> list[str]:
    """What the figures are of, for the workbook's second sheet; `names` are those of platforms and institutions."""
    since = results.from_.strftime("%d/%m/%Y") if results.from_ else "el comienzo"
    of = [names.get(code, code) for code in (results.platform, results.institution) if code]
    return [
        "Resultados del registro de acciones, sumados de los informes de sus indicadores.",
        f"Período: desde {since} hasta {results.to:%d/%m/%Y}, ambos incluidos.",
        *([f"Solo: {', '.join(of)}."] if of else []),
        *(
            [f"Departamento: {names.get(results.department, results.department)}."]
            if results.department
            else []
        ),
        *([f"Plan: {results.plan}."] if results.plan else []),
        "Cada valor es el último informado hasta el fin del período menos el último anterior a su comienzo.",
        "Un valor negativo corrige lo informado antes.",
        "Los informes cuentan como se hicieron, también los de acciones canceladas después.",
        "Los valores se pueden sumar; las acciones no, porque una misma acción puede estar en varias filas.",
        f"Se nombran hasta {MOST_CODES} acciones por fila.",
        "Todas, con sus medios de verificación, están en /v1/results/sources.",
    ]
