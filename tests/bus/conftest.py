"""A bus for each test: a server of its own, the hub's accounts, two members, all streams made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats_server import Bus, running_bus

from nanduti_hub.relay.keeper import provision
from nanduti_hub.relay.streams import Member

CONAETI = Member("conaeti", is_platform=True)
MTESS = Member("mtess", is_platform=False)


@pytest.fixture
async def bare_bus(tmp_path: Path) -> AsyncIterator[Bus]:
    """A server with the accounts of the hub and two members, and no stream yet."""
    async with running_bus(tmp_path, (CONAETI, MTESS)) as bus:
        yield bus


@pytest.fixture
async def keeper(bare_bus: Bus) -> Client:
    """The keeper's connection."""
    return await bare_bus.connect_as("keeper")


@pytest.fixture
async def bus(bare_bus: Bus, keeper: Client) -> Bus:
    """A bus with all of its streams."""
    await provision(keeper, bare_bus.connect_as, bare_bus.members)
    return bare_bus


@pytest.fixture
async def relay(bus: Bus) -> Client:
    """The relay's connection."""
    return await bus.connect_as("relay")
