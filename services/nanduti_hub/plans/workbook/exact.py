"""The hub's own sheets, which come back with the coordinator's changes: one row is one activity, no guessing.

Rule: a cell that is still as the hub wrote it (see `notation`) means exactly the value that it was written from;
any other is read as in a coordinator's own file. Nothing above, below or beside a row says anything about it, but
for merged axes, objectives and lines of action. Absent: which action a row is, and whether it may change it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from nanduti.vocabulary import Crime, Kind
from nanduti_hub.actions.spreadsheet import KIND_WORDS
from nanduti_hub.plans.rows import Row, cells_at
from nanduti_hub.plans.workbook import fields, notation
from nanduti_hub.plans.workbook.bounds import MAX_CELL_TEXT
from nanduti_hub.plans.workbook.fields import Page, tell, tell_all
from nanduti_hub.plans.workbook.kinds import kind_of, read_crimes
from nanduti_hub.plans.workbook.notation import HEADINGS
from nanduti_hub.plans.workbook.own_table import Labels, OwnTable
from nanduti_hub.plans.workbook.places import read_places
from nanduti_hub.plans.workbook.sections import is_total
from nanduti_hub.plans.workbook.text import (
    Cell,
    Note,
    address,
    clean,
    error,
    fold,
    info,
    letters,
    shown,
    warning,
)

#: What may be merged over several activities.
_FILLED = frozenset(("axis_common", "axis", "objective", "line_of_action"))


def read_own(page: Page, table: OwnTable, labels: Labels) -> list[Row]:
    """The activities of a table of the hub's own."""
    _tell_sheet(page, table)
    rows = []
    for index in range(table.top + 1, len(page.grid.rows)):
        page.facts.progress.walk(index)
        line = _Line(page, table, labels, index)
        if line.is_blank() or line.is_sum():
            continue
        rows.append(line.activity())
    return rows


def _tell_sheet(page: Page, table: OwnTable) -> None:
    ours = set(table.columns.values())
    for column, value in enumerate(page.grid.rows[table.top]):
        if value != "" and column not in ours:
            note = info(
                "column_not_read",
                f"La columna «{shown(value)[:80]}» no es de la planilla del centro: no se lee.",
            )
            tell(page, (table.top, column), shown(value), "", note)
    if page.grid.around.hidden_rows:
        note = info("rows_hidden", "Hay filas ocultas (por un filtro, quizás): se leyeron como las demás.")
        tell(page, (min(page.grid.around.hidden_rows), 0), "", "", note)


class _Line:
    """One row of the table, being read. `given` shrinks by the cells that say nothing."""

    def __init__(self, page: Page, table: OwnTable, labels: Labels, index: int) -> None:
        self.page, self.labels, self.index, self.columns = page, labels, index, table.columns
        self.given = set(table.columns) - {"id_accion"}
        self.top = table.top
        broken, covered = page.grid.around.broken, page.grid.covered
        self.broken = [name for name, column in self.columns.items() if (index, column) in broken]
        self.values: dict[str, Cell] = {}
        for name, column in self.columns.items():
            value = page.grid.rows[index][column] if column < len(page.grid.rows[index]) else ""
            anchor = covered.get((index, column), (index, column))
            if name in _FILLED and anchor[0] != index and anchor[0] > self.top and anchor[1] == column:
                value = page.grid.rows[anchor[0]][column]
            self.values[name] = value

    def is_blank(self) -> bool:
        return not self.broken and not any(
            value != "" for name, value in self.values.items() if name not in _FILLED or self._own(name)
        )

    def _own(self, name: str) -> bool:
        """Whether the cell's value stands in the row itself."""
        place = (self.index, self.columns[name])
        return self.page.grid.covered.get(place, place) == place

    def is_sum(self) -> bool:
        """Whether it is the table's row of totals: no activity, and nothing but numbers and "Total"."""
        texts = [(name, value) for name, value in self.values.items() if isinstance(value, str) and value]
        totals = all(is_total(clean(value)) and name != "title" for name, value in texts)
        if self.values["title"] != "" or not totals or self.broken:
            return False
        self.tell("title", info("row_is_total", "Es una fila de totales: no se toma como actividad."))
        return True

    def tell(self, name: str, *notes: Note) -> None:
        column = self.columns.get(name, self.columns["title"])
        value = self.values.get(name, "")
        tell_all(self.page, (self.index, column), HEADINGS[name], value, notes)

    def activity(self) -> Row:
        said = self.text_of("id_accion").strip()
        new = not said
        self._check_cells()
        title = self.line("title", new=new)
        if not title.strip():
            self.tell("title", error(
                "title_missing", "La fila tiene datos pero no dice qué actividad es.",
                "Escriba la actividad, o borre la fila entera si ya no va.",
            ))  # fmt: skip
        lead, collaborators, others = self.partners(new=new)
        start, end = self.day("start"), self.day("end", last=True)
        if start and end and end < start:
            self.tell("end", error(
                "dates_reversed", f"El fin ({end:%d/%m/%Y}) es anterior al inicio ({start:%d/%m/%Y}).",
                "Corrija las fechas de inicio y fin.",
            ))  # fmt: skip
        axis = self.axes(new=new)
        number = str(self.index + 1)
        standing = self.standing()
        return Row(
            sheet=self.page.grid.name,
            row=self.index + 1,
            id_accion=said.upper(),
            code=self.code(),
            title=title,
            description=self.line("description", new=new),
            objective=self.line("objective", new=new),
            line_of_action=self.line("line_of_action", new=new),
            axis=axis["axis"],
            axis_common=axis["axis_common"],
            kind=self.listed("kind", notation.KINDS, self._kind(title)) or kind_of(title),
            crimes=self.crimes(),
            departments=self.departments(),
            lead=lead,
            collaborators=collaborators,
            other_institutions=others,
            start=start,
            end=end,
            indicator=self.line("indicator", new=new),
            unit=self.line("unit", new=new),
            baseline=self.number("baseline", "línea de base"),
            target=self.number("target", "meta"),
            means_of_verification=self.line("means_of_verification", new=new),
            budget_pyg=self.budget(),
            budget_source=self.line("budget_source", new=new),
            status=standing[0],
            progress=standing[1],
            observations=self.line("observations", new=new),
            exact=True,
            given=frozenset(self.given),
            cells=cells_at({name: f"{letters(column)}{number}" for name, column in self.columns.items()}),
        )

    def _check_cells(self) -> None:
        for name in self.broken:
            what = self.page.grid.around.broken[self.index, self.columns[name]]
            self.tell(name, error(
                "broken_cell",
                f"La celda está rota ({what}): su valor no se conoce." if what.startswith("#")
                else "La celda tiene una fórmula sin resultado guardado: su valor no se conoce.",
                "Corrija la fórmula o escriba el valor; abra el archivo en Excel, espere el cálculo y guárdelo de nuevo.",
            ))  # fmt: skip
        for name, value in self.values.items():
            if isinstance(value, str) and len(value) >= MAX_CELL_TEXT:
                # The grid has cut it: what is left is not what the cell says.
                self.given.discard(name)
                note = warning(
                    "text_too_long",
                    f"La celda tiene {MAX_CELL_TEXT} letras o más: no se lee, y el dato queda como estaba.",
                    "Acorte el texto.",
                )
                self.tell(name, note)
        for name, column in self.columns.items():
            anchor = self.page.grid.covered.get((self.index, column))
            if anchor is not None and anchor != (self.index, column) and name not in _FILLED:
                self.tell(name, error(
                    "merged_cells", f"La celda {address(self.index, column)} está combinada con otra: no se sabe qué dice.",
                    "Separe las celdas y escriba el valor en cada fila.",
                ))  # fmt: skip

    def text_of(self, name: str) -> str:
        value = self.values.get(name, "")
        return notation.spoken(value) if isinstance(value, str) else clean(value)

    def line(self, name: str, *, new: bool) -> str:
        """A text as it stands; in a row that somebody has added, tidied up as in a coordinator's own file."""
        text = self.text_of(name)
        return clean(text) if new else text

    def code(self) -> str:
        value = self.values.get("code", "")
        if isinstance(value, str):
            return notation.spoken(value)
        return fields.code(self.page, (self.index, self.columns["code"]), HEADINGS["code"], value)

    def listed(self, name: str, meanings: dict[str, Any], otherwise: Callable[[Cell], Any]) -> Any:
        """What a word of a list means; a blank cell says nothing."""
        value = self.values.get(name, "")
        if clean(value) == "":
            self.given.discard(name)
            return None
        meant = meanings.get(fold(value)) if isinstance(value, str) else None
        return meant if meant is not None else otherwise(value)

    def axes(self, *, new: bool) -> dict[str, Any]:
        own = self.line("axis", new=new)
        common = self.listed("axis_common", notation.AXES, self._axis("axis_common"))
        if new and common is None and own.strip() and "axis_common" not in self.given:
            common = self._axis("axis")(own)
        if common is None and (new or "axis_common" in self.given):
            self.tell("axis_common", error(
                "axis_missing", "La actividad no tiene eje.", "Elija el eje en la lista de la columna «Eje»."
            ))  # fmt: skip
        if common is not None and "axis_common" in self.columns:
            self.given.add("axis_common")
        return {"axis": own, "axis_common": common}

    def _axis(self, name: str) -> Callable[[Cell], Any]:
        def read(value: Cell) -> Any:
            found = fields.axis(self.page.facts, value)
            self.tell(name, *found.notes)
            return found.common

        return read

    def _kind(self, title: str) -> Callable[[Cell], Kind]:
        def read(value: Cell) -> Kind:
            found = kind_of(title)
            self.tell("kind", warning(
                "kind_unknown", f"«{shown(value)}» no es un tipo de actividad: por su texto se toma «{KIND_WORDS[found]}».",
                "Elija el tipo en la lista de la celda.",
            ))  # fmt: skip
            return found

        return read

    def crimes(self) -> tuple[Crime, ...]:
        value = self.values.get("crimes", "")
        text = self.text_of("crimes")
        if not text.strip():
            self.given.discard("crimes")
            return self.labels.platform_crimes
        if fold(text) == notation.NO_CRIME:
            return ()
        found = [notation.CRIMES.get(fold(part)) for part in notation.parted(text)]
        if None not in found:
            return tuple(crime for crime in found if crime is not None)
        crimes, notes = read_crimes(value, self.labels.platform_crimes)
        self.tell("crimes", *notes)
        return crimes

    def departments(self) -> tuple[str, ...]:
        text = self.text_of("departments")
        if fold(text) == notation.NATIONAL:
            return ()
        found = [self.labels.departments.get(fold(part)) for part in notation.parted(text)]
        if found and None not in found:
            return tuple(code for code in found if code is not None)
        read = read_places(self.values.get("departments", ""), self.page.facts.atlas)
        self.tell("departments", *read.notes)
        return read.departments

    def partners(self, *, new: bool) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        known = self.labels.institutions
        lead, helpers, others = None, [], list(notation.parted(self.text_of("other_institutions")))
        for name in ("lead", "collaborators"):
            text = self.text_of(name)
            exact = [known.get(fold(part)) for part in notation.parted(text)]
            if None in exact:
                codes, unknown = self._named(name)
                others.extend(one for one in unknown if one not in others)
            else:
                codes = [code for code in exact if code is not None]
            if name == "lead" and codes:
                lead, *codes = codes
            elif name == "lead" and (new or "lead" in self.columns) and not text.strip():
                self.tell("lead", error(
                    "lead_missing", "Falta la institución responsable de la actividad.",
                    "Elija la institución que responde por ella.",
                ))  # fmt: skip
            helpers.extend(codes)
        if new:
            helpers = [code for code in dict.fromkeys(helpers) if code != lead]
        if others and "collaborators" in self.columns:
            self.given.add("other_institutions")
        return lead, tuple(helpers), tuple(others)

    def _named(self, name: str) -> tuple[list[str], list[str]]:
        """The institutions of a cell that was written by hand: codes, and names that the directory lacks."""
        read = fields.named(self.page.facts, self.values[name])
        self.tell(name, *read.notes)
        names = list(zip(read.unknown, read.closest, strict=True))
        if name == "lead" and read.unknown_first:
            first, closest = names.pop(0)
            hint = f"¿Quiso decir «{closest}»? " if closest else ""
            self.tell(name, error(
                "institution_unknown", f"La institución responsable «{shown(first)}» no está en el directorio.",
                f"{hint}Elíjala en la lista, o pida que se agregue al directorio.",
            ))  # fmt: skip
            return [], [one for one, _ in names]
        if name == "lead" and len(read.codes) > 1:
            self.tell(name, info(
                "lead_several", "Hay varias instituciones: la primera queda como responsable y las otras como corresponsables.",
                "Si responde otra, póngala primero.",
            ))  # fmt: skip
        for one, closest in names:
            hint = f"Si es «{closest}», escríbala así; si no" if closest else "Si corresponde"
            self.tell(name, warning(
                "institution_not_in_directory",
                f"«{shown(one)}» no está en el directorio: se guarda tal como está escrita.",
                f"{hint}, pida que se agregue al directorio.",
            ))  # fmt: skip
        return list(read.codes), [one[:1_000] for one, _ in names]

    def day(self, name: str, *, last: bool = False) -> date | None:
        value = self.values.get(name, "")
        match value:
            case datetime():
                return value.date()
            case date():
                return value
            case str() if (said := notation.day_said(value)) is not None:
                return said
        if clean(value) == "":
            return None
        read = fields.period(self.page.facts, value, None)
        self.tell(name, *read.notes)
        found = (read.end or read.start) if last else (read.start or read.end)
        if found is None:
            self.given.discard(name)
        return found

    def number(self, name: str, what: str) -> float | None:
        value = self.values.get(name, "")
        if value == "":
            return None
        place = (self.index, self.columns[name])
        if isinstance(value, str) and (said := notation.number_said(value)) is not None:
            return said
        read = fields.measure(self.page, place, value, what)
        if read.value is not None:
            self.tell(name, *read.notes)
        else:
            # Words have no place of their own here, and must not empty the number that was there.
            self.tell(name, error(
                "number_unknown", f"«{shown(value)}» no es un número.", "Escriba solo el número; el detalle va en otra columna."
            ))  # fmt: skip
        return read.value

    def budget(self) -> int | None:
        value = self.values.get("budget_pyg", "")
        if value == "":
            return None
        if isinstance(value, str) and (said := notation.whole_said(value)) is not None:
            return said
        place = (self.index, self.columns["budget_pyg"])
        style = self.page.grid.number_format(place)
        if isinstance(value, float | int) and not style and value >= 0 and float(value).is_integer():
            return int(value)
        read = fields.amount(self.page, place, value, 1)
        self.tell("budget_pyg", *read.notes)
        return read.guaranies

    def standing(self) -> tuple[Any, int | None]:
        status = self.listed("status", notation.STATUSES, self._standing("status", "status"))
        value = self.values.get("progress", "")
        if value == "":
            self.given.discard("progress")
            return status, None
        if isinstance(value, float | int) and float(value).is_integer() and 0 <= value <= 100:
            place = (self.index, self.columns["progress"])
            if "%" not in self.page.grid.number_format(place):
                return status, int(value)
        return status, self._standing("progress", "progress")(value)

    def _standing(self, name: str, wanted: str) -> Callable[[Cell], Any]:
        def read(value: Cell) -> Any:
            found = fields.standing(self.page, (self.index, self.columns[name]), value, ratios=False)
            self.tell(name, *found.notes)
            if getattr(found, wanted) is None:
                self.given.discard(name)
            return getattr(found, wanted)

        return read
