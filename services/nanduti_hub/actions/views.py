"""The shapes of the register's answers, for the documentation: the answers themselves are joined from stored bytes."""

from datetime import datetime

from msgspec import Struct

from nanduti.actions import Action
from nanduti.envelope import Envelope


class ActionView(Action, frozen=True, kw_only=True):
    """An action with its version and what is derived from the day."""

    version: int
    overdue: bool
    due_soon: bool
    stale: bool


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """An event of an action: its number in the ledger, when it got that, and the event as it was published."""

    seq: int
    recorded_at: datetime
    event: Envelope
