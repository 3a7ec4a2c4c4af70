"""What a release wrote is read by this version, and is the same bytes when it is written again.

The ledger's check compares stored states with what their events make: a new field with a default would make every
stored state another one. So a field that is added to what is stored is left out where it says nothing.
"""

from pathlib import Path

import msgspec
import pytest

from nanduti.wire import Unknown, decode

RELEASED = sorted((Path(__file__).parent.parent / "fixtures" / "upgrade").glob("*.messages.jsonl"))
MESSAGES = [line for file in RELEASED for line in file.read_bytes().splitlines()]


@pytest.mark.parametrize("body", MESSAGES, ids=lambda body: decode(body)[0].type)
def test_a_released_message_is_the_same_bytes_when_it_is_written_again(body: bytes) -> None:
    """Its data, field by field in the same order."""
    envelope, event = decode(body)
    assert not isinstance(event, Unknown)
    assert msgspec.json.encode(event) == bytes(envelope.data)
