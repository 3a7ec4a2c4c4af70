"""Finding known names inside a cell: the longest name first, however its words are joined.

Rule: a name matches by its own words in order, whatever stands between them of articles, commas, dashes and
line breaks; the separators that people put between two names never belong to a name that is found whole.
"""

import re
from collections.abc import Iterable

from msgspec import Struct, field

from nanduti_hub.plans.workbook.text import fold

#: Words that names may have or lack ("Ministerio de la Niñez" is "Ministerio Niñez").
LINKS = frozenset((
    "de", "del", "la", "las", "los", "el", "lo", "y", "e", "a", "al", "en", "para", "por", "con", "su",
    "sus",
))  # fmt: skip
_SHORT = {
    "min": "ministerio", "minist": "ministerio", "ministra": "ministerio", "ministro": "ministerio", "sec": "secretaria", "secret": "secretaria",
    "dir": "direccion", "direc": "direccion", "gral": "general", "gen": "general",
    "dpto": "departamento", "dptos": "departamento", "depto": "departamento", "deptos": "departamento",
    "dep": "departamento", "nac": "nacional", "nal": "nacional", "inst": "instituto",
    "gob": "gobernacion", "munic": "municipalidad", "muni": "municipalidad", "pte": "presidente",
    "pdte": "presidente", "pres": "presidente", "cnel": "coronel", "mcal": "mariscal", "tte": "teniente", "dr": "doctor", "sta": "santa", "sto": "santo",
    "gdor": "gobernador",
    "reg": "regional", "asoc": "asociacion", "coord": "coordinacion", "prog": "programa", "pol": "policia",
}  # fmt: skip
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?\.?|[^\w\s]|_+|\n")
_DOTTED = re.compile(r"\b(?:[A-Za-zÑñ]\.[ ]?){2,}(?:[A-Za-zÑñ]\b)?")
_SEPARATORS = frozenset("/;,\n+-–—&|()[]:•·")


class Token(Struct):
    """A word (folded, in its plain form) or a separator, and where it stands in the text."""

    word: str
    start: int
    end: int
    link: bool = False
    separator: bool = False
    #: All capitals in the text: an acronym, unless everything is.
    capitals: bool = False


class Node(Struct):
    """A word of known names: what it ends, and which words may follow it."""

    value: str = ""
    next: dict[str, "Node"] = field(default_factory=dict)


class Match(Struct, frozen=True):
    """A known name in a text: what it stands for, from token `first` up to and excluding token `after`."""

    value: str
    first: int
    after: int
    words: int


def prepared(text: str) -> str:
    """The text with dotted acronyms joined (M.T.E.S.S.), lines kept apart."""
    return _DOTTED.sub(_joined_letters, text.replace("\r", "\n").replace("_x000D_", ""))


def _joined_letters(match: re.Match[str]) -> str:
    joined = re.sub(r"[. ]", "", match[0])
    return f"{joined} " if match[0].endswith(" ") else joined


def tokens(text: str) -> list[Token]:
    """The words and separators of a prepared text."""
    found = []
    shouted = text.isupper()
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if raw in _SEPARATORS:
            found.append(Token("-" if raw in "–—" else raw, match.start(), match.end(), separator=True))
            continue
        bare = raw.rstrip(".")
        word = fold(bare).replace("'", "")
        if not word or not word[0].isalnum():
            continue
        found.append(
            Token(
                plain(word),
                match.start(),
                match.start() + len(bare),
                link=word in LINKS,
                capitals=bare.isupper() and len(bare) > 1 and (not shouted or len(bare) < 6),
            )
        )
    return found


def plain(word: str) -> str:
    """A folded word in full and in the singular, near enough for comparing."""
    word = _SHORT.get(word, word)
    if len(word) > 4 and word.endswith("s"):
        word = word[:-1]
        if word.endswith(("ione", "idade", "ore", "ale")):
            word = word[:-1]
    return word


def key(text: str) -> str:
    """A name's own words, joined: two names with the same key are the same name."""
    return " ".join(token.word for token in tokens(prepared(text)) if not token.link and not token.separator)


def trie(names: Iterable[tuple[str, str]]) -> Node:
    """A tree of (key, value) pairs; the first value of a key stays."""
    root = Node()
    for name, value in names:
        node = root
        for word in name.split():
            node = node.next.setdefault(word, Node())
        if node is not root and not node.value:
            node.value = value
    return root


def matches(words: list[Token], known: Node, *, across: str = ",-\n&") -> list[Match]:
    """The known names in a text, from the left, the longest first, none overlapping.

    `across` are the separators over which one name may run ("Trabajo, Empleo y Seguridad Social").
    """
    found = []
    at = 0
    while at < len(words):
        match = _longest(words, at, known, across)
        if match is None:
            at += 1
        else:
            found.append(match)
            at = match.after
    return found


def _longest(words: list[Token], first: int, known: Node, across: str) -> Match | None:
    if words[first].separator or words[first].link:
        return None
    node = known
    best = None
    at = first
    count = 0
    while at < len(words):
        token = words[at]
        if token.separator:
            if token.word not in across:
                break
        elif token.word in node.next:
            node = node.next[token.word]
            count += 1
            if node.value:
                best = Match(node.value, first, at + 1, count)
        elif not token.link:
            break
        at += 1
    return best


def written(text: str, words: list[Token], first: int, after: int) -> str:
    """The text as written between two tokens."""
    if first >= after:
        return ""
    return " ".join(text[words[first].start : words[after - 1].end].split())
