"""Whose eyes a case is seen with: an institution's, in a language, with what its officer may do. Pure.

Absent: what is shown of a case (`showing`) and what may be done next (`links`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from nanduti.directory import Department, Institution
from nanduti.procedure import Listed, Procedure, Words
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.parties import acting, acting_sender
from nanduti_hub.handoffs.procedure import question_of, stage_of, track_rule
from nanduti_hub.handoffs.state import Case, File, Handoff, Track
from nanduti_hub.handoffs.transitions import ENDS
from nanduti_hub.handoffs.views import Named
from nanduti_hub.handoffs.words import words_of

#: States of handoffs that were offered in vain.
CAME_TO_NOTHING = ENDS - {HandoffState.COMPLETED}


class Desk(Struct, frozen=True, kw_only=True):
    """An institution at work: its code, whether who calls may act and not only read, and when it is."""

    scope: str
    may_work: bool
    is_english: bool
    at: datetime
    institutions: Mapping[str, Institution]
    departments: Mapping[str, Department]
    #: The versions of the procedure that cases have.
    procedures: Mapping[str, Procedure]

    def institution(self, code: str) -> Named:
        """An institution by its acronym."""
        known = self.institutions.get(code)
        return Named(code=code, name=known.acronym if known else code)

    @property
    def on_hub(self) -> dict[str, bool]:
        """Of every institution, whether it answers here, and not on paper."""
        return {code: one.on_hub for code, one in self.institutions.items()}

    def is_on_hub(self, code: str) -> bool:
        """Whether an institution answers here, and not on paper."""
        known = self.institutions.get(code)
        return known is not None and known.on_hub

    def word(self, member: StrEnum) -> Named:
        """A member of an enumeration."""
        return Named(code=member.value, name=words_of(member, is_english=self.is_english))

    def text(self, words: Words) -> str:
        """A text of the procedure."""
        return words.en if self.is_english else words.es

    def pick(self, spanish_and_english: tuple[str, str]) -> str:
        """One of two texts."""
        return spanish_and_english[self.is_english]

    def department(self, code: str) -> Named:
        """A department by its name."""
        known = self.departments.get(code)
        return Named(code=code, name=known.name if known else code)

    def track(self, procedure: Procedure, code: str) -> Named:
        """A track of the procedure."""
        rule = track_rule(procedure, code)
        return Named(code=code, name=self.text(rule.name) if rule else code)

    def stage(self, procedure: Procedure, track: str, code: str) -> Named:
        """A stage of a track."""
        rule = track_rule(procedure, track)
        stage = stage_of(rule, code) if rule else None
        return Named(code=code, name=self.text(stage.name) if stage else code)

    def outcome(self, procedure: Procedure, track: str, code: str | None) -> Named | None:
        """An outcome of a track."""
        rule = track_rule(procedure, track)
        return None if code is None else self.listed(rule.outcomes if rule else (), code)

    def question(self, procedure: Procedure, code: str) -> Named:
        """A question of the procedure."""
        question = question_of(procedure, code)
        return Named(code=code, name=self.text(question.name) if question else code)

    def answer(self, procedure: Procedure, question: str, code: str | None) -> Named | None:
        """An answer to one."""
        known = question_of(procedure, question)
        return None if code is None else self.listed(known.answers if known else (), code)

    def listed(self, listed: Iterable[Listed], code: str) -> Named:
        """A listed code."""
        found = next((one for one in listed if one.code == code), None)
        return Named(code=code, name=self.text(found.name) if found else _spaced(code))

    def code(self, procedure: Procedure, code: str | None) -> Named | None:
        """A reason: why something was declined, withdrawn, reopened or shared without consent."""
        lists = (
            *procedure.decline_codes,
            *procedure.withdrawal_codes,
            *procedure.reopening_codes,
            *procedure.overrides,
        )
        return None if code is None else self.listed(lists, code)


def _spaced(code: str) -> str:
    """A code that no procedure lists, since the hub itself gave it."""
    return code.replace("_", " ")


def reference_of(case: Case, scope: str) -> str | None:
    """A member's own reference for a case, or one that it shares where it has none of its own; None for a stranger."""
    own = case.between(scope, scope)
    if own is not None:
        return own
    return next((p.reference for p in case.references if scope in (p.first, p.second)), None)


def sees(track: Track, handoff: Handoff, desk: Desk) -> bool:
    """Whether a handoff is shown to an institution: it is from or to it, or it acts for one off the hub that sent it.

    Whom a redirection names is told of it once a dossier is sealed for it, and not before.
    """
    if desk.scope == handoff.receiver and not handoff.is_unoffered:
        return True
    return desk.scope in (handoff.sender, acting_sender(track, handoff, desk.on_hub))


def acts_on(track: Track, desk: Desk) -> bool:
    """Whether an institution acts for the holder of a track: it is the holder, or keeps it for one off the hub."""
    return acting(track, desk.on_hub) == desk.scope


def has_part(track: Track, desk: Desk) -> bool:
    """Whether an institution has a part in a track: it holds it or once did, acts for who does, sent it, is asked or has
    accepted, or was told of an offer. An offer that came to nothing gives its receiver none any more.
    """
    return (
        acts_on(track, desk)
        or any(each.holder == desk.scope for each in track.custody)
        or any(
            (
                sees(track, handoff, desk)
                and (desk.scope != handoff.receiver or handoff.state not in CAME_TO_NOTHING)
            )
            or (desk.scope in handoff.informed and not handoff.is_unoffered)
            for handoff in track.handoffs
        )
    )


def tracks_of(file: File, desk: Desk) -> list[Track]:
    """The tracks of a case in which an institution has a part, in the order of their codes."""
    return [track for _, track in sorted(file.tracks.items()) if has_part(track, desk)]
