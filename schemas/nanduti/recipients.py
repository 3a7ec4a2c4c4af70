"""What the keys of an institution mean for a dossier: to which it is sealed, whether it can be, who can still open it.

Rule that stays true: a dossier is sealed to every active key, the recovery key among them, so that the loss of a
machine loses no case. Absent: sealing, and keeping the keys.
"""

from collections.abc import Iterable

from nanduti.directory import Recipient, Recipients
from nanduti.vocabulary import RecipientKind


def active(recipients: Recipients) -> tuple[Recipient, ...]:
    """The keys to which dossiers for the institution are sealed now."""
    return tuple(each for each in recipients.recipients if each.revoked is None)


def can_receive(recipients: Recipients) -> bool:
    """Whether dossiers can be sealed for the institution: it has a key in daily use, and a recovery key."""
    labels = {each.label for each in active(recipients)}
    return RecipientKind.RECOVERY in labels and labels != {RecipientKind.RECOVERY}


def can_be_opened(sealed_to: Iterable[str], recipients: Recipients) -> bool:
    """Whether one of the keys that a dossier was sealed to, by their fingerprints, is still active.

    Where none is, a waiting dossier has to be sealed anew. A recovery key counts: it is what it is there for.
    """
    return not {each.fingerprint for each in active(recipients)}.isdisjoint(sealed_to)
