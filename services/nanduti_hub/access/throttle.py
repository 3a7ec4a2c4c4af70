"""Wrong sign-ins make who tried wait; never the account, so that nobody can lock anybody else out.

Failures are counted by account and the place from which they come: the client's address, or its device, if it
shows a cookie that a former sign-in to that account has left (as OWASP's device cookies). After a few, that
place waits for that account, each time twice as long. Beside it an address without a device cookie has an
allowance of failures over all accounts together. An attempt counts as failed until it has succeeded, so that a
hundred at once are a hundred.

Rule that stays true: nothing here depends on whether an account exists. Absent: memory across processes and
restarts; the wait is short enough not to need it.
"""

import ipaddress
from collections import OrderedDict

from msgspec import Struct

#: Failures before a place waits for an account; seconds of the first wait and of the longest.
FREE = 5
FIRST, LONGEST = 30.0, 900.0
#: An address's failures over all accounts: so many at once, and one more each so many seconds.
ALLOWANCE, REFILL = 40, 15.0
#: Seconds after which failures are forgotten, and places that are remembered.
FORGET = 86_400.0
MOST = 50_000


class Failures(Struct):
    """How often a place has failed, and until when it waits."""

    count: int
    until: float
    last: float


class Allowance(Struct):
    """What is left to an address, at a time."""

    left: float
    at: float


class Throttle(Struct):
    """What is remembered."""

    places: OrderedDict[tuple[str, str], Failures]
    addresses: OrderedDict[str, Allowance]


def new_throttle() -> Throttle:
    """A throttle that remembers nothing yet."""
    return Throttle(OrderedDict(), OrderedDict())


def attempt(throttle: Throttle, account: str, address: str, device: str | None, now: float) -> float:
    """Count an attempt, or answer how many seconds must pass before the next; 0 lets it through."""
    place = (account, f"device {device}" if device else f"address {network_of(address)}")
    found = throttle.places.get(place)
    if found is not None and now - found.last > FORGET:
        found = None
    if found is not None and found.until > now:
        return found.until - now
    if device is None and (wait := _spend(throttle, network_of(address), now)):
        return wait
    count = found.count + 1 if found is not None else 1
    wait = min(FIRST * 2 ** min(count - FREE, 20), LONGEST) if count >= FREE else 0.0
    throttle.places[place] = Failures(count, now + wait, now)
    throttle.places.move_to_end(place)
    while len(throttle.places) > MOST:
        throttle.places.popitem(last=False)
    return 0.0


def succeeded(throttle: Throttle, account: str, address: str, device: str | None) -> None:
    """Forget the failures of a place for an account, and give back what the attempt has cost."""
    network = network_of(address)
    throttle.places.pop((account, f"device {device}" if device else f"address {network}"), None)
    if device is None and (allowance := throttle.addresses.get(network)) is not None:
        allowance.left = min(allowance.left + 1, ALLOWANCE)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64, which is what one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _spend(throttle: Throttle, network: str, now: float) -> float:
    known = throttle.addresses.get(network)
    left = ALLOWANCE if known is None else min(known.left + (now - known.at) / REFILL, ALLOWANCE)
    wait = 0.0 if left >= 1 else (1 - left) * REFILL
    throttle.addresses[network] = Allowance(left if wait else left - 1, now)
    throttle.addresses.move_to_end(network)
    while len(throttle.addresses) > MOST:
        throttle.addresses.popitem(last=False)
    return wait
