"""The pages by which a person comes in: sign-in, the link of an invitation, one's own account and roles.

Everything is decided elsewhere (`accounts`, `access`): these routes read a form, ask, and answer with a page or
send the browser on. Rules that stay true: a form that could not be accepted comes back with what was typed in it,
but never a passphrase or a code; a form that is sent twice ends on a page that makes sense. Absent: JavaScript.
"""

import contextlib
import functools
import time
from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter

from nanduti.directory import Institution, Platform
from nanduti_hub.access import totp
from nanduti_hub.access.door import COOKIE, STRANGER, session_of, session_with
from nanduti_hub.access.invitations import Enrolment, OpenInvitation, enrolled, new_enrolment, path_of
from nanduti_hub.access.passphrases import FEWEST
from nanduti_hub.access.policy import Act
from nanduti_hub.access.sessions import Held, Session
from nanduti_hub.accounts.entering import accepted, act_as, enter, gone_cookie, invitation_with, leave
from nanduti_hub.caller import Role
from nanduti_hub.dashboard import words
from nanduti_hub.dashboard.rendering import (
    grouped,
    here,
    language,
    page,
    redirect,
    static_answer,
)
from nanduti_hub.directory.queries import entries
from nanduti_hub.ledger.database import transaction
from nanduti_hub.limits import address_key
from nanduti_hub.reasons import CONTROL
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, hub_of

#: Of any length: a link that was copied wrongly is a link that does not work, and nothing else.
Secret = Annotated[str, PathParameter()]
Name = Annotated[str, PathParameter(max_length=60)]
#: Refusals of an invitation's form, and the field that each is about.
_FIELDS = {
    "passphrase_short": "passphrase",
    "passphrase_obvious": "passphrase",
    "code_refused": "code",
    "enrolment_invalid": "code",
}
#: What /entrar says above its form, by the word in its address.
_NOTICES = {"salida": "left", "antes": "away", "fin": "ended"}
MOST_ACCOUNT, MOST_PASSPHRASE = 80, 1024

_page = functools.partial(get, include_in_schema=False)
_form = functools.partial(post, include_in_schema=False)


@_page("/", opt={"open": True, "free": True})
async def start(request: RequestOf) -> Response[bytes]:
    """Where somebody begins."""
    session, _ = await _session(request)
    return redirect(here(request, "/entrar" if session is None else "/cuenta"))


@_page("/static/{name:str}", opt={"open": True, "free": True}, sync_to_thread=False)
def get_static(request: RequestOf, name: Name) -> Response[bytes]:
    """A style sheet or a picture."""
    answer = static_answer(request, name)
    if answer is None:
        raise Refused(Refusal("not_found"))
    return answer


@_page("/entrar", opt={"open": True, "free": True})
async def show_enter(request: RequestOf) -> Response[bytes]:
    """The sign-in form; who is in already goes on, and whose session has ended is told."""
    session, has_ended = await _session(request)
    if session is not None:
        return redirect(here(request, "/cuenta"))
    notice = _NOTICES.get(request.query_params.get("aviso", ""), "ended" if has_ended else "")
    answer = _enter_page(request, {}, notice=words.said(language(request), notice) if notice else "")
    if has_ended:
        answer.set_cookie(gone_cookie())
    return answer


@_form("/entrar", opt={"open": True}, status_code=200)
async def post_enter(request: RequestOf) -> Response[bytes]:
    """Sign in."""
    form = await _fields(request, "account", "passphrase", "code")
    account, passphrase, code = form["account"].strip(), form["passphrase"], _digits(form["code"])
    errors = _lacking(request, account="@" in account[1:-1], passphrase=bool(passphrase), code=_is_code(code))
    if errors:
        return _enter_page(request, errors, account, 422)
    if len(account) > MOST_ACCOUNT or len(passphrase) > MOST_PASSPHRASE:
        return _enter_refused(request, Refusal("sign_in_refused"), account)
    try:
        _, cookies = await enter(request, account, passphrase, code, 303)
    except Refused as refused:
        if refused.refusal.code not in ("sign_in_refused", "sign_in_waits", "busy"):
            raise
        return _enter_refused(request, refused.refusal, account)
    return _sent_on(request, "/cuenta", cookies)


@_page("/invitacion/{secret:str}", opt={"open": True, "recorded": True})
async def show_invitation(request: RequestOf, secret: Secret) -> Response[bytes]:
    """Whose a link is, and what is to be done with it; looking does not use it."""
    found = await invitation_with(request, secret)
    return await _invitation_page(request, secret, found, _new_enrolment(request, found), {})


@_form("/invitacion/{secret:str}", opt={"open": True}, status_code=200)
async def post_invitation(request: RequestOf, secret: Secret) -> Response[bytes]:
    """Open the account, and be in."""
    found = await invitation_with(request, secret)
    form = await _fields(request, "enrolment", "passphrase", "again", "code")
    passphrase, code = form["passphrase"], _digits(form["code"])
    # Through errors the picture stays the same: the telephone has it by now.
    shown = _shown_enrolment(request, found, form["enrolment"])
    errors = _lacking(request, passphrase=bool(passphrase), code=_is_code(code))
    if passphrase and passphrase != form["again"]:
        errors["again"] = words.said(language(request), "passphrases_differ")
    if errors:
        return await _invitation_page(request, secret, found, shown, errors, 422)
    try:
        _, cookies = await accepted(request, found, form["enrolment"], passphrase, code, 303)
    except Refused as refused:
        field = _FIELDS.get(refused.refusal.code)
        if field is None:
            raise
        request.scope["state"]["problem"] = refused.refusal.code
        errors = {field: _reason(request, refused.refusal)}
        return await _invitation_page(request, secret, found, shown, errors, 422)
    return _sent_on(request, "/cuenta", cookies)


@_page("/cuenta", opt={"act": Act.READ_SELF})
async def show_account(request: RequestOf) -> Response[bytes]:
    """Who one is, and in which role one acts."""
    session = session_of(request)
    names = await _names(request, {session.home, *(held.scope for held in session.roles)})
    chosen = language(request)
    notice = ""
    match request.query_params.get("aviso"):
        case "rol":
            role = words.role_name(chosen, session.acts.role)
            notice = words.said(chosen, "role_changed", role=role, scope=names[session.acts.scope])
        case "sin-rol":
            notice = words.said(chosen, "role_not_held")
    return page(
        request,
        "account.html",
        who=session,
        home=names[session.home],
        roles=[(held, names[held.scope]) for held in session.roles],
        notice=notice,
    )


@_page(["/cuenta/rol", "/cuenta/salir"], opt={"open": True, "free": True}, sync_to_thread=False)
def show_account_instead(request: RequestOf) -> Response[bytes]:
    """For who reloads what a form has answered, or types its address: looking at it signs nobody out."""
    return redirect(here(request, "/cuenta"))


@_form("/cuenta/rol", opt={"act": Act.READ_SELF}, status_code=303)
async def post_role(request: RequestOf) -> Response[bytes]:
    """Act in another role."""
    form = await _fields(request, "role", "scope")
    try:
        await act_as(request, Held(Role(form["role"]), form["scope"]), 303)
    except ValueError:
        return redirect(here(request, "/cuenta", aviso="sin-rol"))
    except Refused as refused:
        if refused.refusal.code != "role_not_held":
            raise
        request.scope["state"]["problem"] = refused.refusal.code
        return redirect(here(request, "/cuenta", aviso="sin-rol"))
    return redirect(here(request, "/cuenta", aviso="rol"))


@_form("/cuenta/salir", opt={"act": Act.READ_SELF}, status_code=303)
async def post_leave(request: RequestOf) -> Response[bytes]:
    """Sign out."""
    await leave(request, 303)
    return _sent_on(request, "/entrar", [gone_cookie()], aviso="salida")


async def _session(request: RequestOf) -> tuple[Session | None, bool]:
    """The session of the browser, if it has one that stands; and whether it has shown one that does not.

    What is none is counted as a credential that fails; where there were too many at an address, a page is shown
    without asking, as to somebody who is not in.
    """
    hub, place = hub_of(request), address_key(request.scope["client"])
    if not (cookie := request.cookies.get(COOKIE)) or not hub.limits.knocks.has(place):
        return None, False
    try:
        return await session_with(hub.ledger.database, hub.door, cookie), False
    except Refused:
        with contextlib.suppress(Refused):
            hub.limits.knocks.spend(place)
        return None, True


def _told(session: Session) -> str:
    """Who is signed in: the name, and the account where there is one."""
    return f"{session.name} ({session.account})" if session.account else session.name


def _new_enrolment(request: RequestOf, found: OpenInvitation) -> Enrolment:
    return new_enrolment(hub_of(request).door.sealing, found.person, time.time())


def _shown_enrolment(request: RequestOf, found: OpenInvitation, sealed: str) -> Enrolment:
    """The second factor that the page has shown; another where that is not good any more."""
    try:
        return Enrolment(enrolled(hub_of(request).door.sealing, found.person, sealed, time.time()), sealed)
    except Refused:
        return _new_enrolment(request, found)


async def _names(request: RequestOf, codes: set[str]) -> dict[str, str]:
    """What platforms and institutions are called; the hub's own home is the whole system."""
    async with transaction(hub_of(request).ledger.database, STRANGER) as connection:
        institutions, platforms = await entries(connection, Institution), await entries(connection, Platform)
    called = {"*": words.said(language(request), "hub")}
    called |= {entry.code: f"{entry.name} ({entry.acronym})" for entry in institutions}
    called |= {entry.code: f"{entry.name} ({entry.acronym})" for entry in platforms}
    return {code: called.get(code, code) for code in codes}


async def _fields(request: RequestOf, *names: str) -> dict[str, str]:
    """The fields of a form as they were typed; one that was not sent is empty.

    Raises:
        Refused: `invalid`, a field has what no keyboard writes.

    """
    form = await request.form()
    found = {name: form.get(name) or "" for name in names}
    for name, value in found.items():
        if not isinstance(value, str) or CONTROL.search(value):
            raise Refused(Refusal("invalid", {"reason": f"Control character - at `{name}`"}))
    return found


def _lacking(request: RequestOf, **given: bool) -> dict[str, str]:
    """What to say at the fields that are not filled in."""
    chosen = language(request)
    return {name: words.said(chosen, f"{name}_missing") for name, is_given in given.items() if not is_given}


def _digits(code: str) -> str:
    """A code without the gap that applications show in its middle."""
    return code.replace(" ", "")


def _is_code(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


def _reason(request: RequestOf, refusal: Refusal) -> str:
    """What a field's refusal is, and what to do."""
    return " ".join(words.told_in(language(request), refusal.code, refusal.values))


def _enter_refused(request: RequestOf, refusal: Refusal, account: str) -> Response[bytes]:
    chosen = language(request)
    request.scope["state"]["problem"] = refusal.code
    headers = {}
    match refusal.code:
        case "sign_in_refused":
            text, status = words.said(chosen, "enter_refused"), 422
        case "sign_in_waits":
            seconds = refusal.values["seconds"]
            text, status = words.said(chosen, "enter_wait", wait=words.duration(chosen, seconds)), 429
            headers = {"Retry-After": str(seconds)}
        case _:
            text, status = _reason(request, refusal), 503
            headers = {"Retry-After": "2"}
    return _enter_page(request, {"account": text}, account, status, headers)


def _enter_page(
    request: RequestOf,
    errors: dict[str, str],
    account: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
    *,
    notice: str = "",
) -> Response[bytes]:
    provider = hub_of(request).door.provider
    return page(
        request,
        "enter.html",
        status,
        headers,
        errors=errors,
        account=account,
        notice=notice,
        provider=provider is not None and bool(provider.settings.client_id),
    )


async def _invitation_page(
    request: RequestOf,
    secret: str,
    found: OpenInvitation,
    enrolment: Enrolment,
    errors: dict[str, str],
    status: int = 200,
) -> Response[bytes]:
    names = await _names(request, {found.home, *(held.scope for held in found.roles)})
    uri = totp.uri_of(enrolment.secret, found.account)
    session, _ = await _session(request)
    return page(
        request,
        "invitation.html",
        status,
        errors=errors,
        invitation=found,
        signed_in=_told(session) if session is not None and session.person != found.person else "",
        home=names[found.home],
        roles=[(held.role, names[held.scope]) for held in found.roles],
        address=path_of(secret),
        picture=totp.picture_of(uri),
        secret=grouped(enrolment.secret).split(),
        enrolment=enrolment.sealed,
        fewest=FEWEST,
    )


def _sent_on(request: RequestOf, path: str, cookies: list[Cookie], **query: str) -> Response[bytes]:
    answer = redirect(here(request, path, **query))
    for cookie in cookies:
        answer.set_cookie(cookie)
    return answer


ROUTES: list[BaseRouteHandler] = [
    start,
    get_static,
    show_enter,
    post_enter,
    show_invitation,
    post_invitation,
    show_account,
    show_account_instead,
    post_role,
    post_leave,
]
