"""The CloudEvents 1.0 envelope in structured mode, the only mode that the NATS binding defines.

The bytes of an envelope are what is stored, published and hashed: they are never re-encoded.
`data` stays undecoded here, so that a type that a reader does not know is still a readable envelope.
"""

from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

#: Every type is `nanduti.<entity>.<event>.v<N>`.
TYPE_PREFIX = "nanduti"
CONTENT_TYPE = "application/cloudevents+json"
#: The largest event, in bytes of its envelope.
MAX_BYTES = 64_000


class Envelope(Struct, frozen=True, kw_only=True):
    """One event as it travels.

    `time` is RFC 3339 in UTC: when the command was decided. The ledger's number is never inside:
    NATS has it as the stream sequence, so that the bytes do not depend on where they are read.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str = "application/json"
    dataschema: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    correlationid: str | UnsetType = UNSET
    data: Raw
