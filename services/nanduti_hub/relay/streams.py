"""The streams of the bus as JetStream's JSON: LEDGER, what is staged for members, and their own copies.

Rules that stay true: every copy is a mirror, never a source, so that its sequence numbers are LEDGER's,
before and after any rebuild; whatever can be refilled from LEDGER is persisted asynchronously, LEDGER
never is. Absent: how they come to be (`keeper`) and who may reach them (`server_config`).
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from nanduti import subjects

#: A stream's configuration, as `$JS.API.STREAM.CREATE` takes it.
Configuration = dict[str, Any]

LEDGER = "LEDGER"
#: What every member may read, staged in the hub's account.
OUT_REGISTER = "OUT_REGISTER"
#: The register as a key-value bucket. Clients derive the key prefix from the name that a mirror mirrors,
#: so staging and copy have the same name.
BUCKET = "actions"
KV_ACTIONS = f"KV_{BUCKET}"
REGISTER = "REGISTER"
HANDOFF = "HANDOFF"
#: What a member's account holds.
COPIES = (REGISTER, HANDOFF, KV_ACTIONS)
#: The entities that every member may read.
REGISTER_ENTITIES = ("plan", "action", "agreement", "directory")
#: Where a member's account finds the hub's API for mirrors.
HUB_API = "HUB.API"
#: Consumers on one stream of one member; ordered consumers and bucket watches count.
MAX_CONSUMERS = 20


class Member(Struct, frozen=True):
    """Who has an account on the bus: a platform, or an institution on the hub."""

    code: str
    is_platform: bool


def account(member: Member) -> str:
    """The name of a member's account."""
    return f"M_{member.code}"


def staging_of(member: Member) -> str:
    """The hub's stream of what only this member may read."""
    return f"OUT_{member.code}"


def delivery_subject(member: Member) -> str:
    """Where the server carries copies from the hub's account into a member's."""
    return f"copy.{member.code}"


def origin(copy: str, member: Member) -> str:
    """The hub's stream that a member's copy mirrors."""
    match copy:
        case "REGISTER":
            return OUT_REGISTER
        case "HANDOFF":
            return staging_of(member)
        case "KV_actions":
            return KV_ACTIONS
    raise ValueError(f"no member has a stream {copy!r}")


def filters(copy: str, member: Member) -> tuple[str, ...]:
    """The subjects of LEDGER that a member's copy holds."""
    match copy:
        case "REGISTER":
            return tuple(subjects.everything_of(entity) for entity in REGISTER_ENTITIES)
        case "HANDOFF":
            notices = subjects.everything_of("handoff", member.code)
            counts = subjects.everything_of("flow", member.code)
            return (notices, counts) if member.is_platform else (notices,)
        case "KV_actions":
            return (subjects.everything_of("action"),)
    raise ValueError(f"no member has a stream {copy!r}")


def ledger() -> Configuration:
    """The replica of the ledger: nothing in it is ever deleted, and batches are atomic."""
    return _kept(LEDGER) | {
        "subjects": [f"{subjects.PREFIX}.>"],
        "deny_purge": True,
        "allow_atomic": True,
        # The server would let the mirrors answer direct reads of LEDGER, and a filtered one says "no message".
        "allow_direct": False,
    }


def staging(member: Member | None = None) -> tuple[Configuration, ...]:
    """What the hub's account stages for all members, or for one."""
    if member is not None:
        return (_mirror(staging_of(member), _filtered(LEDGER, filters(HANDOFF, member))),)
    everything = subjects.everything_of("action").removesuffix(">") + "*.*.*"
    bucket: Configuration = {
        "name": LEDGER,
        "subject_transforms": [{"src": everything, "dest": f"$KV.{BUCKET}.{{{{wildcard(3)}}}}"}],
    }
    return (
        _mirror(OUT_REGISTER, _filtered(LEDGER, filters(REGISTER, Member("", is_platform=False)))),
        _bucket(bucket),
    )


def copies(member: Member) -> Iterator[Configuration]:
    """A member's own streams, which its keeper makes in its account."""
    for name in COPIES:
        mirror = {
            "name": origin(name, member),
            "external": {"api": HUB_API, "deliver": delivery_subject(member)},
        }
        configuration = _bucket(mirror) if name == KV_ACTIONS else _mirror(name, mirror)
        yield configuration | {"max_consumers": MAX_CONSUMERS, "compression": "s2"}


def _kept(name: str) -> Configuration:
    return {
        "name": name,
        "storage": "file",
        "retention": "limits",
        "num_replicas": 1,
        "max_consumers": -1,
        "allow_direct": True,
        "deny_delete": True,
    }


def _mirror(name: str, mirror: Configuration) -> Configuration:
    return _kept(name) | {"deny_purge": True, "persist_mode": "async", "mirror": mirror}


def _bucket(mirror: Configuration) -> Configuration:
    """One message for each key: what a key-value client takes for a bucket with a history of one.

    Such a client's own buckets take roll-ups, and so cannot refuse to be purged; a mirror needs none.
    """
    return _mirror(KV_ACTIONS, mirror) | {"max_msgs_per_subject": 1, "allow_rollup_hdrs": False}


def _filtered(name: str, kept: tuple[str, ...]) -> Configuration:
    if len(kept) == 1:
        return {"name": name, "filter_subject": kept[0]}
    return {"name": name, "subject_transforms": [_unchanged(subject) for subject in kept]}


def _unchanged(subject: str) -> Configuration:
    return {"src": subject, "dest": subject}
