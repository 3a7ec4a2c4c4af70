"""The demo's plans, each edited at random in the ways of a year's work in Excel: how well rows find their actions.

What is held: no row is ever taken for another row's action, and hardly any is missed. All of it is synthetic.
"""

import random
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace
from second_upload import Register, places

from nanduti_hub.demo.founding import demo_plans, workbook
from nanduti_hub.directory import seed
from nanduti_hub.plans.revision import NOT_VALID
from nanduti_hub.plans.rows import Known, Row
from nanduti_hub.plans.workbook import read_workbook

Items = list[tuple[Row, int | None]]
WORDS = ("anual", "coordinado", "nuevas", "territorial", "conjunta", "mediante")
OTHERS = (
    "Firmar un convenio con la universidad", "Imprimir guías para docentes rurales",
    "Comprar dos vehículos para el albergue",
)  # fmt: skip


def mistyped(chance: random.Random, text: str) -> str:
    """A text with one to three slips of the finger."""
    signs = list(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(1, max(2, len(signs) - 1))
        slip = chance.randrange(4)
        if slip == 0:
            signs[at] = chance.choice("aeiounrs")
        elif slip == 1:
            del signs[at]
        elif slip == 2:
            signs.insert(at, chance.choice("aeiounrs"))
        else:
            signs[at - 1], signs[at] = signs[at], signs[at - 1]
    return "".join(signs)


def reworded(chance: random.Random, text: str) -> str:
    """A text in which one word in five is another."""
    words = text.split()
    for _ in range(max(1, len(words) // 5)):
        words[chance.randrange(len(words))] = chance.choice(WORDS)
    return " ".join(words)


def sort(chance: random.Random, items: Items) -> Items:
    return chance.sample(items, len(items))


def delete(chance: random.Random, items: Items) -> Items:
    gone = set(chance.sample(range(len(items)), min(5, len(items) - 1)))
    return [item for place, item in enumerate(items) if place not in gone]


def insert(chance: random.Random, items: Items) -> Items:
    items = list(items)
    for number, title in enumerate(OTHERS):
        like = chance.choice(items)[0]
        new = replace(like, title=f"{title} {number}", budget_pyg=chance.randrange(10**6), code="")
        items.insert(chance.randrange(len(items) + 1), (new, None))
    return items


def renumber(_chance: random.Random, items: Items) -> Items:
    return [(replace(row, code=f"1.{place}"), of) for place, (row, of) in enumerate(items, 1)]


def unnumber(_chance: random.Random, items: Items) -> Items:
    return [(replace(row, code=""), of) for row, of in items]


def mistype(chance: random.Random, items: Items) -> Items:
    return [
        (replace(row, title=mistyped(chance, row.title)) if chance.random() < 0.4 else row, of)
        for row, of in items
    ]


def reword(chance: random.Random, items: Items) -> Items:
    return [
        (replace(row, title=reworded(chance, row.title)) if chance.random() < 0.3 else row, of)
        for row, of in items
    ]


Edit = Callable[[random.Random, Items], Items]
EDITS: dict[str, Sequence[Edit]] = {
    "sorted": (sort,),
    "sorted and renumbered": (sort, renumber),
    "inserted, deleted, renumbered": (insert, delete, renumber),
    "mistyped": (mistype,),
    "mistyped and without numbers": (mistype, unnumber),
    "reworded": (reword,),
    "all of it": (insert, delete, mistype, sort, renumber),
}


@pytest.fixture(scope="module")
def plans() -> list[tuple[Register, list[Row]]]:
    """The demo's plans, registered, and their rows."""
    start = seed.load()
    platforms = {platform.code: platform for platform in start.platforms}
    found = []
    for plan in demo_plans():
        known = Known(
            platform=platforms[plan.platform],
            institutions=start.institutions,
            departments=start.departments,
            year=plan.term_from.year,
        )
        read = read_workbook(workbook(plan), plan.file, known).rows
        outcomes = Register().preview(read).rows
        rows = [row for row, one in zip(read, outcomes, strict=True) if one.outcome not in NOT_VALID]
        register = Register()
        register.confirm(rows)
        found.append((register, rows))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", EDITS)
def test_rows_find_their_actions_again(plans: list[tuple[Register, list[Row]]], name: str) -> None:
    """Never another's; and of a hundred rows that were edited at most one is taken for new."""
    chance = random.Random(name)  # the same edits in every run
    rows = missed = 0
    for register, first in plans:
        items: Items = [(row, place) for place, row in enumerate(first, 1)]
        for edit in EDITS[name]:
            items = edit(chance, items)
        edited = [replace(row, row=10 + place) for place, (row, _) in enumerate(items)]
        for (row, wanted), found in zip(items, places(register, register.preview(edited)), strict=True):
            assert found in (wanted, None), (row.title, wanted, found)
            missed += found != wanted
            rows += 1
    assert missed <= rows / 100, (missed, rows)
