"""Links by which a person sets the passphrase and enrols the second factor: the first time, and after a loss.

Rules that stay true: a link works once, and of a person's links only the latest; until it is used, what the
person signs in with stays as it is, so that whoever asks for a link takes nothing from anybody; using one ends
the person's sessions; it ends where the person's roles change. A link is kept only as SHA-256. The second factor
that it enrols is made anew at each look, and goes sealed to who looks and back: who has looked before, and let
somebody else use the link, knows nothing of it.
"""

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
from msgspec import Struct

from nanduti_hub.access import people, totp
from nanduti_hub.access.door import Door
from nanduti_hub.access.hidden import Hidden
from nanduti_hub.access.passphrases import check_passphrase, hash_passphrase
from nanduti_hub.access.people import Person
from nanduti_hub.access.sealing import NotSealed, Sealing, opened, seal, sealed_until
from nanduti_hub.access.sessions import Held, Noted, account_of, open_session, roles_from
from nanduti_hub.access.tokens import digest_of
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

_SLICE = "nanduti_hub.access"
#: How long a link works: of who comes for the first time, and of who has an account.
INVITATION_LASTS, RECOVERY_LASTS = timedelta(days=7), timedelta(hours=24)
#: Seconds from the look at a link to its use.
ENROLMENT_LASTS = 3_600.0


class NewLink(Hidden, frozen=True):
    """A link that was just made: its secret, which cannot be read again, and until when it works."""

    secret: str
    expires_at: datetime


class OpenInvitation(Struct, frozen=True):
    """A link that is good: whose it is, and in which roles; `renews` where the account has been opened before.
    `digest` is what is kept of the link.
    """

    digest: bytes
    person: str
    login: str
    home: str
    name: str
    roles: list[Held]
    renews: bool

    @property
    def account(self) -> str:
        """What the person will sign in with."""
        return account_of(self.login, self.home)


class Enrolment(Hidden, frozen=True):
    """A second factor to enrol: its secret, and the same sealed for its person, to be shown again at acceptance."""

    secret: str
    sealed: str


def path_of(secret: str) -> str:
    """Where the page of a link is, below the hub's address."""
    return f"/invitacion/{secret}"


async def invite(
    connection: asyncpg.Connection, caller: Caller, home: str, login: str, name: str, roles: Sequence[Held]
) -> tuple[Person, NewLink]:
    """Enter a person, and make the first link.

    Raises:
        Refused: as `people.enter` says.

    """
    person = await people.enter(connection, caller, home, login, name, roles)
    return person, await make_link(connection, person.id, INVITATION_LASTS, caller)


async def recover(connection: asyncpg.Connection, caller: Caller, id_: str) -> tuple[Person, NewLink]:
    """Make another link for a person who has lost the last one, or what it signs in with.

    Raises:
        Refused: `person_unknown`, `person_shared`, `person_from_provider`.

    """
    person = await people.managed(connection, caller, id_)
    if person.issuer is not None:
        raise Refused(Refusal("person_from_provider"))
    lasts = RECOVERY_LASTS if person.state == "active" else INVITATION_LASTS
    return person, await make_link(connection, person.id, lasts, caller)


async def make_link(connection: asyncpg.Connection, person: str, lasts: timedelta, by: Caller) -> NewLink:
    """Make a link for a person, in place of those that are still open."""
    made = NewLink(f"inv_{secrets.token_urlsafe(32)}", datetime.now(UTC) + lasts)
    await connection.execute(statement(_SLICE, "end_invitations"), person)
    await connection.execute(
        statement(_SLICE, "put_invitation"),
        new_id(),
        digest_of(made.secret),
        person,
        by.id,
        made.expires_at,
    )
    return made


async def open_invitation(connection: asyncpg.Connection, secret: str) -> OpenInvitation:
    """Whose a link is.

    Raises:
        Refused: `invitation_invalid`; nothing tells a used one from an expired one or from none.

    """
    digest = digest_of(secret)
    row = await connection.fetchrow(statement(_SLICE, "find_invitation"), digest)
    if row is None:
        raise Refused(Refusal("invitation_invalid"))
    return OpenInvitation(
        digest,
        row["person"],
        row["login"],
        row["home"],
        row["name"],
        roles_from(row["roles"]),
        row["renews"],
    )


def new_enrolment(sealing: Sealing, person: str, now: float) -> Enrolment:
    """A new second factor for a person, to be enrolled within `ENROLMENT_LASTS`."""
    secret = totp.new_secret()
    return Enrolment(secret, sealed_until(sealing, f"enrolment:{person}", secret, now + ENROLMENT_LASTS))


def enrolled(sealing: Sealing, person: str, sealed: str, now: float) -> str:
    """The secret of a second factor that was shown to a person.

    Raises:
        Refused: `enrolment_invalid`, it was shown to nobody, to somebody else, or too long ago.

    """
    try:
        return opened(sealing, f"enrolment:{person}", sealed, str, now)
    except NotSealed as error:
        raise Refused(Refusal("enrolment_invalid")) from error


async def accept(
    database: Database,
    door: Door,
    found: OpenInvitation,
    enrolment: str,
    passphrase: str,
    code: str,
    noted: Noted,
) -> str:
    """Use a link: from now on its person signs in with this passphrase and the second factor that was shown.

    Answers the secret of a session that it has opened; `noted` writes the row of the record beside it.

    Raises:
        Refused: `invitation_invalid`, `enrolment_invalid`, `code_refused`, `passphrase_short`,
            `passphrase_obvious`, `busy`; `sign_in_refused` for a person without any role.

    """
    check_passphrase(passphrase, found.account, found.name)
    shared = enrolled(door.sealing, found.person, enrolment, time.time())
    step = totp.step_of(shared, code, time.time())
    if step is None:
        raise Refused(Refusal("code_refused"))
    # Outside of any transaction: it takes a while, and no connection should wait for it.
    kept = await hash_passphrase(door.hasher, passphrase)
    sealed = seal(door.sealing, f"totp:{found.person}", shared)
    if not found.roles:
        raise Refused(Refusal("sign_in_refused"))
    acts = found.roles[0]
    # Whoever has the link is, from here on, the person.
    caller = Caller(name=found.account, role=acts.role, scope=acts.scope, id=f"person:{found.person}")
    async with transaction(database, caller) as connection:
        person = await connection.fetchval(
            statement(_SLICE, "accept_invitation"), found.digest, kept, sealed, step
        )
        if person is None:
            raise Refused(Refusal("invitation_invalid"))
        secret = await open_session(connection, person, acts)
        await noted(connection, caller)
    return secret
