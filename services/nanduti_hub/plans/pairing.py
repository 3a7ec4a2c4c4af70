"""Which row of a workbook is which action of the plan. A coordinator's own file has no ids.

Rows and actions are paired one to one, by the first of these that holds: what a person decided; the register's
code in the row's `id_accion`; the same text, normalized; the likeliest of those that have the plan's own number on
a text that was changed, or a similar text, whatever the number; the plan's own number alone, where the axis was
corrected, or where all but the text is the same; all but the text and the number, where nobody else says that. Numbers come after texts, since inserting or deleting a row
renumbers those that follow. Where several rows and actions have the same text, those go together whose responsible,
place, dates, budget and number agree most, so that a sheet of like titles pairs alike however it is sorted.

Neither the sheet's name nor the row's place says anything. An action is known by its text in the register and by
the one in the last workbook: a title corrected in the register still finds its row. The same rows and actions
give the same pairs. Work grows with the rows, not with their square.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti.actions import Action
from nanduti_hub.plans.recognition import Memory, Traits, of_action, of_row
from nanduti_hub.plans.rows import Row

#: Below this similarity (0 to 100) a number is not enough to say that two texts are the same activity.
NUMBER_TRUSTED = 45.0
#: The same where the axis is another, and the number the only one of its kind.
NUMBER_ALONE_TRUSTED = 60.0
#: From this similarity on, two texts without a common number are taken for the same activity.
TEXT_TRUSTED = 82.0
#: What a common number adds to a similarity, where several actions are like a row.
NUMBER_WEIGHS = 8
#: More comparisons than this are not made at once: then only texts that share their rarest words are compared.
MOST_COMPARISONS = 250_000
#: With how many actions a row is compared then, and how many of those whose text is like its own are weighed.
MOST_CANDIDATES, MOST_SUGGESTED = 60, 10


class Basis(StrEnum):
    """Why a row is taken for an action."""

    PERSON = "person"
    ID = "id"
    NUMBER = "number"
    TEXT = "text"
    SIMILARITY = "similarity"
    NEW = "new"


class Pair(Struct, frozen=True):
    """A row and its action, if it has one, why, and how similar their texts are (0 to 100).

    A row whose `id_accion` cannot be followed has basis `id` and no action. `instead` is the action whose text and
    data a row has, where the id that it carries names another.
    """

    row: int
    action: str | None
    basis: Basis
    similarity: float = 0.0
    instead: str | None = None


def row_key(row: Row) -> str:
    """How a person's decision names a row."""
    return f"{row.sheet}!{row.row}"


def id_of(row: Row) -> str:
    """The register's code that a row carries, as the register writes it; empty where it carries none."""
    return row.id_accion.strip().upper()


class _Matching(Struct):
    """The matching as it grows: what is paired, and which actions are still free, in the plan's order."""

    rows: list[Traits]
    actions: dict[str, Traits]
    places: dict[str, int]
    free: dict[str, Traits]
    pairs: dict[int, Pair]

    def take(self, index: int, action: str | None, basis: Basis, similarity: float = 100.0) -> None:
        if index in self.pairs or (action is not None and action not in self.free):
            return
        self.pairs[index] = Pair(index, action, basis, similarity)
        if action is not None:
            del self.free[action]

    def take_text(self, index: int, action: str) -> None:
        row, known = self.rows[index], self.actions[action]
        numbered = bool(row.number) and row.number == known.number and row.axes[0] in known.axes
        self.take(index, action, Basis.NUMBER if numbered else Basis.TEXT)

    def left(self) -> list[int]:
        return [index for index in range(len(self.rows)) if index not in self.pairs]

    def nearest(self, scored: Iterable[tuple[float, float, int, str, Basis]]) -> None:
        """Take the best of (rank, similarity, row, action, basis) first; ties in the order of rows and plan."""
        for _, similarity, index, action, basis in sorted(
            scored, key=lambda one: (-one[0], one[2], self.places[one[3]])
        ):
            if basis is Basis.TEXT:
                self.take_text(index, action)
            else:
                self.take(index, action, basis, similarity)


def pair(
    rows: Sequence[Row],
    actions: Sequence[Action],
    decided: Mapping[str, str | None],
    earlier: Mapping[str, Action] | None = None,
) -> list[Pair]:
    """Pair every row with an action or with none, in the order of the rows.

    `decided` says, by `row_key`, what a person chose: an action's id, or None for a new action. `earlier` are
    actions as they once were, by id: where the workbook was made from them.
    """
    if not actions and not decided and not any(row.id_accion for row in rows):
        return [Pair(index, None, Basis.NEW) for index in range(len(rows))]
    memory: Memory = {}
    known = {action.id: of_action(action, (earlier or {}).get(action.id), memory) for action in actions}
    matching = _Matching(
        rows=[of_row(row, memory) for row in rows],
        actions=known,
        places={id_: place for place, id_ in enumerate(known)},
        free=dict(known),
        pairs={},
    )
    for index, row in enumerate(rows):
        if row_key(row) in decided:
            matching.take(index, decided[row_key(row)], Basis.PERSON)
    _by_id(matching, rows, actions)
    _by_text(matching)
    _by_likeness(matching)
    _by_number_alone(matching)
    _by_number_and_content(matching)
    _by_content(matching)
    return [matching.pairs.get(index) or Pair(index, None, Basis.NEW) for index in range(len(rows))]


def id_rows(rows: Sequence[Row], decided: Mapping[str, str | None]) -> dict[str, list[Row]]:
    """The rows that carry each code and of which no person has decided otherwise."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if (code := id_of(row)) and row_key(row) not in decided:
            found[code].append(row)
    return found


def twins(rows: Sequence[Row], pairs: Sequence[Pair]) -> dict[int, int]:
    """New rows that have the text of a row which is an action: the copy's index to the other's."""
    paired: dict[str, int] = {}
    for one in pairs:
        if one.action is not None:
            paired.setdefault(rows[one.row].title.casefold(), one.row)
    if not paired:
        return {}
    return {
        one.row: paired[title]
        for one in pairs
        if one.basis is Basis.NEW and (title := rows[one.row].title.casefold()) in paired
    }


def _by_id(matching: _Matching, rows: Sequence[Row], actions: Sequence[Action]) -> None:
    codes = {action.code: action.id for action in actions}
    wanted: dict[str, list[int]] = defaultdict(list)
    for index in matching.left():
        if code := id_of(rows[index]):
            wanted[code].append(index)
    by_text = {text: id_ for id_, known in matching.actions.items() for text in known.texts} if wanted else {}
    for code, indices in wanted.items():
        action = codes.get(code)
        if action in matching.free and len(indices) == 1:
            index, row, own = indices[0], matching.rows[indices[0]], matching.actions[action]
            other = by_text.get(row.texts[0], action) if row.texts[0] not in own.texts else action
            astray = other != action and row.agrees(matching.actions[other]) > row.agrees(own)
            matching.pairs[index] = Pair(index, action, Basis.ID, _ratio(row, own), other if astray else None)
            del matching.free[action]
            continue
        for index in indices:
            matching.take(index, None, Basis.ID, 0.0)
        # Two rows claim it: neither gets it, and no third one either.
        if action is not None:
            matching.free.pop(action, None)


def _by_text(matching: _Matching) -> None:
    rows: dict[str, list[int]] = defaultdict(list)
    for index in matching.left():
        rows[matching.rows[index].texts[0]].append(index)
    free: dict[str, list[str]] = defaultdict(list)
    for id_, known in matching.free.items():
        for text in known.texts:
            if text in rows:
                free[text].append(id_)
    for text, ids in free.items():
        _same_text(matching, rows[text], ids)


def _same_text(matching: _Matching, indices: list[int], ids: list[str]) -> None:
    if len(indices) == len(ids) == 1:
        matching.take_text(indices[0], ids[0])
        return
    keys: tuple[Callable[[Traits], Hashable], ...] = (
        lambda known: (known.axes[0], known.number, known.traits, known.measured),
        lambda known: (known.axes[0], known.traits),
    )
    for key in keys:
        _by_key(matching, indices, ids, key)
    left = [index for index in indices if index not in matching.pairs]
    free = [id_ for id_ in ids if id_ in matching.free]
    if len(left) * len(free) <= MOST_COMPARISONS // 10:
        matching.nearest(
            (matching.rows[index].agrees(matching.actions[id_]), 100.0, index, id_, Basis.TEXT)
            for index in left
            for id_ in free
        )
        return
    weaker: tuple[Callable[[Traits], Hashable], ...] = (
        lambda known: (known.axes[0], known.traits[:4]),
        lambda known: (known.axes[0], known.traits[:2]),
        lambda known: known.traits[0],
        lambda _: None,
    )
    for key in weaker:
        _by_key(matching, indices, ids, key)


def _by_key(
    matching: _Matching, indices: list[int], ids: list[str], key: Callable[[Traits], Hashable]
) -> None:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for id_ in reversed(ids):
        if id_ in matching.free:
            groups[key(matching.actions[id_])].append(id_)
    for index in indices:
        if index not in matching.pairs and (group := groups.get(key(matching.rows[index]))):
            matching.take_text(index, group.pop())


def _ratio(row: Traits, action: Traits) -> float:
    """How much the texts are alike, their words in the order in which they stand or in the alphabet's."""
    pairs = [(row.texts[0], text) for text in action.texts] + [
        (row.ordered[0], text) for text in action.ordered
    ]
    return max(fuzz.ratio(mine, theirs) for mine, theirs in pairs)


def _rank(row: Traits, action: Traits, similarity: float) -> float:
    """Which of two likely pairs is likelier: the text, the number, and what else agrees."""
    numbered = bool(row.number) and row.number == action.number
    return similarity + row.agrees(action) + NUMBER_WEIGHS * numbered


def _by_likeness(matching: _Matching) -> None:
    """Texts that were changed: of all pairs that a number or a similar text suggests, the likeliest first."""
    left, free = matching.left(), list(matching.free)
    if not left or not free:
        return
    suggested: dict[tuple[int, str], tuple[float, Basis]] = {}
    for index, id_ in _similar(matching, left, free):
        suggested[index, id_] = _ratio(matching.rows[index], matching.actions[id_]), Basis.SIMILARITY
    for index, id_ in _numbered(matching, left):
        similarity = _ratio(matching.rows[index], matching.actions[id_])
        if similarity >= NUMBER_TRUSTED:
            suggested[index, id_] = similarity, Basis.NUMBER
    matching.nearest(
        (_rank(matching.rows[index], matching.actions[id_], similarity), similarity, index, id_, basis)
        for (index, id_), (similarity, basis) in suggested.items()
    )


def _numbered(matching: _Matching, left: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Free rows and actions with the same number in the same axis."""
    by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, known in matching.free.items():
        for axis in known.axes if known.number else ():
            by_number[known.number, axis].append(id_)
    for index in left:
        row = matching.rows[index]
        if row.number and row.axes[0]:
            # A number that stands at many actions names none of them.
            for id_ in by_number.get((row.number, row.axes[0]), ())[:MOST_CANDIDATES]:
                yield index, id_


def _only_numbers(matching: _Matching) -> Iterable[tuple[int, str]]:
    """Free rows and actions whose number no other of them has."""
    left = matching.left()
    of_rows = Counter(matching.rows[index].number for index in left)
    of_actions = Counter(known.number for known in matching.free.values())
    actions = {known.number: id_ for id_, known in matching.free.items() if of_actions[known.number] == 1}
    for index in left:
        number = matching.rows[index].number
        if number and of_rows[number] == 1 and number in actions:
            yield index, actions[number]


def _by_number_alone(matching: _Matching) -> None:
    """An axis that was corrected."""
    for index, id_ in list(_only_numbers(matching)):
        similarity = _ratio(matching.rows[index], matching.actions[id_])
        if similarity >= NUMBER_ALONE_TRUSTED:
            matching.take(index, id_, Basis.NUMBER, similarity)


def _by_number_and_content(matching: _Matching) -> None:
    """A text that was written anew, in a row that says the same for the rest."""
    for index, id_ in list(_only_numbers(matching)):
        row, action = matching.rows[index], matching.actions[id_]
        if row.tells and row.axes[0] in action.axes and row.content == action.content:
            matching.take(index, id_, Basis.NUMBER, _ratio(row, action))


def _by_content(matching: _Matching) -> None:
    """A text that was written anew in part, under another number, in a row that says the same for the rest: where no
    other row and no other action say that too.
    """
    left = [index for index in matching.left() if matching.rows[index].tells]
    of_rows = Counter(matching.rows[index].content for index in left)
    of_actions = Counter(known.content for known in matching.free.values())
    actions = {known.content: id_ for id_, known in matching.free.items() if of_actions[known.content] == 1}
    for index in left:
        row = matching.rows[index]
        id_ = actions.get(row.content)
        if id_ is None or of_rows[row.content] != 1 or row.axes[0] not in matching.actions[id_].axes:
            continue
        similarity = _ratio(row, matching.actions[id_])
        if similarity >= NUMBER_TRUSTED:
            matching.take(index, id_, Basis.SIMILARITY, similarity)


def _similar(matching: _Matching, left: Sequence[int], free: Sequence[str]) -> Iterable[tuple[int, str]]:
    """Free rows and actions whose texts are much alike: as they stand, or with their words in order."""
    for by in (attrgetter("texts"), attrgetter("ordered")):
        texts = {(id_, place): text for id_ in free for place, text in enumerate(by(matching.actions[id_]))}
        few = len(left) * len(texts) <= MOST_COMPARISONS
        sharing = None if few else _sharing_rare_words(texts)
        for index in left:
            text = by(matching.rows[index])[0]
            among = texts if sharing is None else sharing(text)
            for _, _, (id_, _) in process.extract(
                text, among, scorer=fuzz.ratio, score_cutoff=TEXT_TRUSTED, limit=MOST_SUGGESTED
            ):
                yield index, id_


def _sharing_rare_words(
    texts: Mapping[tuple[str, int], str],
) -> Callable[[str], Mapping[tuple[str, int], str]]:
    """For a text, the few of `texts` that share its rarest words: those that can be much like it."""
    by_word: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, text in texts.items():
        for word in set(text.split()):
            by_word[word].append(key)

    def sharing(text: str) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for word in sorted({*text.split()} & by_word.keys(), key=lambda word: (len(by_word[word]), word)):
            for key in by_word[word][: MOST_CANDIDATES - len(found)]:
                found[key] = texts[key]
            if len(found) >= MOST_CANDIDATES:
                break
        return found

    return sharing
