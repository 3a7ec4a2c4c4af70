"""The door: who calls, from what a request carries. An API token, a provider's token, or a session's cookie.

What was looked up stands for `FRESH` seconds, so that a page of requests is one look-up: what is revoked, ended
or expired is cut off within that time in every process, and at once in the one that did it (`forget`). Rules
that stay true: where there is an Authorization header the cookie counts for nothing; a cookie alone changes
nothing, a change needs the session's CSRF token beside it and must come from the hub's own pages. Absent: what a
caller may do, which is `access.policy`.
"""

import hmac
import re
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from msgspec import Struct

from nanduti_hub.access import oidc
from nanduti_hub.access.audit import SAFE
from nanduti_hub.access.claims import Claims, grants_of
from nanduti_hub.access.passphrases import Hasher, new_hasher
from nanduti_hub.access.people import home_of, is_fit, known_scopes
from nanduti_hub.access.sealing import Sealing, passing_sealing
from nanduti_hub.access.sessions import Held, Session, find_session
from nanduti_hub.access.throttle import Throttle, new_throttle
from nanduti_hub.access.tokens import digest_of, find_token
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

Connection = ASGIConnection[Any, Any, Any, Any]

FRESH = 5.0
#: Looked-up credentials that are remembered; beyond it all are looked up anew.
MOST = 2_000
#: Who looks up a credential, or shows a link: nobody yet.
STRANGER = Caller(name="door", role=Role.OBSERVER, scope="*", id="door")
COOKIE = "__Host-nanduti"
CSRF, CSRF_FIELD = "x-csrf-token", "csrf"
FORM = "application/x-www-form-urlencoded"
#: Bytes of a credential that can be one.
MOST_CREDENTIAL = 8_192
_TOKEN = re.compile(r"nan_[A-Za-z0-9_-]{43}")
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Known(Struct, frozen=True):
    """What was looked up, and until when (monotonic seconds) it stands."""

    caller: Caller
    session: Session | None
    until: float


class Door(Struct):
    """What the door keeps: credentials looked up of late by their hash, failed sign-ins, the key for second
    factors, the threads for passphrases, the identity provider, where there is one, and the address under which
    people find the hub (links begin with it), where it was said. `forgotten` counts what was forgotten: a look-up
    that had begun before is not remembered.
    """

    known: dict[bytes, Known]
    throttle: Throttle
    sealing: Sealing
    hasher: Hasher
    provider: oidc.Provider | None
    url: str
    forgotten: int = 0


def new_door(sealing: Sealing | None = None, provider: oidc.Provider | None = None, url: str = "") -> Door:
    """A door to which nobody has come yet; without a key, second factors are good for this process only."""
    return Door({}, new_throttle(), sealing or passing_sealing(), new_hasher(), provider, url)


async def caller_of(connection: Connection, database: Database, door: Door) -> Caller:
    """Who calls. `connection.scope["auth"]` becomes the session, or None where it is no session.

    Raises:
        Refused: `token_missing`, `token_invalid`, `session_ended`, `csrf_refused`, `cross_site`, `role_unchosen`,
            `role_missing`, `sign_in_refused`, `sign_in_provider_away`.

    """
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credential.strip():
            raise Refused(Refusal("token_missing"))
        connection.scope["auth"] = None
        return await _bearer(connection, database, door, credential.strip())
    cookie = connection.cookies.get(COOKIE)
    if not cookie:
        raise Refused(Refusal("token_missing"))
    session = await session_with(database, door, cookie)
    if connection.scope.get("method") not in SAFE:
        check_same_site(connection, door)
        if not hmac.compare_digest(session.csrf.encode(), (await _shown(connection)).encode()):
            raise Refused(Refusal("csrf_refused"))
    connection.scope["auth"] = session
    return session.caller


def session_of(connection: Connection) -> Session:
    """The session that calls.

    Raises:
        Refused: `session_missing`, what calls is a token.

    """
    session = connection.scope.get("auth")
    if not isinstance(session, Session):
        raise Refused(Refusal("session_missing"))
    return session


def check_same_site(connection: Connection, door: Door) -> None:
    """Whether a request comes from the hub's own pages, or from no page at all.

    Its own are those of the host that was asked, and of the address under which people find the hub: a reverse
    proxy may ask by another name.

    Raises:
        Refused: `cross_site`.

    """
    site = connection.headers.get("sec-fetch-site", "none")
    origin = connection.headers.get("origin")
    own = {connection.headers.get("host", ""), door.url.partition("://")[2].partition("/")[0]} - {""}
    if site not in ("same-origin", "none") or (origin is not None and origin.partition("://")[2] not in own):
        raise Refused(Refusal("cross_site"))


def forget(door: Door, caller_id: str) -> None:
    """Look up anew whatever has been looked up of a person or token, or is being looked up now."""
    door.forgotten += 1
    for digest in [digest for digest, known in door.known.items() if known.caller.id == caller_id]:
        del door.known[digest]


def forget_credential(door: Door, digest: bytes) -> None:
    """Look up anew what has been looked up with a credential, or is being looked up now."""
    door.forgotten += 1
    door.known.pop(digest, None)


async def _shown(connection: Connection) -> str:
    """The CSRF token that a request shows: its header, or the field of a page's form, which has no headers."""
    shown = connection.headers.get(CSRF, "")
    if not shown and connection.headers.get("content-type", "").startswith(FORM):
        field = (await connection.form()).get(CSRF_FIELD, "")  # type: ignore[attr-defined]  # it is a Request
        shown = field if isinstance(field, str) else ""
    return shown


async def session_with(database: Database, door: Door, cookie: str) -> Session:
    """The session of a cookie.

    Raises:
        Refused: `session_ended`; nothing tells one that has ended from one that never was.

    """
    digest = digest_of(cookie)
    known = door.known.get(digest)
    if known is not None and known.until > time.monotonic() and known.session is not None:
        return known.session
    forgotten = door.forgotten
    async with transaction(database, STRANGER) as connection:
        session = await find_session(connection, cookie)
    if session is None:
        door.known.pop(digest, None)
        raise Refused(Refusal("session_ended"))
    if door.forgotten == forgotten:
        _remember(door, digest, session.caller, session, session.expires_at)
    return session


async def _bearer(connection: Connection, database: Database, door: Door, credential: str) -> Caller:
    chosen = connection.headers.get("nanduti-role", "")
    digest = digest_of(f"{credential} {chosen}")
    known = door.known.get(digest)
    if known is not None and known.until > time.monotonic():
        return known.caller
    ends: datetime | None
    forgotten = door.forgotten
    if _TOKEN.fullmatch(credential):
        async with transaction(database, STRANGER) as open_connection:
            found = await find_token(open_connection, credential)
        if found is None:
            door.known.pop(digest, None)
            raise Refused(Refusal("token_invalid"))
        caller, ends = found
    elif door.provider is not None and len(credential) <= MOST_CREDENTIAL and _JWT.fullmatch(credential):
        caller, ends = await _from_provider(database, door.provider, credential, chosen)
    else:
        raise Refused(Refusal("token_invalid"))
    if door.forgotten == forgotten:
        _remember(door, digest, caller, None, ends)
    return caller


async def _from_provider(
    database: Database, provider: oidc.Provider, credential: str, chosen: str
) -> tuple[Caller, datetime]:
    claims = await oidc.verify_bearer(provider, credential)
    grants = await granted(database, provider, claims)
    acts = _chosen(grants, chosen)
    # The token may be older than a sign-in: it says nothing of what the person has now.
    person = await admit(database, claims, grants, is_latest=False)
    caller = Caller(name=claims.shown_name, role=acts.role, scope=acts.scope, id=f"person:{person}")
    return caller, datetime.fromtimestamp(claims.expires_at + provider.settings.leeway, UTC)


def _chosen(grants: list[Held], chosen: str) -> Held:
    names = {f"{held.role}:{held.scope}": held for held in grants}
    if not names:
        raise Refused(Refusal("role_missing"))
    if not chosen and len(names) == 1:
        return grants[0]
    if chosen not in names:
        raise Refused(Refusal("role_unchosen", {"roles": ", ".join(names)}))
    return names[chosen]


async def granted(database: Database, provider: oidc.Provider, claims: Claims) -> list[Held]:
    """The roles that a provider's claims give, of those that can be had: for a code that the directory knows."""
    async with transaction(database, STRANGER) as connection:
        scopes = await known_scopes(connection)
    grants = [Held(role, scope) for role, scope in grants_of(provider.rules, claims)]
    return [held for held in grants if is_fit(held, scopes)]


async def admit(database: Database, claims: Claims, grants: list[Held], *, is_latest: bool) -> str:
    """The id of the person whom a provider vouches for, entered where it is new.

    Where the claims are the latest, the person has from now on the roles that they give.

    Raises:
        Refused: `sign_in_refused`, the person has been removed here.

    """
    roles = msgspec.json.encode(grants).decode() if is_latest else None
    async with transaction(database, STRANGER) as connection:
        person = await connection.fetchval(
            statement("nanduti_hub.access", "admit_person"),
            new_id(),
            claims.issuer,
            claims.subject,
            claims.shown_name,
            home_of(grants),
            roles,
        )
    if person is None:
        raise Refused(Refusal("sign_in_refused"))
    return str(person)


def _remember(
    door: Door, digest: bytes, caller: Caller, session: Session | None, ends: datetime | None
) -> None:
    if len(door.known) >= MOST:
        door.known.clear()
    left = (ends - datetime.now(UTC)).total_seconds() if ends is not None else FRESH
    door.known[digest] = Known(caller, session, time.monotonic() + min(FRESH, max(left, 0.0)))
