"""The story of a case over HTTP, from the inspection that meets a child to the outcome that comes back."""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from case_api import FACTS, commands, sealed_to
from case_fixtures import CaseHub
from hub_api import problem
from hub_fixtures import STEWARD

from nanduti import seal
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction

TRACKS = ("protection", "labor", "criminal")


async def test_an_inspector_opens_a_case_offers_it_sealed_and_learns_what_came_of_it(
    case_hub: CaseHub,
) -> None:
    """Three tracks, each with its own holder; custody moves when the offer is accepted, and the outcome comes back."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    case = await mtess.opened(*TRACKS, consent="granted")
    assert {track["track"]["code"] for track in case["tracks"]} == set(TRACKS)
    assert all(track["holds"] for track in case["tracks"])
    assert case["procedure"]["official"] is False
    receivers = await mtess.receivers(case, "protection")
    assert "minna" in [one["institution"]["code"] for one in receivers["receivers"]]
    unfit = {one["institution"]["code"]: one["reason"] for one in receivers["others"]}
    assert unfit["mp"] == "track_not_of_institution"

    handoff = await mtess.offered(case, "protection", "minna", share="full")
    assert (handoff["state"], handoff["reference"] != case["reference"]) == ("offered", True)
    assert (await mtess.track(case, "protection"))["holds"]

    # What waits for the receiver, and what it may do.
    inbox = await minna.read("/v1/inbox", kind="answer")
    (item,) = [one for one in inbox["items"] if one["handoff"] == handoff["id"]]
    assert (item["reference"], item["other"]["code"], item["overdue"]) == (
        handoff["reference"],
        "mtess",
        False,
    )
    seen = await minna.read(f"/v1/handoffs/{handoff['id']}")
    assert seen["reference"] == handoff["reference"]
    assert {"accept", "redirect", "decline"} <= commands(seen)
    problem(await minna.call("GET", f"/v1/handoffs/{handoff['id']}/dossier"), 403, "dossier_unreleased")

    accepted = await minna.did(handoff, "accept")
    assert accepted["state"] == "accepted"
    fetched = await minna.call("GET", f"/v1/handoffs/{handoff['id']}/dossier")
    assert fetched.status_code == 200, fetched.text
    assert hashlib.sha256(fetched.content).hexdigest() == accepted["dossier"]["sha256"]
    opened = seal.open_sealed(
        fetched.content, case_hub.secrets["minna"][0], handoff=handoff["id"], receiver="minna"
    )
    assert opened.content["prs_FirstName"] == "Persona"

    # The sender still sees where the case is; the holder has gone.
    sent = await mtess.read("/v1/handoffs", role="sent", reference=case["reference"])
    (line,) = sent["items"]
    assert (line["state"], line["now"]["holder"]["code"]) == ("accepted", "minna")
    custody = await mtess.read(f"/v1/cases/{case['reference']}/tracks/protection/custody")
    assert [one["institution"]["code"] for one in custody["items"]] == ["mtess", "minna"]
    answer = await mtess.call(
        "POST",
        f"/v1/cases/{case['reference']}/tracks/protection/stage",
        json={"stage": "attention"},
        headers={"If-Match": f'"{(await mtess.track(case, "protection"))["version"]}"'},
    )
    problem(answer, 403, "not_holder")

    # The new holder closes it, and its sender is told.
    there = {"reference": seen["my_reference"]}
    track = await minna.advanced(there, "protection", "attention", "follow_up")
    path = f"/v1/cases/{there['reference']}/tracks/protection"
    closed = await minna.on(track, "POST", f"{path}/close", {"outcome": "safe_with_family"})
    assert (closed["standing"], closed["outcome"]["code"]) == ("closed", "safe_with_family")
    told = await mtess.read(f"/v1/handoffs/{handoff['id']}")
    assert (told["state"], told["outcome"]["code"]) == ("completed", "safe_with_family")
    assert told["now"]["standing"] == "closed"
    reopened = await minna.on(closed, "POST", f"{path}/reopen", {"code": "new_facts"})
    assert (reopened["standing"], reopened["holds"]) == ("open", True)


async def test_a_report_to_the_prosecutor_is_accepted_or_redirected_and_never_declined(
    case_hub: CaseHub,
) -> None:
    """The procedure says so, and so does what the receiver may do next."""
    mtess, mp = case_hub.officer("mtess"), case_hub.officer("mp")
    case = await mtess.opened("criminal", facts=FACTS | {"crimes": ["trafficking"]})
    handoff = await mtess.offered(case, "criminal", "mp")
    seen = await mp.read(f"/v1/handoffs/{handoff['id']}")
    assert (seen["may_be_declined"], "decline" in commands(seen)) == (False, False)
    answer = await mp.call(
        "POST",
        f"/v1/handoffs/{handoff['id']}/decline",
        json={"code": "no_capacity"},
        headers={"If-Match": f'"{seen["version"]}"'},
    )
    problem(answer, 409, "not_declinable")
    assert (await mp.did(handoff, "accept"))["state"] == "accepted"
    for code, holds in (("mtess", False), ("mp", True)):
        track = await case_hub.officer(code).track(
            case if code == "mtess" else {"reference": seen["reference"]}, "criminal"
        )
        assert (track["holder"]["code"], track["holds"]) == ("mp", holds)


async def test_a_redirected_offer_is_sealed_anew_for_the_institution_that_is_right(case_hub: CaseHub) -> None:
    """Who was named learns of it when it is sealed, and not before; the ones before it see their own part alone."""
    mtess, minna, mdp = (case_hub.officer(code) for code in ("mtess", "minna", "mdp"))
    case = await mtess.opened(consent="granted")
    handoff = await mtess.offered(case, "protection", "minna", share="full")
    redirected = await minna.did(handoff, "redirect", {"to": "mdp"})
    assert (redirected["state"], redirected["redirected_to"]["code"]) == ("redirected", "mdp")
    assert redirected["following"] is None
    mine = await mtess.read(f"/v1/handoffs/{handoff['id']}")
    following = await mtess.read(f"/v1/handoffs/{mine['following']}")
    assert (following["state"], "attach_dossier" in commands(following)) == ("awaiting_resealing", True)
    problem(await mdp.call("GET", f"/v1/handoffs/{following['id']}"), 404, "handoff_unknown")
    problem(await minna.call("GET", f"/v1/handoffs/{following['id']}"), 404, "handoff_unknown")
    inbox = await mtess.read("/v1/inbox", kind="seal")
    assert following["id"] in [item["handoff"] for item in inbox["items"]]

    keys = (await mtess.receivers(case, "protection"))["receivers"]
    (of_mdp,) = [one["keys"] for one in keys if one["institution"]["code"] == "mdp"]
    sealed = sealed_to(of_mdp, following["id"], "mtess", "mdp", "full")
    offered = await mtess.did(following, "dossier", {"share": "full", "dossier": sealed})
    assert offered["state"] == "offered"
    seen = await mdp.read(f"/v1/handoffs/{following['id']}")
    assert seen["reference"] not in (handoff["reference"], case["reference"])
    assert (await mdp.did(following, "accept"))["state"] == "accepted"
    fetched = await mdp.call("GET", f"/v1/handoffs/{following['id']}/dossier")
    seal.open_sealed(fetched.content, case_hub.secrets["mdp"], handoff=following["id"], receiver="mdp")
    # The one that redirected it is not told where it went on, nor has it any dossier.
    gone = await minna.read(f"/v1/handoffs/{handoff['id']}")
    assert gone["now"] is None
    assert (await minna.call("GET", f"/v1/handoffs/{handoff['id']}/dossier")).status_code in (403, 404)


async def test_a_question_is_asked_and_answered_with_listed_words(case_hub: CaseHub) -> None:
    """Each of the two may ask; the other answers, once."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    handoff = await mtess.offered(await mtess.opened(), "protection", "minna")
    asked = await minna.did(handoff, "questions", {"question": "immediate_risk"})
    (question,) = asked["questions"]
    assert (question["number"], question["by"]["code"], question["can"]) == (1, "minna", [])
    inbox = await mtess.read("/v1/inbox", kind="question")
    assert (handoff["id"], 1) in [(item["handoff"], item["question"]) for item in inbox["items"]]
    answered = await mtess.did(handoff, "questions/1/answer", {"answer": "yes"})
    assert answered["questions"][0]["answer"]["code"] == "yes"
    again = await mtess.call(
        "POST",
        f"/v1/handoffs/{handoff['id']}/questions/1/answer",
        json={"answer": "no"},
        headers={"If-Match": f'"{answered["version"]}"'},
    )
    problem(again, 409, "question_over")


@pytest.mark.slow
async def test_an_institution_off_the_hub_answers_on_paper_which_the_sender_records(
    case_hub: CaseHub,
) -> None:
    """With the oficio that was printed, and the number and day of what came back; a constancia proves each step."""
    mtess = case_hub.officer("mtess")
    case = await mtess.opened()
    handoff = await mtess.offered(case, "protection", "codeni")
    assert handoff["on_hub"] is False
    inbox = await mtess.read("/v1/inbox", kind="paper")
    assert handoff["id"] in [item["handoff"] for item in inbox["items"]]
    oficio = await mtess.call("GET", f"/v1/handoffs/{handoff['id']}/oficio.pdf")
    assert (oficio.status_code, oficio.content[:5]) == (200, b"%PDF-")
    answer = await mtess.call(
        "POST",
        f"/v1/handoffs/{handoff['id']}/accept",
        json={},
        headers={"If-Match": f'"{handoff["version"]}"'},
    )
    problem(answer, 422, "document_missing")
    accepted = await mtess.did(handoff, "accept", {"document": paper()})
    assert (accepted["state"], accepted["document"]["number"]) == ("accepted", 12)
    track = await mtess.track(case, "protection")
    assert (track["holder"]["code"], track["holds"], track["acts"]) == ("codeni", False, True)
    later = await mtess.call("GET", f"/v1/handoffs/{handoff['id']}/oficio.pdf")
    assert later.content == oficio.content
    for step in ("offer", "acceptance"):
        sheet = await mtess.call("GET", f"/v1/handoffs/{handoff['id']}/constancia.pdf?proves={step}")
        assert sheet.content[:5] == b"%PDF-"
    unready = await mtess.call("GET", f"/v1/handoffs/{handoff['id']}/constancia.pdf?proves=outcome")
    problem(unready, 409, "constancia_unready")


async def test_consent_that_is_withdrawn_takes_back_what_was_offered_on_it(case_hub: CaseHub) -> None:
    """What waits ends at once; nothing more is shared without a listed reason."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    case = await mtess.opened(consent="granted")
    handoff = await mtess.offered(case, "protection", "minna", share="pseudonymous")
    case = await mtess.read(f"/v1/cases/{case['reference']}")
    changed = await mtess.on(case, "PUT", f"/v1/cases/{case['reference']}/consent", {"consent": "withdrawn"})
    assert changed["consent"] == "withdrawn"
    gone = await minna.read(f"/v1/handoffs/{handoff['id']}")
    assert (gone["state"], gone["code"]["code"]) == ("withdrawn", "consent_withdrawn")
    receivers = await mtess.receivers(case, "protection")
    assert receivers["consent_needed"]
    body = {"handoff": receivers["handoff"], "kind": "transfer", "receiver": "minna", "urgency": "urgent"}
    body |= {"share": "full", "dossier": mtess.sealed(receivers, "minna", "full")}
    track = await mtess.track(case, "protection")
    path = f"/v1/cases/{case['reference']}/tracks/protection/handoffs"
    headers = {"If-Match": f'"{track["version"]}"'}
    problem(await mtess.call("POST", path, json=body, headers=headers), 409, "consent_missing")
    given = await mtess.on(track, "POST", path, body | {"override": "imminent_danger"}, status=201)
    assert given["override"]["code"] == "imminent_danger"


async def test_an_institution_that_holds_a_case_cannot_leave_the_hub(
    case_hub: CaseHub,
) -> None:
    """Nobody could act for it any more."""
    mtess = case_hub.officer("mtess")
    await mtess.opened()
    async with transaction(case_hub.ledger.database, STEWARD) as connection:
        token = await create_token(connection, "test:leaving", Role.STEWARD, "*")
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{case_hub.url}/v1/institutions/mtess"
    async with httpx.AsyncClient(headers=headers, timeout=60) as steward:
        there = await steward.get(address)
        wanted = {"If-Match": there.headers["etag"]}
        answer = await steward.put(address, json=there.json() | {"on_hub": False}, headers=wanted)
        problem(answer, 409, "institution_holds_cases")
        assert (await steward.get(address)).json()["on_hub"]


@pytest.mark.slow
async def test_two_cases_of_one_person_are_joined_and_parted_again(case_hub: CaseHub) -> None:
    """By whoever holds both."""
    mtess = case_hub.officer("mtess")
    one, other = await mtess.opened(), await mtess.opened()
    path = f"/v1/cases/{one['reference']}"
    joined = await mtess.on(one, "POST", f"{path}/same-as", {"into": other["reference"]})
    assert (joined["merged"], joined["merged_into"]) == (True, other["reference"])
    assert joined["tracks"][0]["standing"] == "merged"
    parted = await mtess.on(joined, "DELETE", f"{path}/same-as")
    assert (parted["merged"], parted["tracks"][0]["standing"]) == (False, "open")


@pytest.mark.slow
async def test_the_cases_of_one_operation_are_offered_and_answered_in_one_command(case_hub: CaseHub) -> None:
    """All five or none; each keeps its own reference."""
    mtess, minna = case_hub.officer("mtess"), case_hub.officer("minna")
    opening = {"facts": FACTS, "tracks": ["protection"], "synthetic": True, "consent": "granted"}
    made = await mtess.call("POST", "/v1/groups", json={"cases": [opening] * 5})
    assert made.status_code == 201, made.text
    group = made.json()
    assert len(set(group["cases"])) == 5
    assert (await mtess.read(f"/v1/groups/{group['id']}"))["cases"] == group["cases"]
    problem(await minna.call("GET", f"/v1/groups/{group['id']}"), 404, "group_unknown")
    offers = []
    for reference in group["cases"]:
        receivers = await mtess.receivers({"reference": reference}, "protection")
        sealed = mtess.sealed(receivers, "minna", "full")
        offer = {
            "reference": reference,
            "track_version": 1,
            "handoff": receivers["handoff"],
            "dossier": sealed,
        }
        offers.append(offer)
    body = {
        "track": "protection",
        "kind": "transfer",
        "receiver": "minna",
        "urgency": "urgent",
        "share": "full",
    }
    stale = [*offers[:4], offers[4] | {"track_version": 9}]
    answer = await mtess.call("POST", f"/v1/groups/{group['id']}/handoffs", json=body | {"offers": stale})
    problem(answer, 412, "version_conflict")
    answer = await mtess.call("POST", f"/v1/groups/{group['id']}/handoffs", json=body | {"offers": offers})
    assert answer.status_code == 201, answer.text
    offered = answer.json()
    waiting = await minna.read("/v1/handoffs", bundle=offered["bundle"])
    assert len({item["reference"] for item in waiting["items"]}) == 5
    named = [{"handoff": item["id"], "version": item["version"]} for item in waiting["items"]]
    answer = await minna.call("POST", f"/v1/bundles/{offered['bundle']}/accept", json={"handoffs": named})
    assert answer.status_code == 200, answer.text
    assert {one["state"] for one in answer.json()["handoffs"]} == {"accepted"}
    for reference in group["cases"]:
        track = await mtess.track({"reference": reference}, "protection")
        assert track["holder"]["code"] == "minna"


def paper() -> dict[str, Any]:
    """A paper of today's."""
    today = datetime.now(ZoneInfo("America/Asuncion")).date()
    return {"kind": "nota", "number": 12, "year": today.year, "day": today.isoformat()}
