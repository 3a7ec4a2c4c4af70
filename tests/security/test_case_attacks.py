"""What somebody could try who has a part in a case, or had one, or is to have one: on a real server, by its API.

Each was possible once. Strangers are in `test_case_rows` and the matrix, personal data in `test_case_privacy`.
"""

import asyncio
from typing import Any

import pytest
from case_api import Officer
from case_fixtures import CaseHub

#: All of it together takes some seconds.
pytestmark = pytest.mark.slow


async def corrected(officer: Officer, case: dict[str, Any], **facts: Any) -> Any:
    """A case after its facts were corrected."""
    path = f"/v1/cases/{case['reference']}"
    return await officer.on(await officer.read(path), "PATCH", f"{path}/facts", facts)


async def test_who_declined_learns_no_more_of_the_case(case_hub: CaseHub) -> None:
    """Its own handoff stays to be read; the case, its facts, where it is and who holds it are no longer its own."""
    mtess, minna, mdp = (case_hub.officer(code) for code in ("mtess", "minna", "mdp"))
    case = await mtess.opened("protection", consent="granted")
    handoff = await mtess.offered(case, "protection", "minna")
    reference = handoff["reference"]
    assert (await minna.read(f"/v1/cases/{reference}"))["facts"]["age_band"]["code"] == "14-17"
    await minna.did(handoff, "decline", {"code": "no_capacity"})

    await corrected(mtess, case, age_band="18+")
    await mdp.did(await mtess.offered(case, "protection", "mdp"), "accept")
    for path in (
        f"/v1/cases/{reference}",
        f"/v1/cases/{reference}/tracks/protection",
        f"/v1/cases/{reference}/tracks/protection/custody",
        f"/v1/cases/{reference}/tracks/protection/receivers?kind=transfer",
    ):
        for officer in (minna, case_hub.focal_points["minna"]):
            answer = await officer.call("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (404, "case_unknown"), path
    for role in (None, "receiver"):
        query = {} if role is None else {"role": role}
        listed = await minna.read("/v1/cases", limit=500, **query)
        assert reference not in {item["reference"] for item in listed["items"]}
    assert reference not in (await minna.call("GET", "/v1/cases.csv")).text
    seen = await minna.read(f"/v1/handoffs/{handoff['id']}")
    assert (seen["state"], seen["now"]) == ("declined", None)
    assert [item["id"] for item in (await minna.read("/v1/handoffs", reference=reference))["items"]] == [
        handoff["id"]
    ]


async def test_a_redirection_shows_itself_to_nobody_before_it_is_sealed(case_hub: CaseHub) -> None:
    """Not to an institution either that has another part in the case: neither who will send, nor a reference."""
    mtess, minna, mdp = (case_hub.officer(code) for code in ("mtess", "minna", "mdp"))
    case = await mtess.opened("protection", consent="granted")
    waiting = await mtess.offered(case, "protection", "minna", kind="referral")
    await minna.did(await mtess.offered(case, "protection", "minna"), "accept")
    known = {"reference": waiting["reference"]}
    other = await minna.offered(known, "protection", "mdp", kind="referral")
    before = await mdp.read(f"/v1/cases/{other['reference']}")
    await minna.did(waiting, "redirect", {"to": "mdp"})

    after = await mdp.read(f"/v1/cases/{other['reference']}")
    assert after["references"] == before["references"]
    assert after["reference"] == before["reference"]
    listed = (await mdp.read("/v1/handoffs", reference=other["reference"]))["items"]
    assert [(item["id"], item["my_reference"]) for item in listed] == [(other["id"], before["reference"])]
    # Sealed, it is told; and both have a reference for it.
    following = (await mtess.read(f"/v1/handoffs/{waiting['id']}"))["following"]
    sealed = await mtess.did({"id": following}, "dossier", {"share": "none"})
    told = await mdp.read(f"/v1/handoffs/{following}")
    assert told["reference"] == sealed["reference"] not in {other["reference"], case["reference"]}


async def test_one_id_for_two_handoffs_at_once_is_refused(case_hub: CaseHub) -> None:
    """As it is one after the other: it is nothing that the hub fails at."""
    mtess = case_hub.officer("mtess")
    cases = [await mtess.opened("protection") for _ in range(2)]
    for _ in range(8):
        tracks = [await mtess.track(case, "protection") for case in cases]
        receivers = await mtess.receivers(cases[0], "protection", "referral")
        body = {
            "handoff": receivers["handoff"],
            "kind": "referral",
            "receiver": "minna",
            "urgency": "urgent",
            "share": "none",
        }
        answers = await asyncio.gather(
            *(
                mtess.call(
                    "POST",
                    f"/v1/cases/{case['reference']}/tracks/protection/handoffs",
                    json=body,
                    headers={"If-Match": f'"{track["version"]}"'},
                )
                for case, track in zip(cases, tracks, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (refused,) = [answer for answer in answers if answer.status_code == 409]
        assert refused.json()["code"] == "handoff_exists"
