"""The columns of a plan's workbook: what each means to a coordinator, how wide it is and what its cells are."""

from typing import Literal

from msgspec import Struct

from nanduti_hub.plans.workbook.notation import HEADINGS
from nanduti_hub.sheets import Form

#: Which list of the hidden sheet a column offers; `one` of them, or `several` in a cell.
Listed = Literal["axes", "kinds", "crimes", "departments", "institutions", "statuses", ""]


class PlanColumn(Struct, frozen=True, kw_only=True):
    """A column by its field. `meaning` is what a coordinator reads when entering a cell, at most 250 characters."""

    field: str
    meaning: str
    width: int = 18
    form: Form = "text"
    listed: Listed = ""
    several: bool = False

    @property
    def heading(self) -> str:
        """The column's heading."""
        return HEADINGS[self.field]


COLUMNS = (
    PlanColumn(
        field="id_accion", width=16,
        meaning="Código de la acción en el registro. No lo cambie ni lo repita. En una actividad nueva déjelo vacío: "
        "el centro pone el código al confirmar la planilla.",
    ),
    PlanColumn(field="code", width=8, meaning="Número propio de la actividad en su plan, como usted lo escribe: 2.1.3"),
    PlanColumn(field="title", width=44, meaning="La actividad, en una frase. Obligatoria. Hasta 1.000 letras."),
    PlanColumn(
        field="axis_common", width=16, listed="axes",
        meaning="Eje común a todos los planes. Elija uno de la lista. Obligatorio.",
    ),
    PlanColumn(field="axis", width=24, meaning="El eje con las palabras de su propio plan. Puede quedar vacío."),
    PlanColumn(field="objective", width=30, meaning="Objetivo del plan al que pertenece la actividad."),
    PlanColumn(field="line_of_action", width=30, meaning="Línea de acción del plan a la que pertenece la actividad."),
    PlanColumn(
        field="description", width=40,
        meaning="Detalle de la actividad. Hasta 4.000 letras. Sin nombres ni datos de personas.",
    ),
    PlanColumn(
        field="kind", width=18, listed="kinds",
        meaning="Tipo de trabajo. Elija uno de la lista; vacío, el centro lo toma del texto de la actividad.",
    ),
    PlanColumn(
        field="crimes", width=22, listed="crimes", several=True,
        meaning="Delito que se previene o combate. Si son varios, sepárelos con punto y coma: "
        "trabajo infantil; trata de personas",
    ),
    PlanColumn(
        field="departments", width=22, listed="departments", several=True,
        meaning="Departamento donde se hace, o «nacional». Si son varios, sepárelos con punto y coma: Itapúa; Guairá",
    ),
    PlanColumn(
        field="lead", width=16, listed="institutions",
        meaning="Sigla de la única institución que responde por la actividad. Obligatoria. Elija de la lista.",
    ),
    PlanColumn(
        field="collaborators", width=22, listed="institutions", several=True,
        meaning="Siglas de las instituciones que acompañan. Si son varias, sepárelas con punto y coma: MTESS; MINNA",
    ),
    PlanColumn(
        field="other_institutions", width=26,
        meaning="Instituciones que acompañan y no están en el directorio, con su nombre, separadas con punto y coma.",
    ),
    PlanColumn(field="start", width=12, form="day", meaning="Primer día de la actividad: día/mes/año, 01/03/2026"),
    PlanColumn(field="end", width=12, form="day", meaning="Último día de la actividad: día/mes/año, 30/11/2026"),
    PlanColumn(field="indicator", width=30, meaning="Con qué se mide: «Inspectores capacitados»."),
    PlanColumn(field="unit", width=16, meaning="Unidad del indicador: personas, talleres, %."),
    PlanColumn(field="baseline", width=12, form="number", meaning="Valor del indicador al comenzar. Solo el número."),
    PlanColumn(field="target", width=12, form="number", meaning="Valor que se quiere alcanzar. Solo el número."),
    PlanColumn(field="means_of_verification", width=30, meaning="Dónde se comprueba: informe, lista de asistencia."),
    PlanColumn(
        field="budget_pyg", width=18, form="money",
        meaning="Presupuesto en guaraníes, solo el número entero, sin otra moneda. Vacío: sin definir. 0: sin costo.",
    ),
    PlanColumn(field="budget_source", width=22, meaning="Fuente del presupuesto: FF10, cooperación, recursos propios."),
    PlanColumn(
        field="status", width=16, listed="statuses",
        meaning="En qué está la actividad. Elija uno de la lista.",
    ),
    PlanColumn(field="progress", width=10, form="number", meaning="Avance: un número entero de 0 a 100."),
    PlanColumn(
        field="observations", width=40,
        meaning="Observaciones. Hasta 4.000 letras. Sin nombres ni datos de personas.",
    ),
)  # fmt: skip

#: How wide the column of each field is.
WIDTHS = {column.field: column.width for column in COLUMNS}
