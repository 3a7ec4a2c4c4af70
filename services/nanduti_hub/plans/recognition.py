"""By what a row or an action is recognized, whatever sheet and place it stands in: texts, number, and what it says.

An action is known by its text in the register and by the one in the last workbook, so that a title corrected in
the register still finds its row; the rest is what the last workbook says. Pure.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import date
from typing import Any

from msgspec import Struct

from nanduti.actions import Action
from nanduti_hub.plans.rows import Row

#: What is neither a letter, a digit nor a space.
_NO_WORD = re.compile(r"[^\w\s]+|_+")
#: Texts that were normalized already.
Memory = dict[str, tuple[str, str]]


def normalized(text: str) -> str:
    """A text without accents, case and punctuation: what stays the same when a typo in form is mended."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_NO_WORD.sub("", plain).split())


class Traits(Struct, frozen=True):
    """How an action or a row can be recognized: texts (normalized, words in order), number, and what it says."""

    texts: tuple[str, ...]
    ordered: tuple[str, ...]
    number: str
    axes: tuple[str, ...]
    #: Responsible, departments, start, end, budget.
    traits: tuple[Hashable, ...]
    #: Indicator and target: with the budget, what two activities seldom share.
    measured: tuple[Hashable, ...]

    @property
    def content(self) -> tuple[Hashable, ...]:
        """All that is said beside text, number and axis."""
        return (self.traits, self.measured)

    @property
    def tells(self) -> bool:
        """Whether that is enough to tell an activity by."""
        lead, _, start, end, budget = self.traits
        is_measured = budget is not None or any(self.measured)
        return is_measured and all(said is not None for said in (lead, start, end))

    def agrees(self, other: "Traits") -> int:
        """How much two of them agree beside their texts."""
        same = sum(mine == theirs for mine, theirs in zip(self.traits, other.traits, strict=True))
        same += not set(self.axes).isdisjoint(other.axes)
        return 2 * same + (self.number == other.number) + (self.measured == other.measured)


def texts_of(text: str, memory: Memory) -> tuple[str, str]:
    """A text normalized, and with its words in order, worked out once."""
    found = memory.get(text)
    if found is None:
        plain = normalized(text)
        found = memory[text] = plain, " ".join(sorted(plain.split()))
    return found


def of_row(row: Row, memory: Memory) -> Traits:
    """How a row can be recognized."""
    plain, ordered = texts_of(row.title, memory)
    return Traits(
        (plain,),
        (ordered,),
        row.code,
        (row.axis_common or "",),
        (row.lead, tuple(row.departments), row.start, row.end, row.budget_pyg),
        (row.indicator, row.target),
    )


def of_action(action: Action, earlier: Action | None, memory: Memory) -> Traits:
    """How an action can be recognized, and could be `earlier`."""
    citation = action.citations[0] if action.citations else None
    #: What the last workbook says otherwise than the register.
    said: dict[str, Any] = {cell.field: cell.value for cell in citation.differs} if citation else {}
    titles = [str(said.get("title", action.title)), action.title]
    axes = [said.get("axis", action.axis), action.axis]
    if earlier is not None:
        titles.append(earlier.title)
        axes.append(earlier.axis)
    texts = dict.fromkeys(texts_of(title, memory) for title in dict.fromkeys(titles))
    first = action.indicators[0] if action.indicators else None
    return Traits(
        tuple(plain for plain, _ in texts),
        tuple(ordered for _, ordered in texts),
        citation.number if citation else "",
        tuple(dict.fromkeys(str(axis) for axis in axes)),
        (
            said.get("lead", action.lead),
            tuple(said.get("departments", action.departments) or ()),
            _day(said.get("start", action.start)),
            _day(said.get("end", action.end)),
            said.get("budget", action.budget),
        ),
        (first.text if first else "", first.target if first else None),
    )


def _day(said: Any) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else said
