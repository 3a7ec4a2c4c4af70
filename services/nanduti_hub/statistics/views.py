"""The shapes of results: figures with what stands behind each of them."""

from datetime import date

from msgspec import Struct

from nanduti.vocabulary import Measure

#: How many codes a part names.
MOST_CODES = 20


class Figure(Struct, frozen=True, kw_only=True):
    """A figure, and from how many reports on how many actions it is.

    It is what the period brought: less than nothing where what had been reported before was corrected downwards.
    """

    value: int = 0
    actions: int = 0
    reports: int = 0


class OfCategory(Figure, frozen=True, kw_only=True):
    """The figure of one category; "" is of reports that name none."""

    category: str


class OfDepartment(Figure, frozen=True, kw_only=True):
    """The figure of one department; null is of reports that are of no single one."""

    department: str | None


class Part(Figure, frozen=True, kw_only=True):
    """The figure of a category in a department, and the codes of its actions: the first of them, where there are many.

    The parts add up to the whole; their counts of actions need not, since an action can be in several.
    """

    category: str
    department: str | None
    codes: tuple[str, ...]


class Measured(Figure, frozen=True, kw_only=True):
    """All of one measure: in all, by category, by department, and by both."""

    by_category: tuple[OfCategory, ...] = ()
    by_department: tuple[OfDepartment, ...] = ()
    parts: tuple[Part, ...] = ()


class Results(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What was reported from a day (null: from the beginning) to another, both included.

    Reports count as they were made, those of actions that were cancelled since too. What indicators of the measure
    `other` say is not in it: their units differ.
    """

    from_: date | None
    to: date
    platform: str | None
    plan: str | None
    department: str | None
    institution: str | None
    activities: Measured
    people: Measured
    trainings: Measured
    materials: Measured
    audience: Measured
    bodies: Measured


class Source(Struct, frozen=True, kw_only=True):
    """The reports of one indicator, department and category that a result is made of.

    `value` is `now`, the last value up to the end of the period, less `before`, the last one before it began. `on` and
    `evidence` are the last report's.
    """

    code: str
    action: str
    platform: str
    plan: str
    title: str
    indicator: int
    text: str
    unit: str
    means_of_verification: str
    measure: Measure
    category: str
    department: str | None
    on: date
    evidence: str
    before: int
    now: int
    value: int
    reports: int
