"""How many cases pass, week by week: suppressed counts, frozen when the week has ended.

They travel as `nanduti.v1.flow.<platform>.counted` to the platform in whose remit they are. A cell under five
(nothing is under five too), and every cell from which one could be worked out, is hidden; what was counted once never
changes.
"""

from datetime import date

from msgspec import Struct

from nanduti.vocabulary import Code, DepartmentCode, ListedCode


class FlowCell(Struct, frozen=True, kw_only=True):
    """One count: of a track in a department, of a track (`department` null), of a department, or of all.

    `measure` is one of `opened`, `offered`, `accepted`, `declined`, `redirected`, `expired`, `completed`, `closed`.
    `count` is null where it is suppressed.
    """

    measure: ListedCode
    track: ListedCode | None = None
    department: DepartmentCode | None = None
    count: int | None = None


class FlowCounted(Struct, frozen=True, kw_only=True):
    """The counts of a platform's remit in the seven days that begin on `week`, a Monday in Paraguay.

    `cells` has the one of all for each measure, null where it is hidden, and others only where they are shown: one
    that is not listed is hidden. Those of a departmental platform are all of its department, which they do not name.
    """

    version: int
    platform: Code
    week: date
    cells: tuple[FlowCell, ...]


FlowEvent = FlowCounted
