"""The register as a calendar over HTTP: for who is signed in, and at an address of a saved query's own.

Calendars cannot sign in, so an address opens what it names to whoever has it, and nothing else: its secret has 256
bits, is shown once and never written down here; who reads by it is an observer of the register, as everybody is.
An address that never was and one that is dead are answered with the same bytes. Absent: pages of a calendar. It
has the entries nearest to today, as many as `ics.MOST`.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode

import asyncpg
import msgspec
from litestar import Response, get, route
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from msgspec.structs import replace

from nanduti.actions import Action
from nanduti_hub.access import audit
from nanduti_hub.access.door import STRANGER
from nanduti_hub.access.policy import Act
from nanduti_hub.actions.http import FILTERED
from nanduti_hub.actions.queries import Filters, check_filters, names_now, pages
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.caller import Caller
from nanduti_hub.documented import Takes, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.reception import check_query, name_in_address
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.saved.ics import MOST, Entry, Place, entries_of, nearest, pieces_of, tag_of
from nanduti_hub.saved.queries import Shown, find_calendar, scopes_of_caller
from nanduti_hub.serving import InPath, RequestOf, caller_from, hub_of, not_modified, saved_as, today

ICS = "text/calendar"
#: What a list's address may have and a saved query has not: where in the list somebody was.
PAGING = frozenset({"cursor", "limit"})
#: Characters of a canonical query.
MOST_QUERY = 4_000
_SECRET = re.compile(r"cal_[A-Za-z0-9_-]{43}\.ics")


class Manner(Struct, frozen=True, kw_only=True):
    """What a calendar's query may say beside the filters of the list.

    `mine`: only actions of the platforms, or with the institutions, for which who calls may act in any role.
    `begins`: with the day on which an action begins.
    """

    mine: bool = False
    begins: bool = False


#: Parameters that the list does not take.
OF_CALENDARS = frozenset(Manner.__struct_fields__)


class Question(Struct, frozen=True, kw_only=True):
    """A query, understood; `canonical` is its text with names in order."""

    filters: Filters
    manner: Manner
    canonical: str


def manner_from(mine: FromQuery[bool | None] = None, begins: FromQuery[bool | None] = None) -> Manner:
    """The manner of a calendar, from its query."""
    return Manner(mine=bool(mine), begins=bool(begins))


@get(
    "/v1/actions.ics",
    dependencies={**FILTERED, "manner": Provide(manner_from, sync_to_thread=False)},
    summary="Vencimientos e hitos de las acciones, como calendario",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=ICS, headers=("ETag", "Content-Disposition"), takes=Takes(known=True)),
)
async def actions_ics(
    request: RequestOf, filters: NamedDependency[Filters], manner: NamedDependency[Manner]
) -> Response[bytes]:
    """The ends and milestones of the actions that the filters leave, as iCalendar: of the last year and from now
    on, the 2,000 nearest to today. `mine` leaves only what is of the caller's own platforms or institutions, in any
    role; `begins` adds the days on which actions begin.
    """
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        await check_filters(connection, filters)
    question = Question(filters=filters, manner=manner, canonical="")
    answer = await _calendar(request, caller, question, "Ñandutí")
    answer.headers.update(saved_as("acciones.ics"))
    return answer


@route(
    "/v1/calendars/{secret:str}",
    http_method=["GET", "HEAD"],
    summary="El calendario de una consulta guardada, en su propia dirección",
    opt={"open": True, "recorded": True},
    security=[{}],
    responses=answers(200, media_type=ICS, headers=("ETag",), takes=Takes(known=True)),
)
async def get_calendar(request: RequestOf, secret: InPath) -> Response[bytes]:
    """What a saved query shows now, at the address that `POST /v1/queries/{id}/calendar` gave: `<secret>.ics`. Who
    has the address needs no credential. It ends with its query and with whoever made it.
    """
    shown = await _shown(request, secret)
    if shown is None:
        raise Refused(Refusal("calendar_unknown"))
    audit.about(request, shown.caller, roleless=True)
    audit.touches(request, shown.id)
    hub_of(request).limits.calendars.spend(shown.id)
    return await _calendar(request, shown.caller, await question_in(request, shown.query), shown.name)


async def _shown(request: RequestOf, secret: str) -> Shown | None:
    if not _SECRET.fullmatch(secret):
        return None
    async with transaction(hub_of(request).ledger.database, STRANGER) as connection:
        return await find_calendar(connection, secret.removesuffix(".ics"))


async def question_in(request: RequestOf, query: str) -> Question:
    """A query, by the rules that the list and the calendar hold an address to.

    Raises:
        Refused: `invalid`.
        ValidationException: a value is not what its parameter wants; answered as such.

    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise Refused(Refusal("invalid", {"reason": "Not as the documentation says - at `query`"})) from error
    pairs = [(name, value) for name, value in pairs if name not in PAGING]
    check_query(pairs, actions_ics)
    sent = dict(pairs)
    found, canonical = {}, []
    for dependency, provide in actions_ics.resolve_dependencies().items():
        fields = provide.parsed_fn_signature.parameters
        names = {field: name_in_address(field, definition) for field, definition in fields.items()}
        raw = {field: sent.get(name, fields[field].default) for field, name in names.items()}
        values = provide.signature_model.parse_values_from_connection_kwargs(request, raw)
        found[dependency] = await provide(**values)
        canonical += [(name, _text(values[field])) for field, name in names.items() if name in sent]
    text = urlencode(sorted(canonical))
    if len(text) > MOST_QUERY:
        raise Refused(Refusal("invalid", {"reason": "Not as the documentation says - at `query`"}))
    return Question(**found, canonical=text)


def _text(value: object) -> str:
    plain = msgspec.to_builtins(value)
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


async def _calendar(request: RequestOf, caller: Caller, question: Question, name: str) -> Response[bytes]:
    found = await _entries(request, caller, question)
    tag = tag_of(name, found)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if not_modified(request, tag):
        return Response(b"", status_code=304, headers=headers)
    pieces = []
    for piece in pieces_of(name, found):
        pieces.append(piece)
        # Others' requests go on while a long calendar is written.
        await asyncio.sleep(0)
    return Response(b"".join(pieces), media_type=ICS, headers=headers)


async def _entries(request: RequestOf, caller: Caller, question: Question) -> list[Entry]:
    hub = hub_of(request)
    place = Place(installation=hub.ledger.source.removeprefix("urn:nanduti:"), url=hub.door.url)
    async with transaction(hub.ledger.database, caller) as connection:
        own = await scopes_of_caller(connection)
        names = await names_now(connection)
    # Who is signed in by a provider's token has the role that it names.
    scopes = sorted((own or frozenset()) | {caller.scope} - {"*"})
    narrowed = list(_narrowed(question.filters, scopes)) if question.manner.mine else [question.filters]
    mine = frozenset(scopes) if question.manner.mine else None
    kept: list[Entry] = []
    seen: set[str] = set()
    for filters in narrowed:
        async for rows in pages(hub.ledger.database, caller, filters, today()):
            fresh = [row for row in _understood(rows, mine) if row[0].id not in seen]
            seen.update(action.id for action, _ in fresh)
            kept += _all(fresh, place, names, question.manner)
            if len(kept) > 4 * MOST:
                kept = nearest(kept, today())
    return nearest(kept, today())


def _all(
    actions: Sequence[tuple[Action, int]], place: Place, names: Names, manner: Manner
) -> Iterator[Entry]:
    for action, version in actions:
        yield from entries_of(action, version, place, names, with_begins=manner.begins)


def _narrowed(filters: Filters, scopes: Sequence[str]) -> Iterator[Filters]:
    """Filters that together leave at least what is of these platforms and institutions."""
    if filters.institution is not None:
        yield filters
        return
    for scope in scopes:
        yield replace(filters, institution=scope)
        if filters.platform in (None, scope):
            yield replace(filters, platform=scope)


def _understood(rows: Sequence[asyncpg.Record], mine: frozenset[str] | None) -> list[tuple[Action, int]]:
    found = ((msgspec.json.decode(row["body"], type=Action), row["version"]) for row in rows)
    return [
        (action, version)
        for action, version in found
        if mine is None or mine & {action.platform, action.lead, *action.collaborators}
    ]


ROUTES: list[BaseRouteHandler] = [actions_ics, get_calendar]
