"""What is due in cases as a calendar (RFC 5545): an entry at each due time. Pure.

Rules that stay true: the same items give the same bytes; an entry keeps its UID for as long as it is owed; a time at
midnight ends the day before, so that it stands on the day on which it is to be done. Absent: anything about the
person, and an address without a credential: who reads this is signed in.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from icalendar import Calendar, Event

from nanduti_hub.handoffs.views import HandoffItem, InboxItem

PRODID = "-//Nanduti//Derivaciones//ES"
#: Entries of a calendar: what calendars take without trouble.
MOST = 2_000
#: How long an entry looks, before the time that it is due.
LENGTH = timedelta(minutes=15)


def tag_of(items: Iterable[InboxItem | HandoffItem]) -> str:
    """The strong tag of a calendar: the same for the same bytes. Calendars are written in Spanish."""
    return f'"1.{hashlib.sha256(msgspec.json.encode(list(items))).hexdigest()[:16]}.es"'


def calendar_of(name: str, items: Iterable[InboxItem | HandoffItem], installation: str, url: str) -> bytes:
    """The calendar's bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for word in ("name", "x-wr-calname"):
        calendar.add(word, name)
    for item in items:
        due = due_of(item)
        if due is not None:
            calendar.add_component(_event(item, due, installation, url))
    written: bytes = calendar.to_ical()
    return written


def due_of(item: InboxItem | HandoffItem) -> datetime | None:
    """When something is due; None where no time says."""
    return item.due if isinstance(item, InboxItem) else item.answer_by


def _event(item: InboxItem | HandoffItem, due: datetime, installation: str, url: str) -> Event:
    event = Event()
    what, summary, href = _told(item)
    event.add("uid", f"{hashlib.sha256(what.encode()).hexdigest()[:32]}@{installation}")
    event.add("dtstamp", due)
    event.add("dtstart", due - LENGTH)
    event.add("dtend", due)
    event.add("summary", summary)
    event.add("description", f"Caso {item.reference} · {item.track.name}")
    event.add("url", f"{url}{href}")
    event.add("transp", "TRANSPARENT")
    return event


def _told(item: InboxItem | HandoffItem) -> tuple[str, str, str]:
    """What an entry is known by, what it says, and where it leads."""
    if isinstance(item, InboxItem):
        other = f" ({item.other.name})" if item.other else ""
        what = f"{item.kind} {item.my_reference} {item.track.code} {item.handoff} {item.question}"
        return what, f"{item.kind_name[:1].upper()}{item.kind_name[1:]}{other}", item.href
    return item.id, f"{item.sender.name} → {item.receiver.name}: {item.state_name}", f"/v1/handoffs/{item.id}"
