"""What a calendar of actions looks like: read back by the library, and line by line as RFC 5545 wants it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from msgspec.structs import replace
from samples import planned

from nanduti.actions import Action, Milestone
from nanduti.vocabulary import Status
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.saved.ics import BACK, Entry, Place, entries_of, nearest, pieces_of, tag_of

TODAY = date(2026, 11, 25)
PLACE = Place(installation="prueba", url="https://hub.example")
NAMES = Names({"conaeti": "CONAETI", "mtess": "MTESS"}, {"PY-7": "Itapúa"})
TITLE = "Capacitación; con comas, «ñandutí» y una barra \\ " + "muy larga " * 20


def action(**changes: Any) -> Action:
    """A synthetic action with two milestones."""
    steps = (
        Milestone(number=1, title="Convocatoria", due=date(2026, 12, 1), done=date(2026, 11, 20)),
        Milestone(number=2, title="Informe final", due=date(2027, 1, 15)),
    )
    values: dict[str, Any] = {
        "title": TITLE.strip(),
        "milestones": steps,
        "end": date(2027, 1, 31),
        "start": date(2026, 12, 1),
    }
    return replace(planned(1).action, **{**values, **changes})


def entries(one: Action, version: int = 3, *, with_begins: bool = False) -> list[Entry]:
    """Its entries."""
    return list(entries_of(one, version, PLACE, NAMES, with_begins=with_begins))


def written(found: list[Entry], name: str = "Mis plazos") -> bytes:
    """The calendar's bytes."""
    return b"".join(pieces_of(name, found))


def test_an_end_and_each_milestone_is_an_all_day_entry() -> None:
    """Read back by the library: days, marks, texts with what must be escaped, and where the action is."""
    one = action()
    calendar = Calendar.from_ical(written(entries(one)))
    assert (calendar["VERSION"], calendar["X-WR-CALNAME"], calendar["NAME"]) == (
        "2.0",
        "Mis plazos",
        "Mis plazos",
    )
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=6)
    by_uid = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert set(by_uid) == {f"{one.id}-{what}@prueba" for what in ("end", "milestone-1", "milestone-2")}
    end = by_uid[f"{one.id}-end@prueba"]
    assert (end["DTSTART"].dt, end["DTEND"].dt) == (date(2027, 1, 31), date(2027, 2, 1))
    assert end["DTSTART"].params["VALUE"] == "DATE"
    assert end["SUMMARY"] == f"Vence: {one.title}"
    assert (end["SEQUENCE"], end["STATUS"], end["TRANSP"]) == (3, "CONFIRMED", "TRANSPARENT")
    assert end["URL"] == f"https://hub.example/v1/actions/{one.code}"
    assert "CONAETI" in end["CATEGORIES"].cats
    assert end["DESCRIPTION"].splitlines()[0] == f"{one.code} · CONAETI"
    assert by_uid[f"{one.id}-milestone-1@prueba"]["SUMMARY"].startswith("Hito cumplido: Convocatoria")
    assert by_uid[f"{one.id}-milestone-2@prueba"]["SUMMARY"].startswith("Hito: Informe final")


def test_every_line_is_as_rfc_5545_wants_it() -> None:
    """CRLF at each end, at most 75 octets, no character cut in two, no control characters."""
    body = written(entries(action(title=TITLE + "ñ" * 300 + "\r\nBEGIN:VALARM\x07")))
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not [line for line in lines if b"\r" in line or b"\n" in line or b"\x07" in line]
    assert [line.decode() for line in lines]
    assert b"\r\nBEGIN:VALARM" not in body
    assert body.count(b"BEGIN:VEVENT") == body.count(b"END:VEVENT") == 3
    for needed in (
        b"PRODID:",
        b"VERSION:2.0",
        b"X-PUBLISHED-TTL:PT6H",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ):
        assert body.count(b"\r\n" + needed) == 1, needed


def test_the_same_actions_give_the_same_bytes_and_tag() -> None:
    """At any time; another version or name gives others."""
    same = action()
    one, again = entries(same), entries(same)
    assert written(one) == written(again)
    assert tag_of("x", one) == tag_of("x", again)
    assert len({tag_of("x", one), tag_of("y", one), tag_of("x", entries(same, 4)), tag_of("x", [])}) == 4
    made = datetime.fromtimestamp((uuid.UUID(same.id).int >> 80) // 1000, UTC)
    assert {entry.made for entry in one} == {made}


@pytest.mark.parametrize(
    ("status", "mark", "shown"),
    [
        (Status.PLANNED, "Vence", "CONFIRMED"),
        (Status.IN_PROGRESS, "Vence", "CONFIRMED"),
        (Status.COMPLETED, "Concluida", "CONFIRMED"),
        (Status.SUSPENDED, "Suspendida", "CONFIRMED"),
        (Status.CANCELLED, "Cancelada", "CANCELLED"),
        (Status.JOINED, "Unida a una acción conjunta", "CANCELLED"),
    ],
)
def test_an_end_says_how_its_action_stands(status: Status, mark: str, shown: str) -> None:
    """And what is cancelled stays, so that calendars take it away."""
    calendar = Calendar.from_ical(written(entries(action(status=status))))
    assert {str(event["STATUS"]) for event in calendar.walk("VEVENT")} == {shown}
    assert calendar.walk("VEVENT")[0]["SUMMARY"].startswith(f"{mark}: ")


def test_a_begin_is_shown_if_wanted_and_what_has_no_day_is_not() -> None:
    """An action without days and milestones has no entry."""
    assert [entry.summary[:8] for entry in entries(action(milestones=()), with_begins=True)] == [
        "Vence: C",
        "Empieza:",
    ]
    assert entries(action(start=None, end=None, milestones=()), with_begins=True) == []
    assert entries(action(end=date(9999, 12, 31), milestones=()))[0].day == date(9999, 12, 30)


def test_a_calendar_has_the_entries_nearest_to_today() -> None:
    """In the order of their days; what is over for a year is left away."""
    days = [-400, -366, -10, 0, 5, 400]
    one = [
        entry
        for number, days_away in enumerate(days)
        for entry in entries(
            action(id=str(uuid.UUID(int=number)), milestones=(), end=TODAY + timedelta(days_away))
        )
    ]
    assert [(entry.day - TODAY).days for entry in nearest(reversed(one), TODAY)] == days[1:]
    assert [(entry.day - TODAY).days for entry in nearest(one, TODAY, 3)] == [-10, 0, 5]
    assert timedelta(366) == BACK


def test_no_text_of_an_action_but_its_title_is_told() -> None:
    """Nor what people observe, nor who else is named in words."""
    one = action(
        observations="reservado",
        description="reservado",
        status_reason="reservado",
        other_institutions=("reservado",),
    )
    assert b"reservado" not in written(entries(one))
