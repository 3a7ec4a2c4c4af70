"""Plans: the operational plans of the platforms. A revision of a plan is a workbook that was confirmed."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from nanduti.vocabulary import Code, Id

Line = Annotated[str, Meta(max_length=1_000)]


class Revision(Struct, frozen=True, kw_only=True):
    """A confirmed workbook. `act` and `act_date` are what approved it; `sha256` is the file's, in hex.

    The counts say how many actions it added, changed, left as they were and cancelled, and how many rows of the
    workbook were left out, where only the valid ones were asked for: with the revision's event, which is the last
    of its `correlationid`, a subscriber knows that the whole has arrived. Of an action that is left as it was
    there can still be an event, where the workbook cites it anew. `left_out` is not there where it is none.
    """

    number: int
    act: Line
    act_date: date
    file_name: Line
    sha256: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    left_out: int | UnsetType = UNSET


class Plan(Struct, frozen=True, kw_only=True):
    """An operational plan and its latest revision. The term's days are inclusive; `extended_to` is its
    extension, where there is one.
    """

    id: Id
    platform: Code
    title: Line
    term_from: date
    term_to: date
    extended_to: date | None = None
    source_document: Line = ""
    revision: Revision | None = None
    synthetic: bool = False


class _PlanEvent(Struct, frozen=True, kw_only=True):
    version: int
    plan: Plan


class PlanRegistered(_PlanEvent, frozen=True, kw_only=True):
    """A platform's plan was opened, as yet without actions, or its title or term changed."""


class PlanRevised(_PlanEvent, frozen=True, kw_only=True):
    """A workbook was confirmed as the plan's new revision, and all of its actions' events came before."""


PlanEvent = PlanRegistered | PlanRevised
