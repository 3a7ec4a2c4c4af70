"""Which roles an identity provider's claims make, which files of rules are refused, and which settings."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from nanduti_hub.access.claims import Claims, Rule, grants_of, load_rules, name_in
from nanduti_hub.access.signatures import Unacceptable, check_sign_in, half_hash, usable_keys
from nanduti_hub.caller import Role
from nanduti_hub.settings import SettingMissing, SettingWrong, from_environment, is_safe_address

GOOD = {"claim": "groups", "value": "conaeti-coordinacion", "role": "coordinator", "scope": "conaeti"}


def claims(**values: Any) -> Claims:
    """Claims of somebody synthetic."""
    return Claims(
        issuer="https://id.example", subject="1", name="sintetica", expires_at=2_000_000_000.0, values=values
    )


def rules_in(tmp_path: Path, content: Any) -> list[Rule]:
    """The rules of a file."""
    path = tmp_path / "reglas.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return load_rules(path)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("groups", {"groups": "x"}),
        ("groups", {"groups": ["y", "x"]}),
        ("realm_access.roles", {"realm_access": {"roles": ["x"]}}),
        ("realm_access.roles", {"realm_access.roles": "x"}),
        ("https://ministerio.example/roles", {"https://ministerio.example/roles": ["x"]}),
        ("a.b.c", {"a": {"b": {"c": "x"}}}),
    ],
)
def test_a_value_is_found_as_a_text_or_in_a_list(rule: str, values: dict[str, Any]) -> None:
    """At a name, or at the end of a path."""
    assert grants_of([Rule(rule, "x", Role.OBSERVER, "mtess")], claims(**values)) == [
        (Role.OBSERVER, "mtess")
    ]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"groups": None},
        {"groups": "X"},
        {"groups": "x "},
        {"groups": "xx"},
        {"groups": "y x"},
        {"groups": ["x y", "y,x"]},
        {"groups": {"x": True}},
        {"groups": [["x"], {"x": "x"}, 7, True, None]},
        {"groups": 7},
        {"Groups": "x"},
        {"groups": {"roles": "x"}},
    ],
)
def test_nothing_but_exactly_the_value_gives_a_role(values: dict[str, Any]) -> None:
    """No part of a text, no other case, no other kind."""
    assert grants_of([Rule("groups", "x", Role.OBSERVER, "mtess")], claims(**values)) == []


def test_a_path_through_what_is_no_object_finds_nothing() -> None:
    """It is no error either: claims are the provider's."""
    rule = [Rule("a.b.c", "x", Role.OBSERVER, "mtess")]
    for values in ({"a": "x"}, {"a": ["x"]}, {"a": {"b": "x"}}, {"a": {"b": ["c"]}}, {"a": None}):
        assert grants_of(rule, claims(**values)) == []


def test_roles_come_once_each_in_the_order_of_the_rules(tmp_path: Path) -> None:
    """Two groups may give the same."""
    rules = rules_in(
        tmp_path,
        [
            {"claim": "groups", "value": "jefatura", "role": "steward", "scope": "*"},
            GOOD,
            {**GOOD, "value": "otra"},
        ],
    )
    found = grants_of(rules, claims(groups=["otra", "conaeti-coordinacion", "jefatura"]))
    assert found == [(Role.STEWARD, "*"), (Role.COORDINATOR, "conaeti")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no es una lista JSON"),
        (b"\xff", "no es una lista JSON"),
        (b"[" * 100_000, "no es una lista JSON"),
        ({"groups": "x"}, "no es una lista JSON"),
        ([7], "no es una lista JSON"),
        ([], "ninguna regla"),
        ([GOOD, {**GOOD, "role": "jefa"}], "Regla 2 .*no existe el rol «jefa»"),
        ([{**GOOD, "role": "worker"}], "no existe el rol «worker»"),
        ([{**GOOD, "role": "Steward", "scope": "*"}], "no existe el rol «Steward»"),
        ([{name: value for name, value in GOOD.items() if name != "scope"}], "falta «scope»"),
        ([{**GOOD, "scope": ""}], "falta «scope»"),
        ([{**GOOD, "scope": None}], "falta «scope»"),
        ([{**GOOD, "claim": ["groups"]}], "falta «claim»"),
        ([{**GOOD, "value": "  "}], "falta «value»"),
        ([{**GOOD, "value": True}], "falta «value»"),
        ([{**GOOD, "platform": "conaeti"}], "no se conoce el campo «platform»"),
        ([{**GOOD, "role": "steward"}], "steward"),
        ([{**GOOD, "scope": "*"}], "steward"),
        ([{**GOOD, "scope": "CONAETI"}], "ámbito «CONAETI»"),
        ([{**GOOD, "scope": "joint"}], "ámbito «joint»"),
        ([{**GOOD, "scope": "hub"}], "ámbito «hub»"),
    ],
)
def test_a_file_that_could_not_mean_what_it_says_is_refused_whole(
    tmp_path: Path, content: Any, says: str
) -> None:
    """With the rule's number and what is wrong with it, in Spanish."""
    with pytest.raises(SettingWrong, match=says):
        rules_in(tmp_path, content)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(SettingWrong, match="No se puede leer"):
        load_rules(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"preferred_username": "ana.sintetica"}, "ana.sintetica"),
        ({"preferred_username": "  Ana \n Sintética "}, "Ana Sintética"),
        ({"preferred_username": "a" * 500}, "a" * 120),
        ({"preferred_username": "a\u202eb"}, "subject"),
        ({"preferred_username": ""}, "subject"),
        ({"preferred_username": ["ana"]}, "subject"),
        ({}, "subject"),
    ],
)
def test_somebody_is_called_by_the_claim_or_else_by_the_subject(values: dict[str, Any], shown: str) -> None:
    """A name is one short line, with nothing in it that changes how others are read."""
    assert name_in(values, "preferred_username", "subject") == shown


def sign_in_claims(**changes: Any) -> dict[str, Any]:
    """What an ID token says for a sign-in of client `hub` with nonce `n`."""
    return {"aud": "hub", "nonce": "n", **changes}


@pytest.mark.parametrize(
    "values",
    [
        sign_in_claims(),
        sign_in_claims(azp="hub"),
        sign_in_claims(aud=["hub"]),
        sign_in_claims(aud=["hub", "other"], azp="hub"),
        sign_in_claims(at_hash="77QmUPtjPfzWtF2AnpK9RQ"),  # the example of OpenID Connect Core, A.3
    ],
)
def test_an_id_token_for_this_sign_in_is_taken(values: dict[str, Any]) -> None:
    """With or without what is optional."""
    check_sign_in(values, **ANSWER)


@pytest.mark.parametrize(
    "values",
    [
        sign_in_claims(nonce="other"),
        sign_in_claims(nonce=None),
        sign_in_claims(nonce=["n"]),
        sign_in_claims(nonce="ñ"),
        sign_in_claims(azp="other"),
        sign_in_claims(aud=["hub", "other"]),
        sign_in_claims(aud=["hub", "other"], azp="other"),
        sign_in_claims(at_hash="x"),
        sign_in_claims(at_hash=7),
    ],
)
def test_an_id_token_for_another_sign_in_is_not(values: dict[str, Any]) -> None:
    """Another nonce, another party, another access token."""
    with pytest.raises(Unacceptable):
        check_sign_in(values, **ANSWER)


#: The access token of the same example.
ANSWER: dict[str, str] = {
    "client": "hub",
    "nonce": "n",
    "access_token": "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
    "algorithm": "RS256",
}


def test_an_access_tokens_hash_is_as_long_as_the_algorithm_says() -> None:
    """SHA-256 halves to 16 bytes, SHA-512 to 32; Ed25519 hashes with SHA-512."""
    lengths = [len(half_hash("t", name)) for name in ("ES256", "PS384", "RS512", "EdDSA", "Ed25519")]
    assert lengths == [22, 32, 43, 43, 43]


@pytest.mark.parametrize(
    "published", [None, 7, [], {}, {"keys": None}, {"keys": {"kty": "RSA"}}, {"keys": []}]
)
def test_a_key_set_of_another_shape_has_no_key(published: Any) -> None:
    """It is the provider's; we only read it."""
    assert usable_keys(published) == []


def test_a_key_that_may_only_sign_verifies_nothing() -> None:
    """`key_ops` and `use` say what a key is for."""
    key = OKPKey.generate_key("Ed25519").as_dict(private=False)
    assert len(usable_keys({"keys": [key]})) == 1
    for limit in ({"key_ops": ["sign"]}, {"key_ops": "verify"}, {"use": "enc"}, {"kty": "oct"}):
        assert usable_keys({"keys": [{**key, **limit}]}) == []


def test_the_tests_provider_is_locked_without_the_address_of_any_registry() -> None:
    """Its packages come from whichever registry a machine is told to use, with the same hashes."""
    lock = json.loads((Path(__file__).parent / "provider" / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in package and "resolved" not in package for package in packages)


SERVERS = {
    "NANDUTI_APP_DSN": "postgresql://app@db/x",
    "NANDUTI_WORKER_DSN": "postgresql://worker@db/x",
    "NANDUTI_NATS_URL": "nats://bus",
    "NANDUTI_KEYS": "/keys",
    "NANDUTI_STATE": "/state",
    "NANDUTI_SOURCE": "urn:nanduti:test",
}
OIDC = {
    "NANDUTI_URL": "https://nanduti.example/",
    "NANDUTI_OIDC_ISSUER": "https://id.example/realms/estado",
    "NANDUTI_OIDC_CLIENT_ID": "nanduti-web",
    "NANDUTI_OIDC_AUDIENCE": "nanduti",
    "NANDUTI_OIDC_CLAIMS": "/etc/nanduti/reglas.json",
}


def test_without_an_issuer_there_is_no_provider() -> None:
    """Local accounts and tokens alone; whatever else is set."""
    settings = from_environment({**SERVERS, "NANDUTI_OIDC_AUDIENCE": "nanduti"})
    assert settings.oidc is None
    assert settings.url == ""


def test_a_provider_is_named_by_the_environment_and_its_secret_by_a_file(tmp_path: Path) -> None:
    """The secret is not in what is shown of the settings."""
    secret = tmp_path / "secret"
    text = "de-prueba"
    secret.write_text(f"{text}\n")
    settings = from_environment({**SERVERS, **OIDC, "NANDUTI_OIDC_CLIENT_SECRET_FILE": str(secret)})
    assert settings.oidc is not None
    assert settings.oidc.client_secret == text
    assert settings.oidc.redirect_uri == "https://nanduti.example/v1/session/oidc/callback"
    assert text not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"NANDUTI_OIDC_ISSUER": "http://id.example"}, "https://"),
        ({"NANDUTI_OIDC_ISSUER": "id.example"}, "https://"),
        ({"NANDUTI_OIDC_CLIENT_ID": "", "NANDUTI_OIDC_AUDIENCE": ""}, "hace falta"),
        ({"NANDUTI_OIDC_AUDIENCE": "nanduti-web"}, "debe ser otra"),
        ({"NANDUTI_URL": ""}, "NANDUTI_URL"),
    ],
)
def test_a_provider_that_could_not_work_or_not_be_safe_is_refused_at_start(
    changes: dict[str, str], says: str
) -> None:
    """By the name of the variable."""
    with pytest.raises(SettingWrong, match=says):
        from_environment({**SERVERS, **OIDC, **changes})


def test_rules_are_not_optional() -> None:
    """Without them nobody would have a role."""
    given = {name: value for name, value in OIDC.items() if name != "NANDUTI_OIDC_CLAIMS"}
    with pytest.raises(SettingMissing, match="NANDUTI_OIDC_CLAIMS"):
        from_environment({**SERVERS, **given})


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://id.example", True),
        ("http://localhost:8080/realms/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://id.example", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost@id.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_https_or_this_machine_is_private_on_the_way(url: str, is_safe: bool) -> None:
    """Keys and codes that come over plain HTTP could be anybody's."""
    assert is_safe_address(url) is is_safe
