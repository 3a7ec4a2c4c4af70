"""What a workbook says, once read: rows that mean activities, and findings about its cells.

This is the join between the reader of workbooks (pure: bytes in, a reading out) and the plan's commands.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct, field

from nanduti.actions import Milestone
from nanduti.directory import Department, Institution, Platform
from nanduti.vocabulary import Axis, Crime, Kind, Status


class Severity(StrEnum):
    """An error keeps its row out; a warning asks for a look; information tells how a cell was understood."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(Struct, frozen=True, kw_only=True):
    """Something that a person should know about a cell: where, what stands there, what it means, what to do.

    `cell` is an address as spreadsheets write it ("F12"; "" for the sheet or file as a whole), `column` the
    heading as the coordinator wrote it, `value` the cell's text cut to 200 characters. `message` and
    `suggestion` are in Spanish, for the person; `code` is for programs and is stable.
    """

    sheet: str = ""
    cell: str = ""
    column: str = ""
    value: str = ""
    severity: Severity
    code: str
    message: str
    suggestion: str = ""


#: The cell of each field of a row ({"lead": "G12"}), as JSON: a plan has hundreds of thousands, and hardly any is
#: ever looked up.
Cells = Annotated[Raw, Meta(extra_json_schema={"type": "object", "additionalProperties": {"type": "string"}})]


def cells_at(addresses: Mapping[str, str]) -> Cells:
    """The cells of a row, from the address of each field."""
    return Raw(msgspec.json.encode(addresses))


#: A row's field to the name of the action's cell, where they differ.
CELL_OF = {"axis": "plan_axis", "axis_common": "axis", "budget_pyg": "budget"}


class Row(Struct, frozen=True, kw_only=True):
    """One activity as its row states it. Institutions are directory codes; no department means national.

    `row` is the spreadsheet's own row number (1-based). `given` are the names of the fields below whose
    column the workbook has: a field that is not in it says nothing about what was stored before.
    """

    sheet: str
    row: int
    #: The register's code of the action (ACC-2026-0042), where the workbook has a column for it: see `Base`.
    id_accion: str = ""
    code: str = ""
    title: str = ""
    description: str = ""
    objective: str = ""
    line_of_action: str = ""
    axis: str = ""
    axis_common: Axis | None = None
    kind: Kind = Kind.OTHER
    crimes: tuple[Crime, ...] = ()
    departments: tuple[str, ...] = ()
    lead: str | None = None
    collaborators: tuple[str, ...] = ()
    other_institutions: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    milestones: tuple[Milestone, ...] = ()
    indicator: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    means_of_verification: str = ""
    budget_pyg: int | None = None
    budget_source: str = ""
    status: Status | None = None
    progress: int | None = None
    observations: str = ""
    given: frozenset[str] = frozenset()
    #: Read from the hub's own table: what is not in `given` is not said by another field's column either.
    exact: bool = False
    #: So that later findings can point at them.
    cells: Cells = field(default_factory=lambda: cells_at({}))

    def cell(self, name: str) -> str:
        """The address of a field's cell; of the row's first where the field has none."""
        addresses = msgspec.json.decode(self.cells, type=dict[str, str])
        return addresses.get(name, f"A{self.row}")


class Base(Struct, frozen=True, kw_only=True):
    """What a workbook that the hub wrote says of itself: of which plan, after which revision (0: none), and at
    which number of the register. What its cells are compared with is what the register said then.
    """

    plan: str
    revision: int
    register: int


class Reading(Struct, frozen=True, kw_only=True):
    """A workbook, read: its activities in order, and the findings in order of sheet and cell."""

    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    base: Base | None = None

    @property
    def rejected(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


class Known(Struct, frozen=True, kw_only=True):
    """The facts of the directory that a reader needs: for whom the plan is, and whom it may name.

    `year` is the plan's, for a deadline that names none ("2do semestre").
    """

    platform: Platform
    institutions: tuple[Institution, ...]
    departments: tuple[Department, ...]
    year: int
