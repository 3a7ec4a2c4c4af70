"""Sign-in at an identity provider of the ministry's own (OpenID Connect): its tokens, and its sign-in pages.

What the provider publishes is fetched when it is first needed and kept: anew every hour, and when a token names
a key that is not among the kept ones, though at most once in `ASK_EVERY`. A provider that is away changes
nothing for who has a token, as long as its keys are kept. A token is believed or it is not: nothing tells why,
and nothing of it is logged. Absent: sessions and the state's comparison, which are the door's; the provider's
own sign-out.
"""

import asyncio
import base64
import hashlib
import secrets
import ssl
import time
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode

import httpx
import msgspec
import structlog
from joserfc.jwk import Key
from msgspec import Struct, field

from nanduti_hub.access.claims import Claims, Rule, load_rules, name_in, value_at
from nanduti_hub.access.hidden import Hidden
from nanduti_hub.access.signatures import (
    Header,
    Unacceptable,
    check_sign_in,
    check_standing,
    header_of,
    keys_for,
    usable_keys,
    verified,
)
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.settings import OidcSettings, is_safe_address

log = structlog.get_logger(__name__)

Kind = TypeVar("Kind")

#: Seconds for which what was fetched stands, and before the provider is asked again for an unknown key, or
#: where nothing could be fetched yet.
FRESH = 3600.0
ASK_EVERY = 10.0
ASK_AGAIN = 1.0
#: Bytes of one answer of the provider.
MOST_ANSWER = 1_000_000
#: Kinds of bearer tokens (RFC 9068, and what most providers write); an ID token that says what it is, is none.
_BEARER_KINDS = frozenset({"at+jwt", "application/at+jwt", "jwt"})
#: What a token endpoint may say of an error (RFC 6749, 5.2): only these are logged.
_ENDPOINT_ERRORS = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)  # fmt: skip


class Metadata(Struct, frozen=True):
    """What we use of a discovery document."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    authorization_response_iss_parameter_supported: bool = False


class Published(Struct, frozen=True):
    """What the provider publishes, and until when (monotonic seconds) it stands."""

    metadata: Metadata
    keys: list[Key]
    fresh_until: float


class Provider(Struct, eq=False):
    """An identity provider, and what is known of it so far.

    `ask_after` is when (monotonic seconds) it may be asked again; one asks at a time, under `asking`.
    """

    settings: OidcSettings
    rules: Sequence[Rule]
    client: httpx.AsyncClient
    published: Published | None = None
    ask_after: float = 0.0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Begun(Hidden, frozen=True):
    """A sign-in that has begun: send the browser to `url`, and keep the rest where only that browser has it."""

    url: str
    state: str
    nonce: str
    verifier: str


class ProviderAway(Exception):
    """The provider does not answer, or not with what it should; the reason is a word for the log."""


class _Tokens(Struct, frozen=True):
    id_token: str
    access_token: str = ""


class _EndpointError(Struct, frozen=True):
    error: str = ""


def open_provider(settings: OidcSettings) -> Provider:
    """A provider that has not been asked anything yet: it may be away when the hub starts.

    Raises:
        SettingWrong: the rules' file or the CA's cannot be used.

    """
    rules = load_rules(settings.claims)
    tls = ssl.create_default_context(cafile=settings.ca or None)
    client = httpx.AsyncClient(
        verify=tls,
        timeout=settings.timeout,
        limits=httpx.Limits(max_connections=20),
        headers={"Accept": "application/json", "User-Agent": "nanduti-hub"},
    )
    return Provider(settings, rules, client)


async def close_provider(provider: Provider) -> None:
    """Close the connections to the provider."""
    await provider.client.aclose()


async def verify_bearer(provider: Provider, token: str) -> Claims:
    """Whose an access token is.

    Raises:
        Refused: `token_invalid` for any that is not to be believed; `sign_in_provider_away`.

    """
    try:
        return await _believed(provider, token)
    except Unacceptable:
        raise Refused(Refusal("token_invalid")) from None


async def begin(provider: Provider) -> Begun:
    """Begin a sign-in in the browser: code flow with PKCE.

    Raises:
        Refused: `not_found` where no client is configured; `sign_in_provider_away`.

    """
    settings = provider.settings
    endpoint = (await _sign_in_metadata(provider)).authorization_endpoint
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": settings.redirect_uri,
        "scope": settings.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in endpoint else "?"
    return Begun(f"{endpoint}{joint}{urlencode(query)}", state, nonce, verifier)


async def finish(provider: Provider, begun: Begun, code: str, issuer: str | None = None) -> Claims:
    """Who has signed in, from the callback's `code` and, where it has one, its `iss` (RFC 9207).

    That the callback's `state` is the browser's own must have been compared before.

    Raises:
        Refused: `sign_in_refused` for whatever is wrong with the answer; `sign_in_provider_away`.

    """
    metadata = await _sign_in_metadata(provider)
    try:
        return await _signed_in(provider, metadata, begun, code, issuer)
    except Unacceptable:
        raise Refused(Refusal("sign_in_refused")) from None
    except ProviderAway as away:
        log.warning("identity_provider_away", reason=str(away))
        raise Refused(Refusal("sign_in_provider_away")) from None


async def _believed(provider: Provider, token: str) -> Claims:
    header = header_of(token)
    if (header.typ or "").lower() not in _BEARER_KINDS:
        raise Unacceptable
    published = await _latest(provider, header)
    values = verified(token, keys_for(header, published.keys))
    return _claims(provider.settings, values, provider.settings.audience)


async def _signed_in(
    provider: Provider, metadata: Metadata, begun: Begun, code: str, issuer: str | None
) -> Claims:
    settings = provider.settings
    named = issuer is not None or metadata.authorization_response_iss_parameter_supported
    if named and issuer != settings.issuer:
        raise Unacceptable
    tokens = await _redeem(provider, metadata, begun, code)
    header = header_of(tokens.id_token)
    if (header.typ or "jwt").lower() != "jwt":
        raise Unacceptable
    published = await _latest(provider, header)
    values = verified(tokens.id_token, keys_for(header, published.keys))
    claims = _claims(settings, values, settings.client_id)
    check_sign_in(
        values,
        client=settings.client_id,
        nonce=begun.nonce,
        access_token=tokens.access_token,
        algorithm=header.alg,
    )
    return await _completed(provider, metadata, claims, tokens.access_token)


def _claims(settings: OidcSettings, values: dict[str, Any], audience: str) -> Claims:
    subject, expires_at = check_standing(
        values, issuer=settings.issuer, audience=audience, now=time.time(), leeway=settings.leeway
    )
    return Claims(
        issuer=settings.issuer,
        subject=subject,
        name=name_in(values, settings.name_claim, subject),
        expires_at=expires_at,
        values=values,
    )


async def _redeem(provider: Provider, metadata: Metadata, begun: Begun, code: str) -> _Tokens:
    """Exchange a code for tokens."""
    settings = provider.settings
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": settings.redirect_uri,
        "code_verifier": begun.verifier,
    }
    headers = {}
    if not settings.client_secret:
        form["client_id"] = settings.client_id
    elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        # Each half is form-encoded before they are joined (RFC 6749, 2.3.1).
        both = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    else:
        form |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
    status, body = await _ask(provider, "POST", metadata.token_endpoint, data=form, headers=headers)
    if status == 200:
        return _decoded(body, _Tokens)
    if status >= 500 or status == 429:
        raise ProviderAway(f"token_endpoint_{status}")
    said = _decoded(body, _EndpointError).error
    log.warning("identity_provider_refused", error=said if said in _ENDPOINT_ERRORS else "other")
    raise Unacceptable


async def _completed(provider: Provider, metadata: Metadata, claims: Claims, access_token: str) -> Claims:
    """The claims with what the provider tells only at its userinfo endpoint, where a rule or the name needs it.

    Some providers put nothing but the subject into an ID token.
    """
    settings = provider.settings
    needed = {rule.claim for rule in provider.rules} | {settings.name_claim}
    lacking = any(value_at(claims.values, claim) is None for claim in needed)
    if not lacking or not access_token or not metadata.userinfo_endpoint:
        return claims
    status, body = await _ask(
        provider, "GET", metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
    )
    if status >= 500:
        raise ProviderAway(f"userinfo_endpoint_{status}")
    if status != 200:
        # This access token is for something else: the ID token alone counts, so there can only be fewer roles.
        log.warning("identity_provider_userinfo_refused", status=status)
        return claims
    told = _decoded(body, dict[str, Any])
    if told.get("sub") != claims.subject:
        raise Unacceptable
    values = told | claims.values
    return msgspec.structs.replace(
        claims, values=values, name=name_in(values, settings.name_claim, claims.subject)
    )


async def _sign_in_metadata(provider: Provider) -> Metadata:
    """Where to sign in; `not_found` where that is not offered."""
    if not provider.settings.client_id:
        raise Refused(Refusal("not_found"))
    metadata = (await _latest(provider)).metadata
    if not metadata.authorization_endpoint or not metadata.token_endpoint:
        log.warning("identity_provider_away", reason="endpoints_missing")
        raise Refused(Refusal("sign_in_provider_away"))
    return metadata


async def _latest(provider: Provider, header: Header | None = None) -> Published:
    """What the provider publishes: what is kept, if it is fresh and has a key for the token's header; else asked anew.

    Raises:
        Refused: `sign_in_provider_away` where nothing could be fetched, ever.

    """
    kept = provider.published
    if kept is not None and _has_key(kept, header) and (_is_fresh(kept) or provider.asking.locked()):
        return kept
    async with provider.asking:
        kept = provider.published  # another may have asked while this one waited
        if kept is not None and _is_fresh(kept) and _has_key(kept, header):
            return kept
        if time.monotonic() >= provider.ask_after:
            # First, so that a caller who hangs up while the provider is slow cannot make us ask again at once.
            provider.ask_after = time.monotonic() + (ASK_EVERY if kept is not None else ASK_AGAIN)
            try:
                provider.published = await _fetch(provider)
                provider.ask_after = time.monotonic() + ASK_EVERY
            except ProviderAway as away:
                log.warning("identity_provider_away", reason=str(away), keys_kept=kept is not None)
    if provider.published is None:
        raise Refused(Refusal("sign_in_provider_away"))
    return provider.published


def _is_fresh(published: Published) -> bool:
    return time.monotonic() < published.fresh_until


def _has_key(published: Published, header: Header | None) -> bool:
    return header is None or bool(keys_for(header, published.keys))


async def _fetch(provider: Provider) -> Published:
    """Discovery, whose issuer must be ours to the letter, and the keys."""
    issuer = provider.settings.issuer
    _, body = await _ask(provider, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", only=200)
    metadata = _decoded(body, Metadata)
    if metadata.issuer != issuer:
        raise ProviderAway("issuer_differs")
    _, body = await _ask(provider, "GET", metadata.jwks_uri, only=200)
    keys = usable_keys(_decoded(body, dict[str, Any]))
    if not keys:
        raise ProviderAway("no_usable_key")
    return Published(metadata, keys, time.monotonic() + FRESH)


async def _ask(
    provider: Provider,
    method: str,
    url: str,
    *,
    data: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    only: int | None = None,
) -> tuple[int, bytes]:
    """One answer of the provider: its status and its body. No redirect is followed."""
    if not is_safe_address(url):
        raise ProviderAway("address_not_https")
    body = bytearray()
    try:
        # httpx waits so long for each piece; the answer as a whole has no more time than that either.
        async with (
            asyncio.timeout(provider.settings.timeout),
            provider.client.stream(method, url, data=data, headers=headers) as response,
        ):
            if only is not None and response.status_code != only:
                raise ProviderAway(f"status_{response.status_code}")
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_ANSWER:
                    raise ProviderAway("answer_too_large")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # TimeoutError is an OSError
        raise ProviderAway(type(error).__name__) from error
    return response.status_code, bytes(body)


def _decoded(body: bytes, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderAway("answer_not_understood") from error


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
