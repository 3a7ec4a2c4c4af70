"""Sealing and opening a dossier of 100 kB, beside pyrage alone on the same bytes and keys.

Ours checks the content, writes the dossier, and looks at every key; opening reads it and compares handoff and receiver.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
from bench.figures import Figure, figure

from nanduti.seal import new_identity, open_sealed, public_key_of, seal
from nanduti.vocabulary import Share

HANDOFF = "7d1c9f2e-4a55-4b6e-9d1a-0c5f6f3b2a10"
LINE = "Texto sintético, sin relación con persona alguna: «línea» de un relato de prueba.\n"
#: As many keys as an institution with three desks has, the recovery key among them.
KEYS = 4
ASKED = "at most 2 times pyrage"


async def measure(_directory: Path, *, quick: bool) -> list[Figure]:
    """Milliseconds to seal, to open, and for both."""
    rounds = 20 if quick else 200
    identities = [new_identity() for _ in range(KEYS)]
    keys = [public_key_of(identity) for identity in identities]
    content = {"con_Consent": True, "comments": [{"cco_CaseComment": LINE * 24} for _ in range(50)]}

    def ours() -> bytes:
        return seal(
            content,
            handoff=HANDOFF,
            sender="minna",
            receiver="mtess",
            share=Share.FULL,
            recipients=keys,
            at=datetime.now(UTC),
        )

    sealed = ours()
    # The last key: whoever opens does not know which of the parts is its own.
    identity = pyrage.x25519.Identity.from_str(identities[-1])
    plaintext = pyrage.decrypt(sealed, [identity])
    if not 100_000 <= len(plaintext) <= 120_000:
        raise RuntimeError(f"the dossier has {len(plaintext)} bytes")
    recipients = [pyrage.x25519.Recipient.from_str(key) for key in keys]
    steps: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "seal": (ours, lambda: pyrage.encrypt(plaintext, recipients)),
        "open": (
            lambda: open_sealed(sealed, identities[-1], handoff=HANDOFF, receiver="mtess"),
            lambda: pyrage.decrypt(sealed, [identity]),
        ),
    }
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for name, (by_us, alone) in steps.items():
        mine, theirs = taken[name] = ([], [])
        for _ in range(rounds):
            mine.append(_timed(by_us))
            theirs.append(_timed(alone))
    (sealing, encrypting), (opening, decrypting) = taken["seal"], taken["open"]
    taken["seal and open"] = (
        [one + other for one, other in zip(sealing, opening, strict=True)],
        [one + other for one, other in zip(encrypting, decrypting, strict=True)],
    )
    return [
        figure(
            f"{name} a dossier of {len(plaintext) // 1000} kB for {KEYS} keys",
            mine,
            {"pyrage alone": theirs},
            "ms",
            ASKED,
            lambda own, others: own <= 2 * others["pyrage alone"],
        )
        for name, (mine, theirs) in taken.items()
    ]


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
