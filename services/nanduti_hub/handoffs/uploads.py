"""A sealed dossier that comes in: whether it is one, and what the hub knows of it without opening it.

Rule that stays true: what does not look sealed is refused before anything of it is stored, and the digest is the
hub's own. Absent: whether it can be opened, which only its receiver can tell, and to which keys it should be, which
`decide` judges.
"""

import hashlib

from nanduti.cases import Dossier
from nanduti.sealed_form import NotSealed, looks_sealed
from nanduti_hub.handoffs.requests import SealedDossier
from nanduti_hub.refusal import Refusal, Refused


def dossier_of(sealed: SealedDossier | None) -> Dossier | None:
    """What is known of a dossier from outside.

    Raises:
        Refused: `dossier_unsealed`, it is not sealed; `dossier_recipients`, it is sealed to more or fewer keys than
            are named.

    """
    if sealed is None:
        return None
    form = looks_sealed(sealed.ciphertext)
    if isinstance(form, NotSealed):
        raise Refused(Refusal("dossier_unsealed", {"flaw": form.flaw.value, "words": form.words}))
    named = len(set(sealed.recipients))
    if form.recipients != named or named != len(sealed.recipients):
        raise Refused(Refusal("dossier_recipients", {"sealed": form.recipients, "named": named}))
    return Dossier(
        sha256=hashlib.sha256(sealed.ciphertext).hexdigest(),
        size=size_class(len(sealed.ciphertext)),
        recipients=tuple(sorted(set(sealed.recipients))),
    )


def size_class(length: int) -> int:
    """The power of two, in bytes, that holds so many: how much was written is nobody's to tell exactly."""
    return 1 << (length - 1).bit_length()
