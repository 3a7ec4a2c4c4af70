"""Links by which a person sets the passphrase and enrols the second factor: the first time, and after a loss.

Rules that stay true: a link works once, and of a person's links only the latest; until it is used, what the
person signs in with stays as it is, so that whoever asks for a link takes nothing from anybody; using one ends
the person's sessions. A link is kept only as SHA-256, the second factor's secret sealed for its person.
"""

import secrets
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog
from msgspec import Struct

from nanduti_hub.access import totp
from nanduti_hub.access.passphrases import Hasher, check_passphrase, hash_passphrase
from nanduti_hub.access.sealing import NotSealed, Sealing, seal, unseal
from nanduti_hub.access.sessions import Held, account_of, open_session, roles_from
from nanduti_hub.access.tokens import digest_of
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

log = structlog.get_logger(__name__)

_SLICE = "nanduti_hub.access"
FIRST, AGAIN = timedelta(days=7), timedelta(hours=24)


class NewLink(Struct, frozen=True):
    """A link that was just made: its secret, which cannot be read again, and until when it works."""

    secret: str
    expires_at: datetime


class OpenInvitation(Struct, frozen=True):
    """What a link shows: whose it is, in which roles, and the second factor to enrol."""

    person: str
    login: str
    home: str
    name: str
    totp_secret: str
    roles: list[Held]

    @property
    def account(self) -> str:
        """What the person will sign in with."""
        return account_of(self.login, self.home)


def path_of(secret: str) -> str:
    """Where the page of a link is, below the hub's address."""
    return f"/invitacion/{secret}"


async def make_link(
    connection: asyncpg.Connection, sealing: Sealing, person: str, lasts: timedelta, by: Caller
) -> NewLink:
    """Make a link for a person, in place of those that are still open."""
    made = NewLink(f"inv_{secrets.token_urlsafe(32)}", datetime.now(UTC) + lasts)
    await connection.execute(statement(_SLICE, "end_invitations"), person)
    await connection.execute(
        statement(_SLICE, "put_invitation"),
        new_id(),
        digest_of(made.secret),
        person,
        seal(sealing, f"totp:{person}", totp.new_secret()),
        by.id,
        made.expires_at,
    )
    return made


async def open_invitation(connection: asyncpg.Connection, sealing: Sealing, secret: str) -> OpenInvitation:
    """What a link shows.

    Raises:
        Refused: `invitation_invalid`; nothing tells a used one from an expired one or from none.

    """
    row = await connection.fetchrow(statement(_SLICE, "find_invitation"), digest_of(secret))
    if row is None:
        raise Refused(Refusal("invitation_invalid"))
    try:
        shared = unseal(sealing, f"totp:{row['person']}", row["totp"])
    except NotSealed as error:
        log.error("second_factor_unreadable", person=row["person"])  # noqa: TRY400  # where says nothing here
        raise Refused(Refusal("invitation_invalid")) from error
    return OpenInvitation(
        row["person"], row["login"], row["home"], row["name"], shared, roles_from(row["roles"])
    )


async def accept(
    database: Database,
    sealing: Sealing,
    hasher: Hasher,
    door: Caller,
    secret: str,
    passphrase: str,
    code: str,
) -> tuple[OpenInvitation, str]:
    """Use a link: from now on its person signs in with this passphrase and the second factor that it enrols.

    Answers whose it was, and the secret of a session that it has opened.

    Raises:
        Refused: `invitation_invalid`, `code_refused`, `passphrase_short`, `passphrase_obvious`, `busy`;
            `sign_in_refused` for a person without any role.

    """
    async with transaction(database, door) as connection:
        found = await open_invitation(connection, sealing, secret)
    check_passphrase(passphrase, found.account, found.name)
    step = totp.step_of(found.totp_secret, code, time.time())
    if step is None:
        raise Refused(Refusal("code_refused"))
    # Outside of any transaction: it takes a while, and no connection should wait for it.
    kept = await hash_passphrase(hasher, passphrase)
    async with transaction(database, door) as connection:
        person = await connection.fetchval(
            statement(_SLICE, "accept_invitation"), digest_of(secret), kept, step
        )
        if person is None:
            raise Refused(Refusal("invitation_invalid"))
        if not found.roles:
            raise Refused(Refusal("sign_in_refused"))
        return found, await open_session(connection, person, found.roles[0])
