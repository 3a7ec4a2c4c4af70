"""The weekly counts as a coordinator opens them in Excel: a line for each cell that was published, in Spanish. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from nanduti.flow import FlowCell
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.sheets import Column

COLUMNS = (
    Column(name="Semana desde", width=14, form="day"),
    Column(name="Plataforma", width=16),
    Column(name="Medida", width=26),
    Column(name="Vía", width=30),
    Column(name="Departamento", width=20),
    Column(name="Cantidad", width=12, form="number"),
)
#: The columns' names in CSV, for programs too.
CSV_NAMES = ("semana", "plataforma", "medida", "via", "departamento", "cantidad")
MEASURE_WORDS = {
    "opened": "vías abiertas",
    "closed": "vías cerradas",
    "offered": "derivaciones ofrecidas",
    "accepted": "derivaciones aceptadas",
    "declined": "derivaciones no aceptadas",
    "redirected": "derivaciones reencaminadas",
    "expired": "derivaciones vencidas",
    "completed": "derivaciones con resultado",
}
ALL = "todas"
ABOUT = (
    "Casos que pasaron entre instituciones, contados por semana, de lunes a domingo en hora de Paraguay.",
    "Cada semana se cuenta una sola vez, cuando terminó, y lo publicado no cambia.",
    "Una cantidad vacía está suprimida: es menor que cinco, o de ella se deduciría una que lo es.",
    "Toda combinación que no figura está suprimida del mismo modo; no quiere decir que no hubo casos.",
    "Un caso de varios delitos cuenta una vez, para la plataforma que el procedimiento le asigna.",
)


class Published(Protocol):
    """A platform's week."""

    @property
    def platform(self) -> str: ...
    @property
    def week(self) -> date: ...
    @property
    def cells(self) -> tuple[FlowCell, ...]: ...


def lines(
    weeks: Iterable[Published], names: Names, tracks: Mapping[str, str]
) -> Iterator[tuple[str | int | date | None, ...]]:
    """The lines of some weeks; `tracks` are what the procedures call each."""
    for week in weeks:
        for cell in week.cells:
            yield (
                week.week,
                names.bodies.get(week.platform, week.platform),
                MEASURE_WORDS.get(cell.measure, cell.measure),
                ALL if cell.track is None else tracks.get(cell.track, cell.track),
                ALL if cell.department is None else names.departments.get(cell.department, cell.department),
                cell.count,
            )
