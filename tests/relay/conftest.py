"""A bus of the test's own beside its ledger, with nothing made in it yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats_server import Bus, running_bus

from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.streams import Member


@pytest.fixture
async def bus(short_directory: Path, tmp_path: Path) -> AsyncIterator[Bus]:
    """A bus with one member, without any stream."""
    directory = short_directory / tmp_path.name
    async with running_bus(directory, [Member("mesa", is_platform=True)]) as bus:
        yield bus


@pytest.fixture
def acknowledged(tmp_path: Path) -> Acknowledged:
    """The file of the last acknowledged number, empty."""
    return Acknowledged(tmp_path / "acked")
