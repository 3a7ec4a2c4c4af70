"""Browser sign-in at a real provider: whole, with each way of proving who the hub is, and with what can go wrong."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity_provider import (
    CALLBACK,
    PROOF,
    IdentityProvider,
    known_to_hub,
    running_provider,
    signs_in,
)
from msgspec.structs import replace
from structlog.testing import capture_logs

from nanduti_hub.access.claims import grants_of
from nanduti_hub.access.oidc import begin, finish, verify_bearer
from nanduti_hub.caller import Role
from nanduti_hub.refusal import Refused

#: A real identity provider is installed and run.
pytestmark = pytest.mark.slow

SCOPES = "openid profile groups"


@pytest.fixture(scope="module")
async def identity() -> AsyncIterator[IdentityProvider]:
    """A provider for this module."""
    async with running_provider() as provider:
        yield provider


@pytest.mark.parametrize(
    ("client_id", "secret"), [("public", ""), ("by-basic", PROOF), ("by-basic-ed", PROOF)]
)
async def test_a_person_signs_in_at_the_providers_own_pages(
    identity: IdentityProvider, tmp_path: Path, client_id: str, secret: str
) -> None:
    """With or without a secret of the hub's, by RSA, elliptic curve and Ed25519."""
    async with known_to_hub(
        identity.issuer, tmp_path, client_id=client_id, client_secret=secret, scopes=SCOPES
    ) as hub:
        begun = await begin(hub)
        answer = await signs_in(begun.url, "ana")
        assert answer["state"] == begun.state
        claims = await finish(hub, begun, answer["code"], answer.get("iss"))
    assert (claims.issuer, claims.subject, claims.name) == (identity.issuer, "ana", "ana.sintetica")
    assert grants_of(hub.rules, claims) == [(Role.COORDINATOR, "conaeti"), (Role.STEWARD, "*")]


async def test_the_request_carries_no_verifier_and_every_sign_in_has_its_own_secrets(
    identity: IdentityProvider, tmp_path: Path
) -> None:
    """The browser sees only the verifier's hash (PKCE, S256)."""
    async with known_to_hub(identity.issuer, tmp_path, scopes=SCOPES) as hub:
        one, other = await begin(hub), await begin(hub)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(one.url).query).items()}
    assert asked["redirect_uri"] == CALLBACK
    assert (asked["state"], asked["nonce"], asked["code_challenge_method"]) == (one.state, one.nonce, "S256")
    assert one.verifier not in one.url
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}


async def test_a_secret_goes_in_the_form_where_the_provider_takes_it_only_there(tmp_path: Path) -> None:
    """Basic is taken first, where it is offered."""
    async with (
        running_provider(methods=["client_secret_post"]) as identity,
        known_to_hub(identity.issuer, tmp_path, client_id="by-post", client_secret=PROOF) as hub,
    ):
        begun = await begin(hub)
        answer = await signs_in(begun.url, "ana")
        claims = await finish(hub, begun, answer["code"], answer["iss"])
    assert claims.subject == "ana"


async def test_who_has_no_group_of_ours_signs_in_and_has_no_role(
    identity: IdentityProvider, tmp_path: Path
) -> None:
    """That is told apart by the door: `role_missing`."""
    async with known_to_hub(identity.issuer, tmp_path, scopes=SCOPES) as hub:
        begun = await begin(hub)
        answer = await signs_in(begun.url, "sin-rol")
        claims = await finish(hub, begun, answer["code"], answer["iss"])
    assert claims.name == "nadie.sintetico"
    assert grants_of(hub.rules, claims) == []


@pytest.mark.parametrize(
    "wrong",
    ["verifier", "nonce", "code", "code used before", "issuer", "no issuer", "secret", "callback"],
)
async def test_an_answer_that_is_not_this_sign_ins_is_refused(
    identity: IdentityProvider, tmp_path: Path, wrong: str
) -> None:
    """Whatever is wrong, the refusal is the same, and no log holds anything of it."""
    async with known_to_hub(
        identity.issuer, tmp_path, client_id="by-basic", client_secret=PROOF, scopes=SCOPES
    ) as hub:
        begun = await begin(hub)
        answer = await signs_in(begun.url, "ana")
        code, issuer = answer["code"], answer["iss"]
        match wrong:
            case "verifier" | "nonce":
                begun = replace(begun, **{wrong: "x" * 64})
            case "code":
                code = "x" + code[1:]
            case "code used before":
                await finish(hub, begun, code, issuer)
            case "issuer":
                issuer = "https://elsewhere.example"
            case "no issuer":
                issuer = None
            case "secret":
                hub.settings = replace(hub.settings, client_secret=PROOF[::-1])
            case "callback":
                hub.settings = replace(hub.settings, redirect_uri="https://elsewhere.example/callback")
        with capture_logs() as logs, pytest.raises(Refused) as refused:
            await finish(hub, begun, code, issuer)
    assert (refused.value.refusal.code, refused.value.refusal.values) == ("sign_in_refused", {})
    assert refused.value.__suppress_context__
    told = repr(logs)
    assert not any(secret in told for secret in (code, begun.verifier, begun.nonce, begun.state))


async def test_an_id_token_is_no_access_token(identity: IdentityProvider, tmp_path: Path) -> None:
    """It is for the browser's client, which is not the audience of bearer tokens; nor is an opaque one."""
    given: list[bytes] = []

    async def kept(response: httpx.Response) -> None:
        given.append(await response.aread())

    async with known_to_hub(identity.issuer, tmp_path, scopes=SCOPES) as hub:
        begun = await begin(hub)
        answer = await signs_in(begun.url, "ana")
        hub.client.event_hooks = {"response": [kept]}
        await finish(hub, begun, answer["code"], answer["iss"])
        tokens = next(body for body in given if b"id_token" in body)
        hub.client.event_hooks = {}
        for name in ("id_token", "access_token"):
            with pytest.raises(Refused, match="token_invalid"):
                await verify_bearer(hub, json.loads(tokens)[name])


async def test_where_no_client_is_configured_there_is_no_sign_in(
    identity: IdentityProvider, tmp_path: Path
) -> None:
    """An installation may take bearer tokens only."""
    async with known_to_hub(identity.issuer, tmp_path, client_id="") as hub:
        with pytest.raises(Refused, match="not_found"):
            await begin(hub)


async def test_sign_in_says_that_the_provider_is_away(tmp_path: Path) -> None:
    """Before it begins, and when it would end."""
    async with running_provider() as identity, known_to_hub(identity.issuer, tmp_path) as hub:
        begun = await begin(hub)
        answer = await signs_in(begun.url, "ana")
        await identity.stop()
        with pytest.raises(Refused, match="sign_in_provider_away"):
            await finish(hub, begun, answer["code"], answer["iss"])
    async with known_to_hub(identity.issuer, tmp_path) as hub:
        with pytest.raises(Refused, match="sign_in_provider_away"):
            await begin(hub)
