"""What cases come in, and through whom: synthetic ones, at the proportions that public figures suggest.

Of 300 a year about 190 are of child labor (calls to line 147 and inspections), 80 of trafficking and 30 of forced
labor; six in ten are of Asunción and Central, the rest mostly of departments at a border and of the Chaco. The figures
are rounded from reports that do not agree with one another: they make a demo look right, and prove nothing. Pure:
chance is an argument.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

from msgspec import Struct

from nanduti.cases import Facts
from nanduti.vocabulary import AgeBand, Channel, Consent, Crime, Sex

T = TypeVar("T")

CRIMES = {Crime.CHILD_LABOR: 63, Crime.TRAFFICKING: 27, Crime.FORCED_LABOR: 10}
#: Asunción and Central: 60 of 100, as callers of line 147.
METROPOLIS = {"PY-11": 36, "PY-ASU": 24}
ELSEWHERE = {
    "PY-10": 10, "PY-7": 6, "PY-5": 4, "PY-13": 4, "PY-14": 4, "PY-19": 4, "PY-2": 3, "PY-15": 3, "PY-12": 2,
    "PY-1": 2, "PY-16": 2, "PY-8": 1, "PY-4": 1, "PY-3": 1, "PY-9": 1, "PY-6": 1,
}  # fmt: skip
CHACO, BORDER = (
    frozenset({"PY-15", "PY-16", "PY-19"}),
    frozenset({"PY-10", "PY-13", "PY-14", "PY-7", "PY-12"}),
)
CHANNELS = {
    Crime.CHILD_LABOR: {
        Channel.LINE_147: 58, Channel.INSPECTION: 14, Channel.CODENI: 10, Channel.SCHOOL: 8, Channel.HEALTH: 4,
        Channel.POLICE: 3, Channel.COMMUNITY: 3,
    },
    Crime.TRAFFICKING: {
        Channel.LINE_147: 22, Channel.LINE_137: 20, Channel.POLICE: 16, Channel.BORDER: 14,
        Channel.PROSECUTOR: 10, Channel.LINE_911: 8, Channel.CONSULATE: 7, Channel.COMMUNITY: 3,
    },
    Crime.FORCED_LABOR: {
        Channel.INSPECTION: 42, Channel.UNION: 18, Channel.COMMUNITY: 14, Channel.POLICE: 12,
        Channel.LINE_133: 8, Channel.BORDER: 6,
    },
}  # fmt: skip
#: Who opens a case that came in so. CODENIs and unions are off the hub: what they report, another opens.
OPENERS = {
    Channel.LINE_147: "minna", Channel.LINE_137: "minmujer", Channel.LINE_911: "pn", Channel.LINE_133: "mdp",
    Channel.CODENI: "minna", Channel.INSPECTION: "mtess", Channel.SCHOOL: "mec", Channel.HEALTH: "mspbs",
    Channel.PROSECUTOR: "mp", Channel.POLICE: "pn", Channel.BORDER: "dnm", Channel.CONSULATE: "mre",
    Channel.UNION: "mtess", Channel.COMMUNITY: "indi",
}  # fmt: skip
PEOPLE = {
    Crime.CHILD_LABOR: {
        (AgeBand.UNDER_14, Sex.MALE): 30, (AgeBand.UNDER_14, Sex.FEMALE): 28,
        (AgeBand.FROM_14_TO_17, Sex.MALE): 22, (AgeBand.FROM_14_TO_17, Sex.FEMALE): 18,
        (AgeBand.UNKNOWN, Sex.UNKNOWN): 2,
    },
    Crime.TRAFFICKING: {
        (AgeBand.ADULT, Sex.FEMALE): 45, (AgeBand.FROM_14_TO_17, Sex.FEMALE): 22,
        (AgeBand.UNDER_14, Sex.FEMALE): 7, (AgeBand.FROM_14_TO_17, Sex.MALE): 12,
        (AgeBand.UNDER_14, Sex.MALE): 8, (AgeBand.ADULT, Sex.MALE): 6,
    },
    Crime.FORCED_LABOR: {
        (AgeBand.ADULT, Sex.MALE): 62, (AgeBand.ADULT, Sex.FEMALE): 22, (AgeBand.FROM_14_TO_17, Sex.MALE): 12,
        (AgeBand.FROM_14_TO_17, Sex.FEMALE): 4,
    },
}  # fmt: skip
CONSENTS = {Consent.GRANTED: 62, Consent.NOT_ASKED: 30, Consent.REFUSED: 8}


class Arrival(Struct, frozen=True):
    """A case that comes in: what it is, who opens it, on which tracks, and what the person says to sharing."""

    facts: Facts
    opener: str
    tracks: tuple[str, ...]
    consent: Consent


def arrival(random: Random) -> Arrival:
    """A case, by chance."""
    crime = drawn(random, CRIMES)
    return arrival_of(random, crime, drawn(random, CHANNELS[crime]), _department(random, crime))


def arrival_of(random: Random, crime: Crime, channel: Channel, department: str) -> Arrival:
    """A case of a crime that came in so, there."""
    age, sex = drawn(random, PEOPLE[crime])
    also = crime is Crime.TRAFFICKING and age is not AgeBand.ADULT and random.random() < 0.12
    facts = Facts(
        crimes=(crime, Crime.CHILD_LABOR) if also else (crime,),
        age_band=age,
        sex=sex,
        department=department,
        channel=channel,
    )
    return Arrival(facts, OPENERS[channel], _tracks(random, facts), drawn(random, CONSENTS))


def _department(random: Random, crime: Crime) -> str:
    if random.random() < 0.6:
        return drawn(random, METROPOLIS)
    near = {Crime.FORCED_LABOR: CHACO, Crime.TRAFFICKING: BORDER}.get(crime, frozenset())
    return drawn(random, {code: weight * (3 if code in near else 1) for code, weight in ELSEWHERE.items()})


def _tracks(random: Random, facts: Facts) -> tuple[str, ...]:
    """With what a case begins: work calls for the labor track, trafficking and the worst forms for the criminal one."""
    crime = facts.crimes[0]
    tracks = ["protection"]
    if crime is Crime.TRAFFICKING or random.random() < (0.6 if crime is Crime.FORCED_LABOR else 0.18):
        tracks.append("criminal")
    if crime is Crime.FORCED_LABOR or facts.channel is Channel.INSPECTION:
        tracks.append("labor")
    return tuple(tracks)


def drawn(random: Random, weights: Mapping[T, float]) -> T:
    """One of some things, each as often as it weighs."""
    (chosen,) = random.choices(list(weights), list(weights.values()))
    return chosen


def either(random: Random, things: Sequence[T]) -> T:
    """One of some things, all alike."""
    return things[int(random.random() * len(things))]
