"""What the keys of an institution mean for a dossier: to which it is sealed, and whether it can be.

Rule that stays true: a dossier is sealed to every active key, the recovery key among them, so that the loss of a
machine loses no case. Absent: sealing, and keeping the keys.
"""

from nanduti.directory import Recipient, Recipients
from nanduti.vocabulary import RecipientKind


def active(recipients: Recipients) -> tuple[Recipient, ...]:
    """The keys to which dossiers for the institution are sealed now."""
    return tuple(each for each in recipients.recipients if each.revoked is None)


def can_receive(recipients: Recipients) -> bool:
    """Whether dossiers can be sealed for the institution: it has a key in daily use, and a recovery key."""
    labels = {each.label for each in active(recipients)}
    return RecipientKind.RECOVERY in labels and labels != {RecipientKind.RECOVERY}
