"""Bearer tokens of a real provider: its own are taken, and what is not to be believed is refused without a word.

Hostile tokens are signed with the provider's own private key, so that one thing at a time is wrong with them.
"""

import asyncio
import base64
import hmac
import json
import time
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from identity_provider import (
    IdentityProvider,
    claims_for,
    known_to_hub,
    new_keys,
    running_provider,
    signed,
)
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from msgspec.structs import replace
from nats_server import until
from structlog.testing import capture_logs

from nanduti_hub.access.claims import grants_of
from nanduti_hub.access.oidc import Provider, verify_bearer
from nanduti_hub.caller import Role
from nanduti_hub.refusal import Refused

# The library warns of what is tried here on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
with warnings.catch_warnings(action="ignore", category=SecurityWarning):
    WEAK = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})
FOR_SECRECY = RSAKey.generate_key(2048, {"kid": "for-secrecy", "use": "enc"})
GIVEN_AWAY = ECKey.generate_key("P-256", {"kid": "given-away", "use": "sig"})
#: What else stands in the published set: nonsense, and keys with which nothing may be verified.
JUNK: list[Any] = [
    7,
    None,
    [],
    {},
    {"kty": "RSA", "kid": "first-rsa", "n": "AQAB", "e": "!"},
    {"kty": "EC", "kid": "first-rsa", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "AKP", "kid": "of-tomorrow", "alg": "ML-DSA-44", "pub": "AA"},
    {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(b"shared" * 8).decode(), "alg": "HS256"},
    WEAK.as_dict(private=False),
    FOR_SECRECY.as_dict(private=False),
    GIVEN_AWAY.as_dict(private=True),
]


@pytest.fixture(scope="module")
async def identity() -> AsyncIterator[IdentityProvider]:
    """A provider for this module, with much else in its key set."""
    async with running_provider(junk=JUNK) as provider:
        yield provider


@pytest.fixture
async def hub(identity: IdentityProvider, tmp_path: Path) -> AsyncIterator[Provider]:
    """The hub's side of it, which has asked nothing yet."""
    async with known_to_hub(identity.issuer, tmp_path) as provider:
        yield provider


def asked(hub: Provider) -> list[str]:
    """The addresses that the hub asks from now on."""
    addresses: list[str] = []

    async def note(request: httpx.Request) -> None:
        addresses.append(request.url.path)

    hub.client.event_hooks = {"request": [note]}
    return addresses


async def refused(hub: Provider, token: str) -> None:
    """The token is refused, and nothing tells why."""
    with capture_logs() as logs, pytest.raises(Refused) as refusal:
        await verify_bearer(hub, token)
    assert (refusal.value.refusal.code, refusal.value.refusal.values) == ("token_invalid", {})
    assert refusal.value.__suppress_context__
    assert logs == []


@pytest.mark.parametrize("resource", ["urn:nanduti", "urn:nanduti:es"])
async def test_a_machines_own_token_is_taken_with_its_mapped_role(
    identity: IdentityProvider, hub: Provider, resource: str
) -> None:
    """By client credentials, signed by RSA and by elliptic curve."""
    claims = await verify_bearer(hub, await identity.machine_token(resource))
    assert (claims.issuer, claims.subject, claims.name) == (identity.issuer, "maquina", "maquina")
    assert grants_of(hub.rules, claims) == [(Role.COORDINATOR, "conaeti")]


async def test_a_token_for_somebody_else_is_refused(identity: IdentityProvider, hub: Provider) -> None:
    """The same provider gives tokens for other systems too."""
    await refused(hub, await identity.machine_token("urn:other"))


async def test_a_brief_token_ends(identity: IdentityProvider, tmp_path: Path) -> None:
    """By the provider's own clock and ours, with no leeway between them."""
    token = await identity.machine_token("urn:nanduti:brief")
    async with known_to_hub(identity.issuer, tmp_path, leeway=0) as hub:

        async def is_over() -> bool:
            try:
                await verify_bearer(hub, token)
            except Refused:
                return True
            return False

        await until(is_over)
        await refused(hub, token)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("rsa", "RS256"),
        ("rsa", "RS512"),
        ("rsa", "PS256"),
        ("ec", "ES256"),
        ("ed", "EdDSA"),
        ("ed", "Ed25519"),
    ],
)
async def test_signatures_with_public_keys_are_taken(
    identity: IdentityProvider, hub: Provider, kind: str, algorithm: str
) -> None:
    """Of each family."""
    token = signed(claims_for(identity), identity.key(kind), algorithm)
    assert (await verify_bearer(hub, token)).subject == "maquina"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT"])
async def test_the_kinds_that_providers_write_are_taken(
    identity: IdentityProvider, hub: Provider, typ: str
) -> None:
    """In whatever case."""
    await verify_bearer(hub, signed(claims_for(identity), identity.key("rsa"), typ=typ))


@pytest.mark.parametrize("typ", [None, "", "logout+jwt", "dpop+jwt", "id_token"])
async def test_tokens_of_another_kind_are_refused(
    identity: IdentityProvider, hub: Provider, typ: str | None
) -> None:
    """A provider signs other things too."""
    await refused(hub, signed(claims_for(identity), identity.key("rsa"), typ=typ))


#: Instants in the cases below are as far from now as these are from this one.
NOW = 2_000_000_000


def _named(changes: dict[str, Any]) -> str:
    return repr(changes)[:60].encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 30},
        {"iat": NOW + 30},
        {"nbf": NOW + 30},
        {"nbf": NOW - 1000},
        {"aud": ["other", "nanduti"]},
        {"exp": NOW + 300.5},
    ],
    ids=_named,
)
async def test_clocks_may_differ_a_little(
    identity: IdentityProvider, hub: Provider, changes: dict[str, Any]
) -> None:
    """By a minute; and an audience may be one of several."""
    changes = {name: _later(value) for name, value in changes.items()}
    await verify_bearer(hub, signed(claims_for(identity, **changes), identity.key("rsa")))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 90},
        {"exp": None},
        {"exp": str(NOW + 300)},
        {"exp": True},
        {"exp": [NOW + 300]},
        {"exp": -1},
        {"exp": 1e300},
        {"exp": 10**18},
        {"exp": 253_402_300_800},
        {"iat": NOW + 150},
        {"iat": None},
        {"iat": "yesterday"},
        {"nbf": NOW + 150},
        {"nbf": "tomorrow"},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": None},
        {"aud": {"nanduti": True}},
        {"aud": "nanduti other"},
        {"aud": [["nanduti"]]},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"iss": ["http://127.0.0.1"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\u0000b"},
    ],
    ids=_named,
)
async def test_what_does_not_hold_is_refused(
    identity: IdentityProvider, hub: Provider, changes: dict[str, Any]
) -> None:
    """Though the provider itself has signed it."""
    changes = {name: _later(value) for name, value in changes.items()}
    await refused(hub, signed(claims_for(identity, **changes), identity.key("rsa")))


def _later(value: Any) -> Any:
    distance = int(time.time()) - NOW
    if isinstance(value, str) and value.isdigit():
        return str(int(value) + distance)
    is_instant = isinstance(value, int | float) and abs(value - NOW) < 10_000
    return value + distance if is_instant else value


async def test_an_issuer_with_a_slash_more_is_another(identity: IdentityProvider, hub: Provider) -> None:
    """To the letter."""
    claims = claims_for(identity, iss=f"{identity.issuer}/")
    await refused(hub, signed(claims, identity.key("rsa")))


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_a_token_cannot_say_that_it_needs_no_signature(
    identity: IdentityProvider, hub: Provider, name: str, signature: str
) -> None:
    """In any spelling, with a signature or without."""
    header = {"alg": name, "typ": "at+jwt", "kid": "first-rsa"}
    await refused(hub, f"{_part(header)}.{_part(claims_for(identity))}.{signature}")


async def test_a_public_key_is_no_shared_secret(identity: IdentityProvider, hub: Provider) -> None:
    """HS256 with the published key in each form that a careless verifier might take; nor a published secret."""
    key = identity.key("rsa")
    secrets = [
        key.as_pem(private=False),
        key.as_pem(private=False).strip(),
        key.as_der(private=False),
        json.dumps(key.as_dict(private=False)).encode(),
        b"shared" * 8,
        b"",
    ]
    for algorithm, digest in (("HS256", "sha256"), ("HS512", "sha512")):
        for secret in secrets:
            for kid in ("first-rsa", "shared"):
                header = {"alg": algorithm, "typ": "at+jwt", "kid": kid}
                said = f"{_part(header)}.{_part(claims_for(identity))}"
                signature = hmac.new(secret, said.encode(), digest).digest()
                await refused(hub, f"{said}.{_encoded(signature)}")


async def test_an_algorithm_must_be_its_keys_own(identity: IdentityProvider, hub: Provider) -> None:
    """A signature by one key under the name of another."""
    claims = claims_for(identity)
    await refused(hub, signed(claims, identity.key("ec"), "ES256", kid="first-rsa"))
    await refused(hub, signed(claims, identity.key("rsa"), "RS256", kid="first-ec"))
    await refused(hub, signed(claims, identity.key("ed"), "EdDSA", kid="first-ec"))


@pytest.mark.parametrize("key", [WEAK, FOR_SECRECY, GIVEN_AWAY], ids=lambda key: key.kid)
async def test_unfit_keys_in_the_set_verify_nothing_and_do_no_harm(
    identity: IdentityProvider, hub: Provider, key: RSAKey | ECKey
) -> None:
    """Too short, for another use, or published with its private part: the good ones beside them still count."""
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    signing = key.__class__.import_key({**key.as_dict(private=True), "use": "sig"})
    await refused(hub, signed(claims_for(identity), signing, algorithm, kid=key.kid))
    await verify_bearer(hub, signed(claims_for(identity), identity.key("rsa")))


async def test_a_key_that_nobody_published_is_refused(identity: IdentityProvider, hub: Provider) -> None:
    """Under its own name, a known name, or none; also where the token itself brings the key along."""
    other = new_keys("first")[0]
    claims = claims_for(identity)
    await refused(hub, signed(claims, other))
    await refused(hub, signed(claims, other, kid="nobodys"))
    await refused(hub, signed(claims, other, kid=None))
    await refused(hub, signed(claims, other, jwk=other.as_dict(private=False)))
    await refused(hub, signed(claims, other, jku="https://elsewhere.example/jwks", kid="nobodys"))


async def test_a_token_without_a_key_name_is_taken_where_only_one_key_fits(
    identity: IdentityProvider, hub: Provider
) -> None:
    """Providers with one key may leave its name out."""
    await verify_bearer(hub, signed(claims_for(identity), identity.key("rsa"), kid=None))


async def test_a_changed_token_is_refused(identity: IdentityProvider, hub: Provider) -> None:
    """In its header, its claims, or its signature."""
    token = await identity.machine_token()
    header, claims, signature = token.split(".")
    await verify_bearer(hub, token)
    await refused(hub, f"{header}.{_part(claims_for(identity, sub='otra'))}.{signature}")
    await refused(hub, f"{_part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'first-rsa'})}.{claims}.{signature}")
    await refused(hub, f"{header}.{claims}.{signature[:-8]}")
    await refused(hub, f"{header}.{claims}.{signature[::-1]}")
    await refused(hub, f"{header}.{claims}.AA")


@pytest.mark.parametrize("extension", [["exp"], ["b64"], ["unheard-of"], [], "exp", 7])
async def test_an_extension_that_must_be_understood_is_not(
    identity: IdentityProvider, hub: Provider, extension: Any
) -> None:
    """We understand none."""
    key = identity.key("rsa")
    header = {"alg": "RS256", "kid": key.kid, "typ": "at+jwt", "crit": extension, "b64": True, "exp": 1}
    said = f"{_part(header)}.{_part(claims_for(identity))}"
    await refused(hub, f"{said}.{_rsa_signature(key, said)}")


#: A number that no float can hold, in a token that would else be good.
HUGE = b'{"iss":"x","aud":"nanduti","sub":"x","iat":1,"exp":1' + b"0" * 400 + b"}"


@pytest.mark.parametrize(
    "payload",
    [b"", b"7", b"[]", b"null", b"{", b"\xff\xfe", b'{"exp":NaN}', b'{"exp":1e999}', b"[" * 9000, HUGE],
    ids=lambda payload: repr(payload[:12]),
)
async def test_signed_nonsense_is_refused(identity: IdentityProvider, hub: Provider, payload: bytes) -> None:
    """What is no JSON object, or not even JSON."""
    await refused(hub, signed(payload, identity.key("rsa")))


async def test_malformed_and_huge_tokens_are_refused_before_anything_is_asked(
    identity: IdentityProvider, hub: Provider
) -> None:
    """Nobody makes the hub call its provider with nonsense."""
    addresses = asked(hub)
    good = signed(claims_for(identity), identity.key("rsa"))
    header, claims, signature = good.split(".")
    deep = _encoded(b'{"alg":"RS256","x":' + b"[" * 9000 + b"]" * 9000 + b"}")
    for token in (
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "ñ.ñ.ñ",
        "\ud800.b.c",
        header,
        f"{header}.{claims}",
        f"{header}.{claims}.",
        f".{claims}.{signature}",
        f"{good}.{signature}",
        f"{good}.{signature}.{signature}",
        f"{header}\n.{claims}.{signature}",
        f"{deep}.{claims}.{signature}",
        f"{_part(['RS256'])}.{claims}.{signature}",
        f"{_part({'alg': 7})}.{claims}.{signature}",
        f"{_part({'alg': 'RS256', 'kid': 7})}.{claims}.{signature}",
        f"{_part({'typ': 'JWT'})}.{claims}.{signature}",
        f"{_encoded(bytes([255, 254]))}.{claims}.{signature}",
        signed(claims_for(identity, padding="x" * 12_300), identity.key("rsa")),
        "e" * 5_000_000,
        ("e" * 5_000_000) + "." + ("e" * 5_000_000) + ".e",
    ):
        await refused(hub, token)
    assert addresses == []


def _part(value: Any) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _rsa_signature(key: Any, said: str) -> str:
    return _encoded(key.private_key.sign(said.encode(), PKCS1v15(), SHA256()))


async def test_keys_are_fetched_once_and_an_unknown_one_asks_at_most_once_in_a_while(
    identity: IdentityProvider, hub: Provider
) -> None:
    """However many tokens come, and however many callers at once."""
    addresses = asked(hub)
    token = signed(claims_for(identity), identity.key("rsa"))
    await asyncio.gather(*(verify_bearer(hub, token) for _ in range(20)))
    once = ["/.well-known/openid-configuration", "/jwks"]
    assert addresses == once
    for number in range(20):
        await refused(hub, signed(claims_for(identity), GIVEN_AWAY, "ES256", kid=f"nobodys-{number}"))
    assert addresses == once
    hub.ask_after = 0.0  # the while is over
    unknown = signed(claims_for(identity), GIVEN_AWAY, "ES256")
    await asyncio.gather(*(refused(hub, unknown) for _ in range(20)))
    assert addresses == once * 2


async def test_a_new_key_is_taken_without_a_restart_and_a_retired_one_is_not(tmp_path: Path) -> None:
    """As soon as a token names the new one; at the latest when what was fetched is an hour old."""
    async with running_provider() as identity, known_to_hub(identity.issuer, tmp_path) as hub:
        before = await identity.machine_token()
        await verify_bearer(hub, before)

        await identity.rotate(new_keys("second"))
        await verify_bearer(hub, before)  # the kept keys still stand
        after = await identity.machine_token()
        hub.ask_after = 0.0  # ten seconds have passed
        await verify_bearer(hub, after)
        await refused(hub, before)

        await identity.rotate(new_keys("third"))
        await verify_bearer(hub, after)
        assert hub.published is not None
        hub.published, hub.ask_after = replace(hub.published, fresh_until=0.0), 0.0  # an hour has passed
        await refused(hub, after)
        await verify_bearer(hub, await identity.machine_token())


async def test_a_provider_that_is_away_takes_nobodys_token_away(tmp_path: Path) -> None:
    """Kept keys go on; with nothing kept the hub says so; and when the provider is back, it is found again."""
    async with running_provider() as identity:
        token = await identity.machine_token()
        async with known_to_hub(identity.issuer, tmp_path) as hub:
            await verify_bearer(hub, token)
            await identity.stop()
            await verify_bearer(hub, token)
            assert hub.published is not None
            hub.published, hub.ask_after = replace(hub.published, fresh_until=0.0), 0.0  # an hour has passed
            with capture_logs() as logs:
                await verify_bearer(hub, token)
            assert [(log["event"], log["keys_kept"]) for log in logs] == [("identity_provider_away", True)]
            assert token not in repr(logs)
        async with known_to_hub(identity.issuer, tmp_path) as hub:
            with pytest.raises(Refused, match="sign_in_provider_away"):
                await verify_bearer(hub, token)
            await identity.start()
            hub.ask_after = 0.0  # a second has passed
            await verify_bearer(hub, token)


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    identity: IdentityProvider, tmp_path: Path
) -> None:
    """The issuer of its discovery document must be the configured one to the letter."""
    token = await identity.machine_token()
    other = identity.issuer.replace("127.0.0.1", "localhost")
    async with known_to_hub(other, tmp_path) as hub:
        with capture_logs() as logs, pytest.raises(Refused, match="sign_in_provider_away"):
            await verify_bearer(hub, token)
    assert [log["reason"] for log in logs] == ["issuer_differs"]


async def test_a_provider_that_never_ends_its_answer_is_away(
    identity: IdentityProvider, tmp_path: Path
) -> None:
    """Piece after piece, each in time: the answer as a whole has its time too."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    token = signed(claims_for(identity), identity.key("rsa"))
    async with server, known_to_hub(f"http://127.0.0.1:{port}", tmp_path, timeout=0.3) as hub:
        with pytest.raises(Refused, match="sign_in_provider_away"):
            await verify_bearer(hub, token)
