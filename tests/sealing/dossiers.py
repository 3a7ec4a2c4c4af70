"""Synthetic dossiers, for the tests of sealing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from nanduti.seal import new_identity, public_key_of, seal
from nanduti.vocabulary import Share

HANDOFF = "7d1c9f2e-4a55-4b6e-9d1a-0c5f6f3b2a10"
OTHER_HANDOFF = "7d1c9f2e-4a55-4b6e-9d1a-0c5f6f3b2a11"
AT = datetime(2026, 11, 24, 12, 30, 15, 999, tzinfo=UTC)
CONTENT = {"con_Consent": True, "prs_FirstName": "Persona", "prs_SecondName": "Sintética", "py_AgeYears": 15}


def pair() -> tuple[str, str]:
    """A secret key and its public one."""
    identity = new_identity()
    return identity, public_key_of(identity)


def sealed(keys: Sequence[str], content: dict[str, Any] = CONTENT, **changes: Any) -> bytes:
    """A dossier of MINNA for the ministry of labour."""
    about: dict[str, Any] = {
        "handoff": HANDOFF, "sender": "minna", "receiver": "mtess", "share": Share.FULL, "at": AT,
    }  # fmt: skip
    return seal(content, recipients=keys, **(about | changes))
