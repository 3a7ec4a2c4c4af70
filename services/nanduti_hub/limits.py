"""How often somebody may ask: token buckets in memory, one set a process.

Rules: who has a good credential is counted by its caller's id alone, so that nobody is slowed down by what others
send from the same address; an address is counted only for what fails or is open, each open route by itself, so
that who tries links keeps nobody there from signing in. The number of buckets is bounded; the one that was not
used for longest goes first, and its key begins anew. Absent: sharing the counts between processes, since a limit
protects a process.
"""

import math
import time
from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import asdict

from nanduti_hub.access.throttle import network_of
from nanduti_hub.refusal import Refusal, Refused

#: Keys that are remembered of each kind.
MOST_KEYS = 10_000


class Rate(Struct, frozen=True):
    """So many a second for as long as one likes, and so many at once."""

    sustained: float
    burst: int


class Rates(Struct, frozen=True, kw_only=True):
    """What a process allows.

    `requests` and `uploads` count for each caller; so do `refusals`, which leave a row in the record, and which of
    strangers count for their address. `knocks` are for each address: what fails to say who calls, and each open
    route that costs (sign-in, invitations). `devices` are for each device's cookie, shown at a sign-in. `calendars`
    are for each calendar address, which many programs may read, from anywhere.
    """

    requests: Rate = Rate(100, 400)
    uploads: Rate = Rate(1, 60)
    refusals: Rate = Rate(5, 200)
    knocks: Rate = Rate(5, 120)
    devices: Rate = Rate(0.2, 10)
    calendars: Rate = Rate(0.05, 10)


def rates_for(requests_per_second: float) -> Rates:
    """All rates, in proportion to what one caller may ask for as long as it likes."""
    share = requests_per_second / 100
    scaled = {
        name: Rate(rate.sustained * share, max(1, round(rate.burst * share)))
        for name, rate in asdict(Rates()).items()
    }
    return Rates(**scaled)


class Buckets(Struct):
    """What is left to each key, and when that was reckoned: the oldest use first."""

    rate: Rate
    clock: Callable[[], float] = time.monotonic
    left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def spend(self, key: str) -> None:
        """Take one.

        Raises:
            Refused: `too_many`, with the seconds until there is one again.

        """
        left, now = self._reckoned(key)
        self.left.pop(key, None)
        is_enough = left >= 1
        if len(self.left) >= MOST_KEYS:
            del self.left[next(iter(self.left))]
        self.left[key] = (left - 1 if is_enough else left, now)
        if not is_enough:
            raise Refused(Refusal("too_many", {"seconds": math.ceil((1 - left) / self.rate.sustained)}))

    def has(self, key: str) -> bool:
        """Whether there is one to take."""
        return self._reckoned(key)[0] >= 1

    def _reckoned(self, key: str) -> tuple[float, float]:
        now = self.clock()
        left, since = self.left.get(key, (float(self.rate.burst), now))
        return min(self.rate.burst, left + (now - since) * self.rate.sustained), now


class Limits(Struct, frozen=True):
    """The buckets of a process."""

    requests: Buckets
    uploads: Buckets
    refusals: Buckets
    knocks: Buckets
    devices: Buckets
    calendars: Buckets


def limits(rates: Rates | None = None) -> Limits:
    """Full buckets."""
    return Limits(**{name: Buckets(rate) for name, rate in asdict(rates or Rates()).items()})


def address_key(client: tuple[str, int] | None) -> str:
    """The key of a client's address; a connection without one shares one with all such."""
    return network_of(client[0])[:64] if client else ""
