"""A demo has a year of synthetic cases, as they could stand: each written by the rules that hold for everybody."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from nanduti.vocabulary import Crime, HandoffState
from nanduti_hub.caller import WORKER
from nanduti_hub.demo.arrivals import METROPOLIS, arrival
from nanduti_hub.demo.cases import Volume, found_cases
from nanduti_hub.demo.intentions import random_id
from nanduti_hub.demo.stories import Story
from nanduti_hub.directory import seed
from nanduti_hub.handoffs.clocks import next_at, waiting_of
from nanduti_hub.handoffs.commands import Known
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.hub import DECIDERS, found_directory
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.rebuilding import check
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.statistics.freezing import freeze_due

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
KNOWN = Known(
    procedure=starting(), institutions={one.code: one.on_hub for one in seed.load().institutions}, keys={}
)


def told(number: int, until: datetime = NOW) -> Story:
    """A story of the last year."""
    random = Random(f"story {number}")
    story = Story(random, KNOWN)
    story.open(arrival(random), NOW - timedelta(days=365 * random.random()), random_id(random))
    story.go_on(until)
    return story


def test_arrivals_have_the_proportions_of_the_figures() -> None:
    random = Random(1)
    came = [arrival(random) for _ in range(2_000)]
    crimes = Counter(one.facts.crimes[0] for one in came)
    assert crimes[Crime.CHILD_LABOR] > crimes[Crime.TRAFFICKING] > crimes[Crime.FORCED_LABOR] > 100
    assert 0.56 < sum(one.facts.department in METROPOLIS for one in came) / len(came) < 0.64
    assert {one.facts.department for one in came} >= {"PY-16", "PY-19", "PY-10", "PY-13"}


def test_stories_hold_what_a_desk_meets() -> None:
    """Offers in every state, questions, papers, what is late and what waits; every track has one holder throughout."""
    stories = [told(number) for number in range(150)]
    handoffs = [h for story in stories for track in story.file.tracks.values() for h in track.handoffs]
    assert {h.state for h in handoffs} >= set(HandoffState) - {HandoffState.AWAITING_RESEALING}
    assert any(handoff.questions for handoff in handoffs)
    assert any(handoff.document for handoff in handoffs)
    tracks = [track for story in stories for track in story.file.tracks.values()]
    assert all(track.holder for track in tracks)
    assert {track.standing for track in tracks} >= {Standing.OPEN, Standing.CLOSED}
    late = [one for track in tracks for one in waiting_of(track) if one.due is not None and one.due < NOW]
    assert late
    assert all((next_at(track) or NOW + timedelta(1)) > NOW for track in tracks), (
        "time has done all that it does"
    )
    assert all(event.at <= NOW for story in stories for event in story.events)
    assert all(story.file.case.synthetic for story in stories)


def test_the_same_chance_tells_the_same_story() -> None:
    """But for its references."""
    one, other = told(7), told(7)
    assert [(type(a), a.at) for a in one.events] == [(type(b), b.at) for b in other.events]
    assert one.file.case.id == other.file.case.id


@pytest.mark.slow
async def test_a_demo_is_founded_once_and_follows_from_its_events(ledger: Ledger, pools: Database) -> None:
    """With operations and people met twice; its weeks can be counted, and all of it folded again."""
    await found_directory(ledger)
    now = datetime.now(UTC)
    volume = Volume(cases=40, of_late=10, operations=2, pairs=2)
    assert await found_cases(ledger, now, volume) >= 40 + 2 * 3 + 2 * 2
    assert await found_cases(ledger, now, volume) == 0
    assert await freeze_due(ledger, now) > 30
    while await number_events(pools, ledger.gate):
        pass
    async with transaction(pools, WORKER, snapshot=True) as connection:
        assert await connection.fetchval("SELECT bool_and(synthetic) FROM case_file")
        assert await connection.fetchval("SELECT count(*) FROM case_group") == 2
        assert await connection.fetchval("SELECT count(*) FROM case_file WHERE into_case IS NOT NULL") >= 1
        assert await connection.fetchval("SELECT min(next_at) > now() FROM track")
        assert await check(connection, DECIDERS) == []
