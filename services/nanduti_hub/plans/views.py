"""The shapes of the answers on plans, for the documentation: the answers themselves are joined from stored bytes."""

from datetime import datetime

from msgspec import Struct

from nanduti.actions import Change
from nanduti.plans import Plan
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.revision import Outcome
from nanduti_hub.plans.rows import Finding, Row


class PlanView(Plan, frozen=True, kw_only=True):
    """A plan with its version."""

    version: int


class ListedPlan(PlanView, frozen=True, kw_only=True):
    """A plan with the number of its actions, which no version of the plan covers."""

    actions: int


class ImportListed(Struct, frozen=True, kw_only=True):
    """An upload; `confirmed_as` is the number of the revision that it became."""

    id: str
    file_name: str
    sha256: str
    version: int
    uploaded_by: str
    uploaded_at: datetime
    confirmed_as: int | None


class DraftRow(Struct, frozen=True, kw_only=True):
    """A row of a borrador: which action it is taken for and why, and what would change in it."""

    key: str
    outcome: Outcome
    action: str | None
    action_code: str | None
    basis: Basis
    similarity: float
    changes: tuple[Change, ...]
    row: Row


class AbsentAction(Struct, frozen=True, kw_only=True):
    """An action of the plan that has no row in the workbook."""

    id: str
    code: str
    title: str


class DraftView(Struct, frozen=True, kw_only=True):
    """A borrador: `outcome` is `ready`, or `rejected` where a finding is an error; `counts` are rows by outcome,
    and the absent.
    """

    id: str
    plan: str
    file_name: str
    same_as_revision: int | None
    sha256: str
    version: int
    confirmed_as: int | None
    outcome: str
    counts: dict[str, int]
    rows: tuple[DraftRow, ...]
    absent: tuple[AbsentAction, ...]
    findings: tuple[Finding, ...]
