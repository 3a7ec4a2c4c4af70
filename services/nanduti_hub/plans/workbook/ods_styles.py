"""What the styles of an OpenDocument spreadsheet say of its cells: number format, painted ground, struck text.

Rule: a style is followed through its parents, and named by the number that it has in the `Package`; number 0 says
nothing. Absent: everything about how a cell looks that does not change what it says.
"""

from msgspec import Struct, field

STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0 "
FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "

_DATA_STYLES = frozenset(
    f"{NUMBER}{name}"
    for name in ("number-style", "percentage-style", "currency-style", "date-style", "time-style")
)
_MOST_STYLES = 70_000
_DEEPEST = 8
_SIGNS = {"USD": "USD", "EUR": "€", "BRL": "R$", "ARS": "$", "PYG": "₲"}


class Style(Struct):
    """A cell style as the file has it; None where it leaves the matter to its parent."""

    parent: str = ""
    data: str | None = None
    painted: bool | None = None
    struck: bool | None = None


class Styles(Struct):
    """The styles of a document, filled in while it is parsed."""

    cells: dict[str, Style] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    data: dict[str, str] = field(default_factory=dict)
    #: What a style number means: format, painted, struck.
    numbered: dict[tuple[str, bool, bool], int] = field(default_factory=lambda: {("", False, False): 0})
    _resolved: dict[tuple[str, str], int] = field(default_factory=dict)
    _cell: Style | None = None
    _table: str = ""
    _data: str = ""
    _pieces: list[str] = field(default_factory=list)
    _in_text: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element of the styles begins."""
        if name == f"{STYLE}style":
            self._cell, self._table = None, ""
            family, own = attributes.get(f"{STYLE}family"), attributes.get(f"{STYLE}name", "")
            if family == "table-cell" and len(self.cells) < _MOST_STYLES:
                parent = attributes.get(f"{STYLE}parent-style-name", "")
                self._cell = self.cells[own] = Style(
                    parent if parent != own else "", attributes.get(f"{STYLE}data-style-name")
                )
            elif family == "table":
                self._table = own
        elif name == f"{STYLE}table-cell-properties" and self._cell is not None:
            ground = attributes.get(f"{FO}background-color")
            if ground is not None:
                self._cell.painted = ground != "transparent"
        elif name == f"{STYLE}text-properties" and self._cell is not None:
            line = attributes.get(f"{STYLE}text-line-through-style") or attributes.get(
                f"{STYLE}text-line-through-type"
            )
            if line is not None:
                self._cell.struck = line != "none"
        elif name == f"{STYLE}table-properties" and self._table:
            if attributes.get(f"{TABLE}display") == "false" and len(self.hidden_tables) < _MOST_STYLES:
                self.hidden_tables.add(self._table)
        elif name in _DATA_STYLES:
            self._data, self._pieces = attributes.get(f"{STYLE}name", ""), []
        elif self._data and name == f"{NUMBER}number":
            self._pieces.append(_digits(attributes))
        elif self._data and name in {f"{NUMBER}text", f"{NUMBER}currency-symbol"}:
            self._in_text = True
            self._pieces.append("")

    def text(self, data: str) -> None:
        """Letters between the elements of the styles."""
        if self._in_text and len(self._pieces[-1]) < 40:
            self._pieces[-1] += data[:40]

    def end(self, name: str) -> None:
        """An element of the styles ends."""
        if name == f"{STYLE}style":
            self._cell, self._table = None, ""
        elif self._in_text:
            self._in_text = False
            said = self._pieces[-1].replace('"', "")
            self._pieces[-1] = f'"{said}"' if said.strip(" -()%") else said.strip()
        elif name in _DATA_STYLES:
            if len(self.data) < _MOST_STYLES:
                self.data[self._data] = "".join(self._pieces)
            self._data = ""

    def number_of(self, name: str, value_type: str, currency: str) -> int:
        """The number of a cell's style, given what the cell itself says of its value."""
        key = (name, f"{value_type}{currency}")
        known = self._resolved.get(key)
        if known is None:
            known = self._resolved[key] = self._number(name, value_type, currency)
        return known

    def _number(self, name: str, value_type: str, currency: str) -> int:
        whole = Style()
        at = self.cells.get(name)
        for _ in range(_DEEPEST):
            if at is None:
                break
            whole.data = at.data if whole.data is None else whole.data
            whole.painted = at.painted if whole.painted is None else whole.painted
            whole.struck = at.struck if whole.struck is None else whole.struck
            at = self.cells.get(at.parent) if at.parent else None
        code = ""
        if value_type == "percentage":
            code = "0%"
        elif value_type in {"float", "currency"}:
            code = self.data.get(whole.data or "", "")
            sign = _SIGNS.get(currency, currency[:8])
            if currency != "PYG" and sign not in code:
                code = f'"{sign} "{code}'
        means = (code, bool(whole.painted), bool(whole.struck))
        if len(self.numbered) >= _MOST_STYLES:
            return self.numbered.get(means, 0)
        return self.numbered.setdefault(means, len(self.numbered))


def _digits(attributes: dict[str, str]) -> str:
    places = attributes.get(f"{NUMBER}decimal-places", "0")
    places = places if places.isdecimal() and len(places) < 3 else "0"
    whole = "#,##0" if attributes.get(f"{NUMBER}grouping") == "true" else "0"
    return whole + ("." + "0" * min(int(places), 15) if int(places) else "")
