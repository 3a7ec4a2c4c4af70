"""Signed tokens: which signatures are taken, and when what they say is in force. Pure: keys and clock come in.

Only signatures with a public key are taken, from a list written here: a token cannot choose `none`, nor have a
public key used as a shared secret. A key verifies only what its kind, curve, `alg` and `use` allow. The
header is read, bounded, before anything is computed; not a word of the payload is looked at before its
signature holds. Nothing of a token is in an exception.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from msgspec import Struct

#: Bytes of a token; a longer one is not looked at.
MOST_TOKEN = 16_384
#: Bits of an RSA key.
LEAST_RSA, MOST_RSA = 2_048, 8_192
#: Seconds since 1970 that a calendar still has a day for: what follows may reckon with a token's times.
LAST_INSTANT = 253_370_000_000
#: Keys of a published set that are looked at.
MOST_KEYS = 100

#: Algorithm: the key's kind, and its curves (none for RSA).
ALGORITHMS: dict[str, tuple[type[Key], frozenset[str]]] = {
    **{f"{family}{bits}": (RSAKey, frozenset()) for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": (ECKey, frozenset({"P-256"})),
    "ES384": (ECKey, frozenset({"P-384"})),
    "ES512": (ECKey, frozenset({"P-521"})),
    "EdDSA": (OKPKey, frozenset({"Ed25519", "Ed448"})),
    "Ed25519": (OKPKey, frozenset({"Ed25519"})),
}


class Unacceptable(Exception):
    """A token is not to be believed; it does not tell why."""


class Header(Struct, frozen=True):
    """What a token says of its own signature."""

    alg: str
    kid: str | None = None
    typ: str | None = None
    crit: Any = None


class _Registry(jws.JWSRegistry):
    """Takes what `header_of` has let through; longer headers than the library's, some carry a certificate."""

    max_header_length = 8_192

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=list(ALGORITHMS), strict_check_header=False)


def header_of(token: str) -> Header:
    """The header of a token of three parts, whose algorithm is one of ours.

    Raises:
        Unacceptable: anything else, and extensions that must be understood (`crit`).

    """
    parts = token.split(".") if len(token) <= MOST_TOKEN and token.isascii() else []
    if len(parts) != 3 or not all(parts):
        raise Unacceptable
    try:
        header = msgspec.json.decode(_decoded(parts[0]), type=Header)
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unacceptable from error
    if header.alg not in ALGORITHMS or header.crit is not None:
        raise Unacceptable
    return header


def usable_keys(published: Any) -> list[Key]:
    """The keys of a JWK set that may verify; what else is in it (other uses, broken or weak keys) is left out."""
    listed = published.get("keys") if isinstance(published, dict) else None
    found = [_usable(each) for each in listed[:MOST_KEYS]] if isinstance(listed, list) else []
    return [key for key in found if key is not None]


def _usable(published: Any) -> Key | None:
    # A private key that is published is everybody's: it proves nothing.
    if (
        not isinstance(published, dict)
        or published.get("kty") not in {"RSA", "EC", "OKP"}
        or "d" in published
    ):
        return None
    operations = published.get("key_ops", ["verify"])
    if published.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        if published["kty"] == "RSA" and not LEAST_RSA <= _bits(published["n"]) <= MOST_RSA:
            return None
        key = JWKRegistry.import_key(published)
        _ = key.public_key  # the point or number itself is read only now
    except (JoseError, ValueError, TypeError, AttributeError, KeyError, OverflowError):
        return None
    return key


def _bits(number: str) -> int:
    return int.from_bytes(_decoded(number), "big").bit_length()


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def keys_for(header: Header, keys: Sequence[Key]) -> list[Key]:
    """The keys with which a token may have been signed: those of its `kid`, or the only one that fits."""
    kind, curves = ALGORITHMS[header.alg]
    fitting = [
        key
        for key in keys
        if isinstance(key, kind)
        and (not isinstance(key, ECKey | OKPKey) or key.curve_name in curves)
        and (key.alg is None or key.alg == header.alg or {key.alg, header.alg} == {"EdDSA", "Ed25519"})
    ]
    if header.kid is not None:
        return [key for key in fitting if key.get("kid") == header.kid]
    return fitting if len(fitting) == 1 else []


def verified(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    """What a token says, once one of the keys has signed it.

    Raises:
        Unacceptable: none has, or what it says is no JSON object.

    """
    for key in keys:
        try:
            signed = jws.deserialize_compact(token, key, list(ALGORITHMS), _REGISTRY)
            return msgspec.json.decode(signed.payload or b"", type=dict[str, Any])
        except (JoseError, ValueError, TypeError, RecursionError):  # DecodeError is a ValueError
            continue
    raise Unacceptable


def check_standing(
    values: dict[str, Any], *, issuer: str, audience: str, now: float, leeway: float
) -> tuple[str, float]:
    """Hold a token's issuer, audience and times against ours; answers its subject and its end.

    Raises:
        Unacceptable: one of them is missing, of the wrong kind, or does not hold.

    """
    named = values.get("aud")
    audiences = named if isinstance(named, list) else [named]
    subject, expires_at = values.get("sub"), _instant(values, "exp")
    if values.get("iss") != issuer or not audience or audience not in audiences:
        raise Unacceptable
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise Unacceptable
    if not now < expires_at + leeway or _instant(values, "iat") > now + leeway:
        raise Unacceptable
    if "nbf" in values and _instant(values, "nbf") > now + leeway:
        raise Unacceptable
    return subject, expires_at


def _instant(values: dict[str, Any], name: str) -> float:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_INSTANT:
        raise Unacceptable
    return value


def check_sign_in(
    values: dict[str, Any], *, client: str, nonce: str, access_token: str, algorithm: str
) -> None:
    """Hold an ID token against the sign-in that asked for it: nonce, authorized party, and its access token.

    Raises:
        Unacceptable: it is not the answer to this sign-in, or not for us.

    """
    given_nonce, party, hashed = values.get("nonce"), values.get("azp"), values.get("at_hash")
    if not isinstance(given_nonce, str) or not hmac.compare_digest(given_nonce.encode(), nonce.encode()):
        raise Unacceptable
    several = isinstance(values["aud"], list) and len(values["aud"]) > 1
    if (party is not None or several) and party != client:
        raise Unacceptable
    if hashed is not None and hashed != half_hash(access_token, algorithm):
        raise Unacceptable


def half_hash(access_token: str, algorithm: str) -> str:
    """The left half of an access token's hash, by the hash of the ID token's algorithm (OpenID Connect 3.1.3.6)."""
    # Ed25519 hashes with SHA-512; for Ed448 no provider agrees with another, and this is then a refusal.
    bits = algorithm[2:] if algorithm[2:] in {"256", "384"} else "512"
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
