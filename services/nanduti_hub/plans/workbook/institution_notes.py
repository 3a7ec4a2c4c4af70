"""What is told of names in a responsible cell that are no institution of today: persons, former names, everybody.

Rule: a person's name is never repeated, and of a former name that was divided nothing is chosen.
"""

import re

from nanduti_hub.plans.workbook.former_names import Former
from nanduti_hub.plans.workbook.text import Note, info, shown, warning

#: Everybody is nobody: "todas las instituciones", "miembros de la Mesa".
EVERYBODY = re.compile(
    r"tod[oa]s?\b.*|(?:(?:las?|los) )?(?:demas |otr[oa]s )?(?:instituciones|miembros|integrantes|entidades|organismos|actores|oee)"
    r"(?: (?:de|del|que|con|miembros|integrantes|involucrad|participante|competente|public|estatal|vinculad|relacionad|responsable).*)?"
)
#: Of a cell with a person in it.
PERSON = warning(
    "institution_is_person",
    "La celda nombra a una persona o trae sus datos: no se guardan, solo la institución.",
    "Escriba la institución o el cargo, no la persona.",
)


def told_former(name: str, former: Former, names: dict[str, str], local: dict[str, str]) -> Note:
    """How a former name was understood, or which of today's it may mean."""
    today = [names.get(local.get(code, code), code) for code in former.codes]
    if len(today) == 1:
        return info(
            "institution_old_name",
            f"«{shown(name)}» es un nombre anterior ({former.norm}): se entiende como {today[0]}.",
            "Escriba el nombre de hoy.",
        )
    if today:
        return warning(
            "institution_ambiguous",
            f"«{shown(name)}» puede ser hoy {' o '.join(today)} ({former.norm}): no se tomó ninguna.",
            "Escriba la sigla de la que corresponde.",
        )
    return warning(
        "institution_old_name",
        f"«{shown(name)}» es un nombre anterior: hoy es {former.today} ({former.norm}), que no está en el directorio.",
        "Pida que se agregue al directorio, o escriba otra institución.",
    )


def told_part(name: str) -> Note:
    """That a name is only a unit of the institution beside it."""
    return info("institution_part", f"«{shown(name)}» se toma como una parte o detalle de la institución.")
