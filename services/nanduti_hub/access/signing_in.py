"""Signing in with account, passphrase and second factor; and the cookie by which a device is known again.

Rules that stay true: whatever is wrong, the answer is the same and takes as long, whether there is such an
account or not; a code is used once; a failure makes only the place wait from which it came (`throttle`), or
where the passphrase was right, all places that have not been let in before: these are told nothing else either.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import asyncpg
import structlog

from nanduti_hub.access import totp
from nanduti_hub.access.door import STRANGER, Door
from nanduti_hub.access.hidden import Hidden
from nanduti_hub.access.passphrases import is_passphrase
from nanduti_hub.access.sealing import NotSealed, unseal
from nanduti_hub.access.sessions import Noted, account_of, account_parts, open_session, roles_from
from nanduti_hub.access.throttle import attempt, attempt_code, succeeded
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

log = structlog.get_logger(__name__)

_SLICE = "nanduti_hub.access"
DEVICE_COOKIE = "__Host-nanduti-device"
DEVICE_LASTS = 180 * 86_400


class SignedIn(Hidden, frozen=True):
    """A session's secret, and the name and value of the device's cookie for the account; none where somebody else
    has looked after the passphrase.
    """

    secret: str
    device_name: str = ""
    device_value: str = ""


async def sign_in(
    database: Database,
    door: Door,
    account: str,
    passphrase: str,
    code: str,
    address: str,
    cookies: dict[str, str],
    tried: Callable[[str, str], None],
    noted: Noted,
) -> SignedIn:
    """Open a session. `tried` is told whom the attempt is about, where the account exists: a person's id, and the
    account's name; `noted` writes the row of the record beside the session.

    Raises:
        Refused: `sign_in_refused` for whatever is wrong, `sign_in_waits`, `busy`.

    """
    home, login = account_parts(account)
    account = account_of(login, home)
    device = _device(door, account, cookies.get(_device_name(account), ""))
    if wait := attempt(door.throttle, account, address, device, time.monotonic()):
        raise Refused(Refusal("sign_in_waits", {"seconds": int(wait) + 1}))
    async with transaction(database, STRANGER) as connection:
        row = await connection.fetchrow(statement(_SLICE, "secrets_of"), home, login)
    if row:
        tried(row["person"], account)
    is_right = await is_passphrase(
        door.hasher, passphrase, row["passphrase"] if row else None, is_known=device is not None
    )
    step = totp.step_of(_shared(door, row), code, time.time())
    is_looked_at = is_right and attempt_code(door.throttle, account, device, time.monotonic())
    roles = roles_from(row["roles"]) if row else []
    if not row or not is_looked_at or step is None or not roles:
        raise Refused(Refusal("sign_in_refused"))
    # From here on it is the person who acts.
    caller = Caller(name=account, role=roles[0].role, scope=roles[0].scope, id=f"person:{row['person']}")
    async with transaction(database, caller) as connection:
        if not await connection.fetchval(statement(_SLICE, "take_totp_step"), row["person"], step):
            raise Refused(Refusal("sign_in_refused"))
        secret = await open_session(connection, row["person"], roles[0])
        await noted(connection, caller)
    succeeded(door.throttle, account, address, device)
    return entered_with(door, account, secret)


def _shared(door: Door, row: asyncpg.Record | None) -> str:
    """The secret of the second factor; nobody's where there is none."""
    if row is None:
        return totp.NOBODYS
    try:
        return unseal(door.sealing, f"totp:{row['person']}", row["totp"])
    except NotSealed:
        # The operator has to hear of it, and has a way out: a new link.
        log.error("second_factor_unreadable", person=row["person"])  # noqa: TRY400  # where says nothing here
        return totp.new_secret()


def entered_with(door: Door, account: str, secret: str) -> SignedIn:
    """A session's secret, with a cookie by which the device is known again."""
    return SignedIn(secret, _device_name(account), _new_device(door, account))


def _device_name(account: str) -> str:
    """One cookie for each account that uses a browser."""
    return f"{DEVICE_COOKIE}-{hashlib.sha256(account.encode()).hexdigest()[:16]}"


def _new_device(door: Door, account: str) -> str:
    name = secrets.token_urlsafe(16)
    return f"{name}.{_mark(door, account, name)}"


def _device(door: Door, account: str, value: str) -> str | None:
    """The name of the device, if the cookie is one that a sign-in to this account has left."""
    name, _, mark = value.partition(".")
    return name if name and hmac.compare_digest(_mark(door, account, name).encode(), mark.encode()) else None


def _mark(door: Door, account: str, name: str) -> str:
    return hmac.new(door.sealing.signing, f"device\n{account}\n{name}".encode(), "sha256").hexdigest()
