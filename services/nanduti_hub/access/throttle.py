"""Wrong sign-ins make who tried wait; never the account, so that nobody can lock anybody else out.

Failures are counted by account and the place from which they come: the client's address, or its device, if it
shows a cookie that a former sign-in to that account has left (as OWASP's device cookies). After a few, that
place waits for that account, each time twice as long. Beside it an address without a device cookie has an
allowance of failures over all accounts together. An attempt counts as failed until it has succeeded, so that a
hundred at once are a hundred.

Wrong codes beside the right passphrase are counted for the account, over all places without its device cookie: who
can do that is no stranger, and has no end of addresses perhaps.

Rules that stay true: of accounts that do not exist the counts are the same; a stranger makes nobody else wait.
Absent: memory across processes and restarts; the wait is short enough not to need it.
"""

import ipaddress
from collections import OrderedDict

from msgspec import Struct

#: Failures before a place waits for an account; seconds of the first wait and of the longest.
FREE = 5
FIRST_WAIT, LONGEST_WAIT = 30.0, 900.0
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
    #: Apart, so that nobody who has no passphrase can push them out.
    codes: OrderedDict[tuple[str, str], Failures]


def new_throttle() -> Throttle:
    """A throttle that remembers nothing yet."""
    return Throttle(OrderedDict(), OrderedDict(), OrderedDict())


def attempt(throttle: Throttle, account: str, address: str, device: str | None, now: float) -> float:
    """Count an attempt, or answer how many seconds must pass before the next; 0 lets it through."""
    place = (account, f"device {device}" if device else f"address {network_of(address)}")
    if wait := _waits(throttle.places, place, now):
        return wait
    if device is None and (wait := _spend(throttle, network_of(address), now)):
        return wait
    _count(throttle.places, place, now)
    return 0.0


def attempt_code(throttle: Throttle, account: str, device: str | None, now: float) -> bool:
    """Count an attempt of who has the passphrase; whether its code is to be looked at."""
    if device is not None:
        return True
    if _waits(throttle.codes, (account, "code"), now):
        return False
    _count(throttle.codes, (account, "code"), now)
    return True


def forget_codes(throttle: Throttle, account: str) -> None:
    """Forget the wrong codes of an account."""
    throttle.codes.pop((account, "code"), None)


def succeeded(throttle: Throttle, account: str, address: str, device: str | None) -> None:
    """Forget the failures of a place for an account, and give back what the attempt has cost."""
    network = network_of(address)
    throttle.places.pop((account, f"device {device}" if device else f"address {network}"), None)
    if device is None:
        forget_codes(throttle, account)
        if (allowance := throttle.addresses.get(network)) is not None:
            allowance.left = min(allowance.left + 1, ALLOWANCE)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /56, which is what many a customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 56), strict=False))
    return str(parsed)


def _waits(failures: OrderedDict[tuple[str, str], Failures], key: tuple[str, str], now: float) -> float:
    found = failures.get(key)
    return max(found.until - now, 0.0) if found is not None and now - found.last <= FORGET else 0.0


def _count(failures: OrderedDict[tuple[str, str], Failures], key: tuple[str, str], now: float) -> None:
    found = failures.get(key)
    count = found.count + 1 if found is not None and now - found.last <= FORGET else 1
    wait = min(FIRST_WAIT * 2 ** min(count - FREE, 20), LONGEST_WAIT) if count >= FREE else 0.0
    failures[key] = Failures(count, now + wait, now)
    failures.move_to_end(key)
    while len(failures) > MOST:
        failures.popitem(last=False)


def _spend(throttle: Throttle, network: str, now: float) -> float:
    known = throttle.addresses.get(network)
    left = ALLOWANCE if known is None else min(known.left + (now - known.at) / REFILL, ALLOWANCE)
    wait = 0.0 if left >= 1 else (1 - left) * REFILL
    throttle.addresses[network] = Allowance(left if wait else left - 1, now)
    throttle.addresses.move_to_end(network)
    while len(throttle.addresses) > MOST:
        throttle.addresses.popitem(last=False)
    return wait
