"""What an identity provider says of somebody, and which roles of ours that makes: rules in a file, as data.

A rule gives one role in one scope to whoever has one value in one claim, exactly; whom no rule fits has no role.
The file is read once, at start, and refused whole if any rule of it could not mean anything. Absent: whether
the directory has the scope, which changes, and is the door's to ask each time.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from nanduti_hub.caller import RESERVED, Role
from nanduti_hub.settings import SettingWrong

#: Roles that come from outside; the worker's never does.
ROLES = frozenset(Role) - {Role.WORKER}
_CODE = re.compile(r"[a-z0-9_]{2,16}")
_FIELDS = ("claim", "value", "role", "scope")
#: Characters of the name that is shown, and of the host beside it.
MOST_NAME, MOST_HOST = 120, 70


class Rule(Struct, frozen=True):
    """Whoever has this value in this claim has this role in this scope.

    `claim` is a name, or names with dots between them that lead into objects (`realm_access.roles`).
    """

    claim: str
    value: str
    role: Role
    scope: str


class Claims(Struct, frozen=True, kw_only=True):
    """Who the provider says it is: `issuer` and `subject` together are the person or machine, for good.

    `name` is for people's eyes and may change; `expires_at` is the token's own end (seconds since 1970).
    """

    issuer: str
    subject: str
    name: str
    expires_at: float
    values: dict[str, Any]

    @property
    def shown_name(self) -> str:
        """The name with its provider's host, so that nobody passes for one of ours: `nombre (identidad.ejemplo)`."""
        host = urlsplit(self.issuer).hostname or ""
        return f"{self.name[:MOST_NAME]} ({host[:MOST_HOST]})"


def load_rules(path: Path) -> list[Rule]:
    """The rules of a file: a JSON list of objects with claim, value, role and scope.

    Raises:
        SettingWrong: says in Spanish which rule is wrong, and how.

    """
    try:
        lines = msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except OSError as error:
        raise SettingWrong(f"No se puede leer el archivo de reglas {path}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingWrong(
            f"El archivo de reglas {path} no es una lista JSON de objetos: {error}."
        ) from error
    if not lines:
        raise SettingWrong(f"El archivo de reglas {path} no tiene ninguna regla: nadie podría ingresar.")
    return [_rule(line, f"Regla {number} de {path}") for number, line in enumerate(lines, start=1)]


def _rule(line: dict[str, Any], place: str) -> Rule:
    for name in _FIELDS:
        if not isinstance(line.get(name), str) or not line[name].strip():
            raise SettingWrong(f"{place}: falta «{name}», que debe ser un texto.")
    if unknown := sorted(set(line) - set(_FIELDS)):
        raise SettingWrong(
            f"{place}: no se conoce el campo «{unknown[0]}»; los campos son {', '.join(_FIELDS)}."
        )
    claim, value, role_name, scope = (line[name] for name in _FIELDS)
    if role_name not in ROLES:
        raise SettingWrong(
            f"{place}: no existe el rol «{role_name}»; los roles son {', '.join(sorted(ROLES))}."
        )
    role = Role(role_name)
    if (role is Role.STEWARD) != (scope == "*"):
        raise SettingWrong(f"{place}: el ámbito «*» es el del rol steward, y solo de él.")
    if scope != "*" and (_CODE.fullmatch(scope) is None or scope in RESERVED):
        raise SettingWrong(f"{place}: el ámbito «{scope}» no es un código de plataforma ni de institución.")
    return Rule(claim, value, role, scope)


def grants_of(rules: Sequence[Rule], claims: Claims) -> list[tuple[Role, str]]:
    """The roles and scopes that the rules give, each once, in the order of the rules."""
    granted = (
        (rule.role, rule.scope) for rule in rules if rule.value in _texts(value_at(claims.values, rule.claim))
    )
    return list(dict.fromkeys(granted))


def value_at(values: dict[str, Any], claim: str) -> Any:
    """The value of a claim, or None: a claim of that very name first (they may be URLs), then the path."""
    if claim in values:
        return values[claim]
    found: Any = values
    for name in claim.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def name_in(values: dict[str, Any], claim: str, subject: str) -> str:
    """What to call somebody: the claim's text if there is one, else the subject."""
    text = value_at(values, claim)
    shown = " ".join(text.split()) if isinstance(text, str) else ""
    return shown[:MOST_NAME] if shown and shown.isprintable() else subject[:MOST_NAME]


def _texts(value: Any) -> list[str]:
    """The texts that a claim has: itself, or the members of a list. Anything else has none."""
    if isinstance(value, str):
        return [value]
    return [member for member in value if isinstance(member, str)] if isinstance(value, list) else []
