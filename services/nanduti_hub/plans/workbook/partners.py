"""Who leads an activity and who helps, from its columns.

Rule: the first institution of the responsible cell leads; one that the directory lacks cannot lead, but may help.
"""

from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.columns import Columns
from nanduti_hub.plans.workbook.fields import Page, is_mark, tell, tell_all
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.institution_notes import EVERYBODY
from nanduti_hub.plans.workbook.institutions import Named
from nanduti_hub.plans.workbook.text import Cell, clean, error, fold, info, shown, warning

#: Marks that say who answers, where the others' say who helps.
_LEADS = frozenset(("r", "l", "lider", "responsable", "principal", "p", "xx"))


def read_partners(
    page: Page, columns: Columns, index: int, row: list[Cell], silent: frozenset[int] | set[int]
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The lead, the collaborators, and those whom the directory lacks."""
    if columns.partner_marks:
        return _marked(page, columns, index, row)
    column = columns.lead
    value: Cell = row[column]
    pairs = page.facts.memory.setdefault("partners", {})
    plain: tuple[str | None, tuple[str, ...], tuple[str, ...]] | None = pairs.get(
        (value, row[columns.collaborators])
    )
    if plain is not None:
        return plain
    told = len(page.found)
    place = (index, column)
    if column < 0 and "lead" in columns.defaults:
        value, place = columns.defaults["lead"]
    lead: str | None = None
    collaborators: list[str] = []
    others: list[str] = []
    read = fields.named(page.facts, value)
    if read.codes or read.unknown:
        lead = _lead(page, columns, place, value, read, collaborators, others)
    elif column >= 0 and column not in silent:
        tell_all(page, place, columns.labels[column], value, read.notes)
        note = error(
            "lead_missing",
            "Falta la institución responsable de la actividad.",
            "Escriba la institución que responde por ella.",
        )
        tell(page, place, columns.labels[column], value, note)
    column = columns.collaborators
    value = row[column]
    if value != "":
        read = fields.named(page.facts, value)
        label = columns.labels[column]
        if read.notes:
            tell_all(page, (index, column), label, value, read.notes)
        collaborators.extend(read.codes)
        others.extend(read.unknown)
        for name, closest in zip(read.unknown, read.closest, strict=True):
            _not_in_directory(page, (index, column), label, value, name, closest)
    unique = tuple(dict.fromkeys([code for code in collaborators if code != lead]))
    partners = (lead, unique, tuple(dict.fromkeys([name[:1_000] for name in others])))
    if lead is not None and len(page.found) == told and columns.lead >= 0:
        pairs[row[columns.lead], row[columns.collaborators]] = (
            partners  # nothing to tell: the next row is the same
        )
    return partners


def _marked(
    page: Page, columns: Columns, index: int, row: list[Cell]
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Who takes part by the marks under the institutions' names: "R" or the first of them answers."""
    marked = [(at, code) for at, code in columns.partner_marks if row[at] != "" and is_mark(row[at])]
    lead: str | None = None
    collaborators = [code for _, code in marked]
    others: list[str] = []
    if columns.lead >= 0:
        read = fields.named(page.facts, row[columns.lead])
        if read.codes or read.unknown:
            place = (index, columns.lead)
            lead = _lead(page, columns, place, row[columns.lead], read, collaborators, others)
    elif columns.leads:
        lead = next((code for at, code in marked if fold(clean(row[at])) in _LEADS), None)
        if lead is None and len(marked) > 1:
            note = info(
                "lead_several",
                f"Hay varias instituciones marcadas: queda {page.facts.register.names[marked[0][1]]} como responsable.",
                "Marque con «R» a la que responde.",
            )
            tell(page, (index, marked[0][0]), columns.labels[marked[0][0]], "", note)
        lead = lead or next(iter(collaborators), None)
    if lead is None and (columns.lead >= 0 or columns.leads):
        where = columns.lead if columns.lead >= 0 else columns.partner_marks[0][0]
        note = error(
            "lead_missing",
            "Falta la institución responsable de la actividad.",
            "Escriba la institución que responde por ella.",
        )
        if not any(
            placed.row == index and placed.finding.code == "institution_unknown" for placed in page.found[-3:]
        ):
            tell(page, (index, where), columns.labels[where], "", note)
    return lead, tuple(dict.fromkeys(code for code in collaborators if code != lead)), tuple(others)


def _lead(
    page: Page,
    columns: Columns,
    place: Place,
    value: Cell,
    read: Named,
    collaborators: list[str],
    others: list[str],
) -> str | None:
    """The lead in a cell; those named after it go to `collaborators` and `others`."""
    label = columns.labels.get(place[1], "")
    if columns.lead < 0:
        # One cell above the heading holds for the whole sheet: what there is to tell of it is told once.
        if place in columns.told:
            if not read.unknown_first:
                collaborators.extend(read.codes[1:])
                others.extend(read.unknown)
            return None if read.unknown_first else read.codes[0]
        columns.told.add(place)
        if read.codes and not read.unknown_first:
            note = warning(
                "lead_from_title",
                f"Ninguna columna dice quién responde: se toma {page.facts.register.names[read.codes[0]]} para toda la"
                " hoja, por lo que dice su título.",
                "Si no es así, agregue una columna «Responsable».",
            )
            tell(page, place, label, value, note)
    if read.notes:
        tell_all(page, place, label, value, read.notes)
    if read.unknown_first:
        closest = read.closest[0]
        hint = f"¿Quiso decir «{closest}»? " if closest else ""
        unsaid = EVERYBODY.fullmatch(fold(read.unknown[0]).strip(" .")) is not None or any(
            note.code == "institution_ambiguous" for note in read.notes
        )
        note = error(
            "institution_unknown",
            f"«{shown(read.unknown[0])}» no dice cuál de las instituciones responde."
            if unsaid
            else f"La institución responsable «{shown(read.unknown[0])}» no está en el directorio.",
            f"{hint}Escriba su sigla o su nombre oficial, o pida que se agregue al directorio.",
        )
        tell(page, place, label, value, note)
        lead = None
        collaborators.extend(read.codes)
    else:
        lead = read.codes[0]
        collaborators.extend(read.codes[1:])
        if len(read.codes) > 1:
            names = page.facts.register.names
            rest = ", ".join(names.get(code, code) for code in read.codes[1:])
            note = info(
                "lead_several",
                f"Hay varias instituciones: {names.get(lead, lead)} queda como responsable y {rest} como corresponsable.",
                "Si responde otra, póngala primero.",
            )
            tell(page, place, label, value, note)
    for name, closest in list(zip(read.unknown, read.closest, strict=True))[int(read.unknown_first) :]:
        others.append(name)
        _not_in_directory(page, place, label, value, name, closest)
    return lead


def _not_in_directory(page: Page, place: Place, label: str, value: Cell, name: str, closest: str) -> None:
    if EVERYBODY.fullmatch(fold(name).strip(" .")):
        note = info(
            "institution_everyone",
            f"«{shown(name)}» no nombra a ninguna institución: se guarda tal como está escrita.",
            "Nombre a las que participan, para que lo vean en su registro.",
        )
        tell(page, place, label, value, note)
        return
    hint = f"Si es «{closest}», escríbala así; si no" if closest else "Si corresponde"
    note = warning(
        "institution_not_in_directory",
        f"«{shown(name)}» no está en el directorio: se guarda tal como está escrita.",
        f"{hint}, pida que se agregue al directorio.",
    )
    tell(page, place, label, value, note)
