"""Which row of a workbook is which action of the plan. A coordinator's own file has no ids.

Rows and actions are paired one to one, by the first of these that holds: the plan's own number and axis on
much the same text; the same text, normalized; number and axis on a text that was rewritten; the most similar
text above a threshold. What a person decided comes before all of them. A number that stands on another text
altogether is not trusted: inserting a row renumbers those that follow.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti.actions import Action
from nanduti_hub.plans.rows import Row

#: Below this similarity (0 to 100) a number is not enough to say that two texts are the same activity.
NUMBER_TRUSTED = 45.0
#: From this similarity on, two texts without a common number are taken for the same activity.
TEXT_TRUSTED = 82.0
#: More comparisons than this are not made at once: then only texts that share their first word are compared.
MOST_COMPARISONS = 4_000_000


class Basis(StrEnum):
    """Why a row is taken for an action."""

    PERSON = "person"
    NUMBER = "number"
    TEXT = "text"
    SIMILARITY = "similarity"
    NEW = "new"


class Pair(Struct, frozen=True):
    """A row and its action, if it has one, why, and how similar their texts are (0 to 100)."""

    row: int
    action: str | None
    basis: Basis
    similarity: float = 0.0


def normalized(text: str) -> str:
    """A text without accents, case and punctuation: what stays the same when a typo in form is mended."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = ("".join(c for c in word if c.isalnum()) for word in plain.split())
    return " ".join(word for word in kept if word)


def row_key(row: Row) -> str:
    """How a person's decision names a row."""
    return f"{row.sheet}!{row.row}"


class _Matching(Struct):
    """The matching as it grows: what is paired, which actions are still free, and all texts normalized."""

    rows: Sequence[Row]
    row_texts: list[str]
    action_texts: dict[str, str]
    free: dict[str, Action]
    pairs: dict[int, Pair]

    def take(self, index: int, action: str | None, basis: Basis, similarity: float = 100.0) -> None:
        if index in self.pairs or (action is not None and action not in self.free):
            return
        self.pairs[index] = Pair(index, action, basis, similarity)
        if action is not None:
            del self.free[action]

    def left(self) -> list[int]:
        return [index for index in range(len(self.rows)) if index not in self.pairs]


def pair(rows: Sequence[Row], actions: Sequence[Action], decided: Mapping[str, str | None]) -> list[Pair]:
    """Pair every row with an action or with none, in the order of the rows.

    `decided` says, by `row_key`, what a person chose: an action's id, or None for a new action.
    """
    matching = _Matching(
        rows=rows,
        row_texts=[normalized(row.title) for row in rows],
        action_texts={action.id: normalized(action.title) for action in actions},
        free={action.id: action for action in actions},
        pairs={},
    )
    for index, row in enumerate(rows):
        if row_key(row) in decided:
            matching.take(index, decided[row_key(row)], Basis.PERSON)
    _by_number(matching, TEXT_TRUSTED)
    _by_text(matching)
    _by_number(matching, NUMBER_TRUSTED)
    _by_similarity(matching)
    return [matching.pairs.get(index) or Pair(index, None, Basis.NEW) for index in range(len(rows))]


def _by_number(matching: _Matching, trusted: float) -> None:
    by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
    for action in matching.free.values():
        if action.citations and action.citations[0].number:
            by_number[action.citations[0].number, action.axis].append(action.id)
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in matching.left():
        row = matching.rows[index]
        if row.code and row.axis_common:
            wanted[row.code, row.axis_common].append(index)
    for key, indices in wanted.items():
        scored = [
            (-fuzz.token_sort_ratio(matching.row_texts[index], matching.action_texts[id_]), index, id_)
            for index in indices
            for id_ in by_number.get(key, ())
        ]
        for distance, index, id_ in sorted(scored):
            if -distance >= trusted:
                matching.take(index, id_, Basis.NUMBER, -distance)


def _by_text(matching: _Matching) -> None:
    by_text: dict[str, list[str]] = defaultdict(list)
    for free in matching.free:
        by_text[matching.action_texts[free]].append(free)
    for index in matching.left():
        same = by_text.get(matching.row_texts[index])
        if same:
            matching.take(index, same.pop(0), Basis.TEXT)


def _by_similarity(matching: _Matching) -> None:
    for indices, candidates in _blocks(
        matching.left(), matching.row_texts, list(matching.free), matching.action_texts
    ):
        texts = {action: matching.action_texts[action] for action in candidates}
        best = [
            (-similarity, index, action)
            for index in indices
            for _, similarity, action in process.extract_iter(
                matching.row_texts[index], texts, scorer=fuzz.token_sort_ratio, score_cutoff=TEXT_TRUSTED
            )
        ]
        for distance, index, action in sorted(best):
            matching.take(index, action, Basis.SIMILARITY, -distance)


def _blocks(
    left: list[int], row_texts: Sequence[str], actions: list[str], action_texts: Mapping[str, str]
) -> Iterable[tuple[list[int], list[str]]]:
    if len(left) * len(actions) <= MOST_COMPARISONS:
        if left and actions:
            yield left, actions
        return
    rows_by_word: dict[str, list[int]] = defaultdict(list)
    actions_by_word: dict[str, list[str]] = defaultdict(list)
    for index in left:
        rows_by_word[row_texts[index].partition(" ")[0]].append(index)
    for action in actions:
        actions_by_word[action_texts[action].partition(" ")[0]].append(action)
    for word, indices in rows_by_word.items():
        candidates = actions_by_word.get(word, [])
        # A block that is still too large is compared in part: the rest is shown to the person as new.
        most = max(1, MOST_COMPARISONS // max(1, len(candidates)))
        if candidates:
            yield indices[:most], candidates
