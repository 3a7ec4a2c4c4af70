"""How far the members' copies are, for tests and benches that wait until they are current."""

from collections.abc import Sequence

from msgspec import Struct
from nats.aio.client import Client

from nanduti_hub.relay import streams
from nanduti_hub.relay.keeper import ApiError, ConnectAs, bounded, call, expected_ends
from nanduti_hub.relay.streams import Member


class CopyHealth(Struct, frozen=True, kw_only=True):
    """How far a member's copy is: its last sequence, that of the last message of its own filter in
    LEDGER, and what the mirror says of itself.
    """

    member: str
    stream: str
    last_seq: int
    expected_seq: int
    error: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the copy holds all that LEDGER held when it was asked."""
        return self.last_seq >= self.expected_seq


async def health(hub: Client, connect_as: ConnectAs, members: Sequence[Member]) -> list[CopyHealth]:
    """How far every copy of every member is, by member and stream."""
    expected = await expected_ends(hub, members)
    of_members = await bounded(_member_health(connect_as, member, expected) for member in members)
    return [copy for copies in of_members for copy in copies]


async def _member_health(
    connect_as: ConnectAs, member: Member, expected: dict[tuple[Member, str], int]
) -> list[CopyHealth]:
    keeper = await connect_as(f"keeper:{member.code}")
    try:
        found = []
        for copy in streams.COPIES:
            try:
                info = await call(keeper, f"STREAM.INFO.{copy}")
                last = int(info["state"]["last_seq"])
                error = info.get("mirror", {}).get("error", {}).get("description", "")
            except ApiError as refusal:
                last, error = 0, refusal.description
            found.append(
                CopyHealth(
                    member=member.code,
                    stream=copy,
                    last_seq=last,
                    expected_seq=expected[member, copy],
                    error=error,
                )
            )
        return found
    finally:
        await keeper.close()
