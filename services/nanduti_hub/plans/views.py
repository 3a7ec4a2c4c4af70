"""The shapes of the answers on plans, for the documentation: the answers themselves are joined from stored bytes."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from nanduti.actions import Change
from nanduti.plans import Plan
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.revision import Outcome
from nanduti_hub.plans.rows import Finding, Row
from nanduti_hub.plans.three_way import Conflict


class PlanView(Plan, frozen=True, kw_only=True):
    """A plan with its version."""

    version: int


class ListedPlan(PlanView, frozen=True, kw_only=True):
    """A plan with the number of its actions, which no version of the plan covers."""

    actions: int


class ImportListed(Struct, frozen=True, kw_only=True):
    """An upload; `confirmed_as` is the number of the revision that it became, if it did: by whom and when."""

    id: str
    file_name: str
    sha256: str
    version: int
    uploaded_by: str
    uploaded_at: datetime
    confirmed_as: int | None
    confirmed_by: str | None
    confirmed_at: datetime | None


class DraftRow(Struct, frozen=True, kw_only=True):
    """A row of a borrador: which action it is taken for and why, what would change in it, the cells that the register
    has changed too, and whether its action's citation moves where nothing else does.
    """

    key: str
    outcome: Outcome
    action: str | None
    action_code: str | None
    basis: Basis
    similarity: float
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    settled: bool
    row: Row


class AbsentAction(Struct, frozen=True, kw_only=True):
    """An action of the plan that has no row in the workbook."""

    id: str
    code: str
    title: str


class Progress(Struct, frozen=True, kw_only=True):
    """How far the reading of a workbook is: rows done, and of how many, where that is known."""

    done: int
    of: int | None


class DraftView(Struct, frozen=True, kw_only=True):
    """A borrador: `state` is `read`, or `reading` with its `progress` and nothing else known yet. `outcome` is
    `ready`, or `rejected` where a finding is an error, or `reading`; `counts` are rows by outcome, and the absent.

    `rows` are a page; `next` is the cursor of the following one, null on the last. `findings` are the first 1,000
    of `findings_total`, the errors before all others where there are more.
    """

    id: str
    plan: str
    file_name: str
    same_as_revision: int | None
    sha256: str
    version: int
    confirmed_as: int | None
    state: Literal["reading", "read"]
    progress: Progress | None
    outcome: Literal["reading", "ready", "rejected"]
    counts: dict[str, int]
    rows: tuple[DraftRow, ...]
    next: str | None
    absent: tuple[AbsentAction, ...]
    findings: tuple[Finding, ...]
    findings_total: int
