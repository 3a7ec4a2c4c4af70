"""What the names of institutions mean: the directory's names, acronyms and aliases, made ready for finding.

Rule: an acronym stands before a name that is spelt alike; the platform's own name is known too, since people
write it where an institution belongs.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

from nanduti.directory import Institution, Platform
from nanduti_hub.plans.workbook.former_names import FORMER, HINTS, Former
from nanduti_hub.plans.workbook.phrases import Node, key, trie


class Register(Struct, frozen=True):
    """What the names of institutions mean, made once for a directory."""

    known: Node
    names: dict[str, str]
    keys: dict[str, str]
    acronyms: frozenset[str]
    #: A platform's name stands for the institution that coordinates it.
    platform: str
    coordinator: str
    #: A generic body ("gobernaciones") and the one of the platform's own department.
    local: dict[str, str]
    #: The words of each institution's full name.
    words: dict[str, frozenset[str]]
    #: What today's institutions were called before, by key; a name that two share, or none has, is "?" and its key.
    former: dict[str, Former]
    #: What a name might be, by key: to be asked, never taken.
    hints: dict[str, str]


#: In front of a former name that stands for no single institution of the directory.
DIVIDED = "?"


def register(institutions: tuple[Institution, ...], platform: Platform) -> Register:
    """The names, acronyms and aliases of the institutions, and of the platform itself."""
    pairs: list[tuple[str, str]] = []
    acronyms = set()
    for institution in institutions:
        pairs.append((key(institution.acronym), institution.code))
        acronyms.add(key(institution.acronym))
    for institution in institutions:
        own = (institution.name, *institution.aliases, institution.code.replace("_", " "))
        for name in own:
            pairs.append((key(name), institution.code))
            if re.fullmatch(r"[A-ZÑ][A-Za-zñÑ]*[A-ZÑ]", name) or (name.isupper() and " " not in name):
                acronyms.add(key(name))
    own = (platform.acronym, platform.name, *platform.aliases)
    pairs.extend((key(name), f"@{platform.code}") for name in own if key(name) not in {"cid", "mesa"})
    former = _former(institutions, platform)
    pairs = [
        *(
            (name, one.codes[0] if len(one.codes) == 1 else f"{DIVIDED}{name}")
            for name, one in former.items()
        ),
        *pairs,
    ]
    pairs = [pair for pair in pairs if pair[0]]
    current = [record for record in platform.coordinators if record.until is None] or list(
        platform.coordinators
    )
    return Register(
        known=trie(pairs),
        names={institution.code: institution.acronym or institution.name for institution in institutions},
        keys=dict(reversed(pairs)),
        acronyms=frozenset(acronyms),
        platform=platform.acronym,
        coordinator=current[-1].institution if current else "",
        local=_local(institutions, platform),
        words={institution.code: frozenset(key(institution.name).split()) for institution in institutions},
        former=former,
        hints={key(name): today for name, today in HINTS.items()},
    )


def _former(institutions: tuple[Institution, ...], platform: Platform) -> dict[str, Former]:
    """The former names that this directory can read; a plan of a department may mean its own government's office."""
    codes = {institution.code for institution in institutions}
    found = {}
    for one in FORMER:
        here = tuple(
            code for code in one.codes if code in codes and (code != "gobernaciones" or platform.department)
        )
        if here or one.today:
            found.update({key(name): replace(one, codes=here) for name in one.names})
    return found


def _local(institutions: tuple[Institution, ...], platform: Platform) -> dict[str, str]:
    if platform.department is None:
        return {}
    here = [one for one in institutions if one.departments == (platform.department,)]
    local = {}
    for institution in institutions:
        if institution.departments:
            continue
        head = key(institution.name).split(" ")[0]
        own = [one for one in here if key(one.name).split(" ")[0] == head]
        if len(own) == 1:
            local[institution.code] = own[0].code
    return local
