"""Links: shown to whom they were made for, used once, and good for no more than they were made for."""

import asyncio

import asyncpg
import httpx
import pytest
from browser import (
    OF_MESA,
    OF_MTESS,
    PASSPHRASE,
    Browser,
    administrator_of,
    code_of,
    invited,
    opened,
    secret_of,
    somebody,
    somebody_new,
)
from hub_api import Api, problem

from nanduti_hub.access.invitations import ENROLMENT_LASTS, enrolled, new_enrolment
from nanduti_hub.access.sealing import passing_sealing
from nanduti_hub.refusal import Refused


@pytest.fixture(scope="module")
async def mtess(anyone: httpx.AsyncClient, steward: Api) -> Browser:
    """The administrator of an institution."""
    return await administrator_of(anyone, steward, "mtess")


async def test_a_link_shows_whose_it_is_and_at_each_look_another_second_factor_to_enrol(
    steward: Api, anyone: httpx.AsyncClient
) -> None:
    """So that whoever has looked before knows nothing of the one that is enrolled; looking does not use it."""
    person = await invited(steward, [{"role": "observer", "scope": "mesa"}])
    first = await anyone.post("/v1/invitations/open", json={"invitation": secret_of(person)})
    assert first.headers["cache-control"] == "no-store"
    shown = first.json()
    again = (await anyone.post("/v1/invitations/open", json={"invitation": secret_of(person)})).json()
    own = ("totp_secret", "totp_uri", "enrolment")
    assert all(shown[name] != again[name] for name in own)
    assert {**shown, **dict.fromkeys(own)} == {**again, **dict.fromkeys(own)}
    assert shown["account"] == person["account"]
    assert shown["totp_uri"].startswith("otpauth://totp/")
    assert shown["totp_secret"] in shown["totp_uri"]
    assert shown["totp_secret"] not in shown["enrolment"]
    account = await opened(anyone, person)
    account.totp, own_secret = shown["totp_secret"], account.totp
    problem(await Browser(anyone).sign_in(account), 401, "sign_in_refused")
    account.totp = own_secret
    assert (await Browser(anyone).sign_in(account)).status_code == 201


async def test_a_second_factor_is_enrolled_by_whom_it_was_shown_to(
    steward: Api, anyone: httpx.AsyncClient
) -> None:
    """Neither another person's nor one that somebody has made up; the link stays good."""
    person, other = await invited(steward, OF_MESA), await invited(steward, OF_MESA)
    link, others = [
        (await anyone.post("/v1/invitations/open", json={"invitation": secret_of(one)})).json()
        for one in (person, other)
    ]
    for enrolment, secret in (
        (others["enrolment"], others["totp_secret"]),
        (link["enrolment"][:-4] + "AAAA", link["totp_secret"]),
        ("no es base64", link["totp_secret"]),
        ("ñ", link["totp_secret"]),
    ):
        sent = {"invitation": secret_of(person), "enrolment": enrolment}
        sent |= {"passphrase": PASSPHRASE, "code": code_of(secret)}
        problem(await anyone.post("/v1/invitations/accept", json=sent), 422, "enrolment_invalid")
    await opened(anyone, person)


def test_a_second_factor_that_was_shown_long_ago_is_not_enrolled() -> None:
    """By the clock that is given; the secret stays the same until then."""
    sealing = passing_sealing()
    shown = new_enrolment(sealing, "ana", 1_000.0)
    assert enrolled(sealing, "ana", shown.sealed, 1_000.0 + ENROLMENT_LASTS) == shown.secret
    with pytest.raises(Refused, match="enrolment_invalid"):
        enrolled(sealing, "ana", shown.sealed, 1_001.0 + ENROLMENT_LASTS)


async def test_the_record_names_the_person_whose_link_is_opened_and_used(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """By the page as by the API; also where the acceptance was refused."""
    person = await invited(steward, OF_MESA)
    start = await superuser.fetchval("SELECT max(id) FROM audit")
    await anyone.get(f"/invitacion/{secret_of(person)}")
    await anyone.get("/invitacion/inv_nadie")
    shown = await anyone.post("/v1/invitations/open", json={"invitation": secret_of(person)})
    sent = {"invitation": secret_of(person), "enrolment": shown.json()["enrolment"]}
    sent |= {"passphrase": "corta", "code": "000000"}
    problem(await anyone.post("/v1/invitations/accept", json=sent), 422, "passphrase_short")
    await opened(anyone, person)
    rows = await superuser.fetch("SELECT route, target, status FROM audit WHERE id > $1 ORDER BY id", start)
    assert [tuple(row) for row in rows] == [
        ("/invitacion/{secret}", person["id"], 200),
        ("/invitacion/{secret}", None, 404),
        ("/v1/invitations/open", person["id"], 200),
        ("/v1/invitations/accept", person["id"], 422),
        ("/v1/invitations/open", person["id"], 200),
        ("/v1/invitations/accept", person["id"], 200),
    ]


async def test_a_link_works_once_even_where_two_use_it_at_the_same_time(
    steward: Api, anyone: httpx.AsyncClient
) -> None:
    """A double click: one is taken, the other told that the link has been used."""
    person = await invited(steward, [{"role": "observer", "scope": "mesa"}])
    link = secret_of(person)
    shown = (await anyone.post("/v1/invitations/open", json={"invitation": link})).json()
    sent = {"invitation": link, "enrolment": shown["enrolment"]}
    sent |= {"passphrase": PASSPHRASE, "code": code_of(shown["totp_secret"])}
    answers = await asyncio.gather(*(anyone.post("/v1/invitations/accept", json=sent) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    for body in ("open", "accept"):
        content = sent if body == "accept" else {"invitation": link}
        problem(await anyone.post(f"/v1/invitations/{body}", json=content), 404, "invitation_invalid")


async def test_a_link_that_has_expired_is_like_one_that_never_was(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """The same problem, in the same words."""
    person = await invited(steward, [{"role": "observer", "scope": "mesa"}])
    await superuser.execute(
        "UPDATE invitation SET expires_at = now() - interval '1 second' WHERE person = $1", person["id"]
    )
    bodies = []
    for link in (secret_of(person), "inv_" + "A" * 43):
        answer = await anyone.post("/v1/invitations/open", json={"invitation": link})
        bodies.append(problem(answer, 404, "invitation_invalid"))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("corta", "passphrase_short"),
        ("x" * 300, "passphrase_short"),
        ("aaaaaaaaaaaaaaaaaaaa", "passphrase_obvious"),
        ("sintética Sintética", "passphrase_obvious"),
        ("persona sintetica nanduti", "passphrase_obvious"),
        ("PERSONA SINTE\u0301TICA 1", "passphrase_obvious"),
        ("ñandutí Ñandutí nanduti", "passphrase_obvious"),
        ("tres palabras de ñandutí", None),
        ("nanduti nanduti nanduti", "passphrase_obvious"),
    ],
)
async def test_a_passphrase_is_long_and_not_the_obvious_one(
    steward: Api, anyone: httpx.AsyncClient, passphrase: str, code: str | None
) -> None:
    """Length decides; what anybody would try first is refused, and the link is still good then."""
    person = await invited(steward, [{"role": "observer", "scope": "mesa"}])
    link = secret_of(person)
    shown = (await anyone.post("/v1/invitations/open", json={"invitation": link})).json()
    sent = {"invitation": link, "enrolment": shown["enrolment"]}
    sent |= {"passphrase": passphrase, "code": code_of(shown["totp_secret"])}
    answer = await anyone.post("/v1/invitations/accept", json=sent)
    if code is None:
        assert answer.status_code == 200
    else:
        problem(answer, 422, code)
        await opened(anyone, person)


async def test_the_second_factor_must_be_shown_to_work(steward: Api, anyone: httpx.AsyncClient) -> None:
    """Else a person who has typed it wrong could never sign in."""
    person = await invited(steward, [{"role": "observer", "scope": "mesa"}])
    shown = (await anyone.post("/v1/invitations/open", json={"invitation": secret_of(person)})).json()
    right = {code_of(shown["totp_secret"], steps) for steps in (-2, -1, 0, 1, 2)}
    wrong = next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right
    )
    sent = {"invitation": secret_of(person), "enrolment": shown["enrolment"]}
    sent |= {"passphrase": PASSPHRASE, "code": wrong}
    problem(await anyone.post("/v1/invitations/accept", json=sent), 422, "code_refused")


async def test_recovery_takes_nothing_away_until_it_is_used(
    mtess: Browser, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """The administrator asks for a link; the person signs in as before, until the link is used; then anew only."""
    account = await somebody(steward, anyone, ("case_officer", "mtess"))
    asked = await mtess.call("POST", f"/v1/people/{account.person['id']}/recovery")
    assert asked.status_code == 201, asked.text
    before = Browser(anyone)
    assert (await before.sign_in(account)).status_code == 201
    after = await opened(anyone, asked.json(), "otra frase muy distinta (sintética)")
    problem(await before.call("GET", "/v1/me"), 401, "session_ended")
    problem(await Browser(anyone).sign_in(account, steps=1), 401, "sign_in_refused")
    assert (await Browser(anyone).sign_in(after)).status_code == 201


async def test_a_new_link_ends_the_one_before(mtess: Browser, anyone: httpx.AsyncClient) -> None:
    """Of a person's links only the latest works."""
    api = Api(anyone, "")
    first = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    second = (await mtess.call("POST", f"/v1/people/{first['id']}/recovery")).json()
    problem(
        await api.call("POST", "/v1/invitations/open", json={"invitation": secret_of(first)}),
        404,
        "invitation_invalid",
    )
    await opened(anyone, second)


@pytest.mark.parametrize("state", ["invited", "active"])
async def test_a_link_does_not_outlive_a_change_of_its_persons_roles(
    mtess: Browser, steward: Api, anyone: httpx.AsyncClient, state: str
) -> None:
    """Else an administrator would keep a key to what its person is given later, elsewhere or above."""
    person = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    path = f"/v1/people/{person['id']}"
    link = person
    if state == "active":
        await opened(anyone, person)
        link = (await mtess.call("POST", f"{path}/recovery")).json()
    roles = {"roles": [*OF_MTESS, {"role": "coordinator", "scope": "mesa"}]}
    given = await steward.call("PUT", f"{path}/roles", json=roles, headers={"If-Match": '"1"'})
    assert given.status_code == 200, given.text
    sent = {"invitation": secret_of(link)}
    problem(await anyone.post("/v1/invitations/open", json=sent), 404, "invitation_invalid")
    problem(await mtess.call("POST", f"{path}/recovery"), 403, "person_shared")
    await opened(anyone, await steward.made(f"{path}/recovery", None))


async def test_the_same_roles_again_change_nothing_of_a_link(
    mtess: Browser, anyone: httpx.AsyncClient
) -> None:
    """Only a change of the roles ends it."""
    person = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    path = f"/v1/people/{person['id']}/roles"
    again = await mtess.call("PUT", path, json={"roles": OF_MTESS}, headers={"If-Match": '"1"'})
    assert again.status_code == 200, again.text
    await opened(anyone, person)
