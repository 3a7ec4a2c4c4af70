"""What looks like a person's own datum in the text of a plan: it does not belong in a public register.

Only what can be told by its form: telephones and identity numbers. A name cannot, so there is none here; the
coordinator's own eye, and the approving act, stand for that. What was found is never repeated.
"""

import re
from collections.abc import Iterator

from nanduti_hub.plans.rows import Finding, Row, Severity

TEXTS = (
    "title",
    "description",
    "objective",
    "line_of_action",
    "indicator",
    "means_of_verification",
    "observations",
)
#: A mobile or a land line of Paraguay, as people write them: 0981 123 456, +595 981-123456, (021) 123-456.
_TELEPHONE = re.compile(
    r"(?<!\d)(?:\+?595[ .-]?9|09)\d{2}[ .-]?\d{3}[ .-]?\d{3}(?!\d)|\(0\d{2,3}\) ?\d{3}[ .-]?\d{3}"
)
#: A cédula is only told by the words before it: bare numbers are amounts and counts.
_IDENTITY = re.compile(
    r"\b(?:c\.? ?i\.?|cédula(?: de identidad)?)(?: ?(?:n\.?[°ºo]|nro|núm)\.?)? ?:? ?\d[\d.]{5,}",
    re.IGNORECASE,
)
_KINDS = ((_TELEPHONE, "un teléfono"), (_IDENTITY, "un número de cédula"))


def look(row: Row) -> Iterator[Finding]:
    """A warning for each text of a row that looks as if it had a personal datum in it."""
    for name in TEXTS:
        text = getattr(row, name)
        for pattern, kind in _KINDS if text else ():
            if pattern.search(text):
                yield Finding(
                    sheet=row.sheet,
                    cell=row.cells.get(name, f"A{row.row}"),
                    severity=Severity.WARNING,
                    code="looks_personal",
                    message=f"El texto parece contener {kind}. El registro lo leen todas las instituciones.",
                    suggestion="Quite el dato personal: un plan nombra instituciones y cargos, no personas.",
                )
