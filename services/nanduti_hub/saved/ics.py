"""Actions as a calendar (RFC 5545): an all-day entry for each end and each milestone. Pure.

Rules: the same entries give the same bytes, so that their tag can be reckoned without writing them; an entry keeps
its UID whatever becomes of its action, and a cancelled action stays, marked so, for as long as the window shows
it: calendars that have it take it away. No text of an action but its title and its milestones' is in it. Absent:
which actions, and whose calendar it is.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from heapq import nsmallest

import msgspec
from icalendar import Calendar, Event, vDuration
from msgspec import Struct

from nanduti.actions import Action
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Status
from nanduti_hub.actions.spreadsheet import Names

PRODID = "-//Nanduti//Registro de acciones//ES"
#: How often a calendar is asked to look again.
EVERY = timedelta(hours=6)
#: How long what is past stays in a calendar.
BACK = timedelta(days=366)
#: Entries of a calendar, those nearest to today: what calendars take without trouble.
MOST = 2_000
#: Entries that are written at once: some 10 ms of work.
PIECE = 50
#: Grows when the same entries are written in another way.
_WRITING = 1
_END_MARKS = {
    Status.PLANNED: "Vence",
    Status.IN_PROGRESS: "Vence",
    Status.COMPLETED: "Concluida",
    Status.SUSPENDED: "Suspendida",
    Status.CANCELLED: "Cancelada",
    Status.JOINED: "Unida a una acción conjunta",
}
#: What XML and a line of text cannot hold; the library writes anything.
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_LAST = date(9999, 12, 30)


class Place(Struct, frozen=True, kw_only=True):
    """Whose calendar this is: the installation that its UIDs name, and where people find the hub."""

    installation: str
    url: str


class Entry(Struct, frozen=True, kw_only=True):
    """One day of a calendar."""

    uid: str
    day: date
    summary: str
    description: str
    categories: tuple[str, ...]
    url: str
    version: int
    made: datetime
    cancelled: bool


def entries_of(
    action: Action, version: int, place: Place, names: Names, *, with_begins: bool = False
) -> Iterator[Entry]:
    """What an action puts into a calendar: its end, its milestones and, if wanted, its begin."""
    platform = names.bodies.get(action.platform, action.platform)
    about = _description(action, platform, names)
    address = f"{place.url}/v1/actions/{action.code}"
    is_over = action.status in (Status.CANCELLED, Status.JOINED)

    def entry(what: str, day: date, mark: str) -> Entry:
        return Entry(
            uid=f"{action.id}-{what}@{re.sub('[^A-Za-z0-9.-]+', '-', place.installation)}",
            day=min(day, _LAST),
            summary=_line(mark),
            description=about,
            categories=(platform, action.axis.value),
            url=address,
            version=version,
            made=_made(action.id),
            cancelled=is_over,
        )

    if action.end is not None:
        yield entry("end", action.end, f"{_END_MARKS[action.status]}: {action.title}")
    if with_begins and action.start is not None:
        yield entry("begin", action.start, f"Empieza: {action.title}")
    for step in action.milestones:
        mark = "Hito" if step.done is None else "Hito cumplido"
        yield entry(f"milestone-{step.number}", step.due, f"{mark}: {step.title} ({action.title})")


def nearest(entries: Iterable[Entry], today: date, most: int = MOST) -> list[Entry]:
    """The entries that a calendar shows, in the order of their days: none that is long past, and not too many."""
    in_window = (entry for entry in entries if entry.day >= today - BACK)
    kept = nsmallest(most, in_window, key=lambda entry: (abs(entry.day - today), entry.uid))
    return sorted(kept, key=lambda entry: (entry.day, entry.uid))


def tag_of(name: str, entries: Sequence[Entry]) -> str:
    """The strong tag of a calendar: the same for the same bytes. Calendars are written in Spanish."""
    digest = hashlib.sha256(msgspec.json.encode([name, entries])).hexdigest()
    return f'"{_WRITING}.{digest[:16]}.es"'


def pieces_of(name: str, entries: Sequence[Entry]) -> Iterator[bytes]:
    """The calendar's bytes, piece by piece, so that whoever writes a long one can do something else between."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for word in ("name", "x-wr-calname"):
        calendar.add(word, _line(name))
    calendar.add("refresh-interval", vDuration(EVERY), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(EVERY))
    head, end, _ = calendar.to_ical().partition(b"END:VCALENDAR\r\n")
    yield head
    for first in range(0, len(entries), PIECE):
        yield b"".join(_event(entry) for entry in entries[first : first + PIECE])
    yield end


def _event(entry: Entry) -> bytes:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.made)
    event.add("sequence", entry.version)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("categories", list(entry.categories))
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    written: bytes = event.to_ical()
    return written


def _description(action: Action, platform: str, names: Names) -> str:
    """A few lines about an action, in Spanish."""
    lead = names.bodies.get(action.lead, action.lead)
    others = ", ".join(names.bodies.get(code, code) for code in action.collaborators)
    departments = ", ".join(names.departments.get(code, code) for code in action.departments)
    return "\n".join(
        [
            f"{action.code} · {platform}",
            f"Estado: {STATUS_WORDS[action.status]}, avance {action.progress} %",
            f"Responsable: {lead}" + (f"; con {others}" if others else ""),
            f"Alcance: {departments or 'nacional'}",
        ]
    )


def _line(text: str) -> str:
    return " ".join(_UNFIT.sub(" ", text).split())


def _made(action_id: str) -> datetime:
    """When an action's id was made: a UUIDv7 says it, and it never changes."""
    milliseconds = uuid.UUID(action_id).int >> 80
    return datetime.fromtimestamp(milliseconds // 1_000 % 2**32, UTC)
