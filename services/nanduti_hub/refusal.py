"""Refusals: what the business says no to, as a value. Nonsense raises; a refusal is answered.

A code is stable and for programs; its sentence, in the caller's language, is in `problems`.
"""

from typing import Any

from msgspec import Struct, field


class Refusal(Struct, frozen=True):
    """A typed no. `values` fill the sentence and carry no personal data."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):  # it is no error: it carries an answer out of a transaction
    """Carries a refusal out of a transaction, which so rolls back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
