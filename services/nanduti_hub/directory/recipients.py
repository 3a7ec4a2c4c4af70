"""The rules of an institution's keys: what is registered, what is revoked. The state is the last event.

Rules that stay true: a key is registered once and never deleted, so that what was sealed to it can be told for ever;
fingerprint and number are the hub's to give. Absent: whose key it is by name, and what a revocation means for a
dossier that waits (`nanduti.recipients`).
"""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from nanduti.directory import Recipient, Recipients, RecipientsChanged
from nanduti.public_keys import fingerprint, is_public_key, is_secret_key
from nanduti.recipients import active
from nanduti.vocabulary import RecipientKind
from nanduti_hub.refusal import Refusal

#: Keys in use at once; and all together, so that the event that lists them is never too large.
MOST_ACTIVE, MOST = 50, 250


class RegisterKey(Struct, frozen=True, kw_only=True):
    """Seal to this key from now on. `on` is the day in Paraguay."""

    institution: str
    public_key: str
    label: RecipientKind
    on: date


class RevokeKey(Struct, frozen=True, kw_only=True):
    """Seal to this key no more. `on` is the day in Paraguay."""

    fingerprint: str
    on: date


RecipientsCommand = RegisterKey | RevokeKey


def decide(
    state: RecipientsChanged | None, command: RecipientsCommand
) -> Sequence[RecipientsChanged] | Refusal:
    """What happens when a command meets an institution's keys: one event, or none where nothing changes."""
    known = state.recipients.recipients if state else ()
    match command:
        case RegisterKey():
            if is_secret_key(command.public_key):
                return Refusal("key_secret")
            if not is_public_key(command.public_key):
                return Refusal("key_unfit")
            name = fingerprint(command.public_key)
            if any(name == each.fingerprint for each in known):
                return Refusal("key_repeated")
            keys = Recipients(institution=command.institution, recipients=known)
            if len(active(keys)) >= MOST_ACTIVE or len(known) >= MOST:
                return Refusal("keys_many", {"active": MOST_ACTIVE, "most": MOST})
            added = Recipient(
                public_key=command.public_key,
                fingerprint=name,
                label=command.label,
                number=1 + sum(each.label is command.label for each in known),
                since=command.on,
            )
            changed = replace(keys, recipients=(*known, added))
        case RevokeKey():
            found = next((each for each in known if each.fingerprint == command.fingerprint), None)
            if state is None or found is None:
                return Refusal("key_unknown")
            if found.revoked is not None:
                return ()
            revoked = replace(found, revoked=command.on)
            changed = replace(
                state.recipients, recipients=tuple(revoked if each is found else each for each in known)
            )
        case _:
            assert_never(command)
    return (RecipientsChanged(version=state.version + 1 if state else 1, recipients=changed),)


def evolve(_state: RecipientsChanged | None, event: RecipientsChanged) -> RecipientsChanged:
    """The keys after an event: the event, whole."""
    return event
