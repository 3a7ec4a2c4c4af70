"""Writes docs/reference/policy.md from the policy table: `python tests/security/policy_page.py`."""

from pathlib import Path

from nanduti_hub.access.policy import TABLE, Whose
from nanduti_hub.caller import Role

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "policy.md"
ROLES = [role for role in Role if role is not Role.WORKER]
HEAD = """# Quién puede qué / Who may do what

Generada de `nanduti_hub/access/policy.py`; una prueba la mantiene al día. Lo que no está en la tabla no se puede.
*Generated from the code's table; a test keeps it current. What is not in it is refused.*

- **propio / own**: de su plataforma o institución; **compartido / shared**: de varias juntas; **ajeno / other**: de otra.
- `register.read` y `self.read` los tiene todo miembro y no dejan constancia; todo lo demás queda en la auditoría.

"""
WORDS = {Whose.OWN: "propio", Whose.SHARED: "compartido", Whose.OTHER: "ajeno"}


def page() -> str:
    """The page's text."""
    lines = [["acto", *(f"`{role.value}`" for role in ROLES)], ["---"] * (len(ROLES) + 1)]
    for act, reach in TABLE.items():
        cells = []
        for role in ROLES:
            may = reach.get(role, frozenset())
            cells.append(
                "todo" if may == frozenset(Whose) else ", ".join(WORDS[w] for w in Whose if w in may)
            )
        lines.append([f"`{act.value}`", *cells])
    return HEAD + "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
