"""The hub takes in what has the form of a sealed dossier, and nothing that somebody could read."""

import gzip
from pathlib import Path

import pyrage
import pytest
from dossiers import pair, sealed
from hypothesis import given
from hypothesis import strategies as st

from nanduti.sealed_form import LEAST, Flaw, NotSealed, SealedForm, looks_sealed

KEYS = [pair()[1] for _ in range(3)]
SEALED = sealed(KEYS)
#: A content of several of age's chunks.
LONG = sealed(KEYS, {"con_Consent": True, "comments": [{"cco_CaseComment": "relato " * 6_000}] * 5})
HEAD, MAC, PAYLOAD = SEALED.partition(b"\n--- ")
SHARE = b"A" * 43
STANZA = b"-> X25519 " + SHARE + b"\n" + SHARE + b"\n"


def flaw(ciphertext: bytes) -> Flaw | None:
    found = looks_sealed(ciphertext)
    return found.flaw if isinstance(found, NotSealed) else None


def test_what_was_sealed_has_the_form_and_tells_its_number_of_keys() -> None:
    """Short and long."""
    assert looks_sealed(SEALED) == looks_sealed(LONG) == SealedForm(3)


def test_what_pyrage_adds_at_random_is_let_through_every_time() -> None:
    """It differs in each file; a thousand of them."""
    key = pyrage.x25519.Recipient.from_str(KEYS[0])
    assert all(looks_sealed(pyrage.encrypt(b"x" * 200, [key])) == SealedForm(1) for _ in range(1_000))


@pytest.mark.parametrize(
    "plain",
    [
        b'{"con_Consent":true}',
        b"PK\x03\x04" + bytes(range(256)) * 4,
        b"%PDF-1.7\n" + bytes(range(256)) * 4,
        gzip.compress(b"relato" * 100, mtime=0),
        Path(__file__).read_bytes(),
        "un relato con ñ y tildes áéíóú ".encode("utf-16") * 40,
    ],
)
def test_a_plain_file_is_never_taken_in(plain: bytes) -> None:
    """Not by itself; and a text not even behind a header that was copied from a sealed one."""
    assert flaw(plain) is Flaw.PLAIN
    if plain[:2] not in (b"PK", b"%P", b"\x1f\x8b"):
        text = plain * (200 // len(plain) + 1)
        assert flaw(HEAD + MAC + PAYLOAD[:44] + text) is Flaw.PLAIN


def test_a_text_in_the_header_is_refused_wherever_it_stands() -> None:
    """No line of it is free."""
    name = b"Persona Sintetica con domicilio en la calle Sintetica"
    for changed in (
        SEALED.replace(b"-> X25519 ", b"-> X25519 " + name + b" ", 1),
        SEALED.replace(b"\n--- ", b"\n-> " + name + b"\n\n--- ", 1),
        SEALED.replace(b"\n--- ", b"\n-> nota-grease " + name.replace(b" ", b"") + b"\n\n--- ", 1),
        SEALED.replace(b"\n", b"\n" + name + b"\n", 1),
        SEALED.replace(b"\n--- ", b"\n" + name + b"\n--- ", 1),
        SEALED.replace(b"\n--- ", b"\n--- " + name + b" ", 1),
        SEALED.replace(b"age-encryption.org/v1\n", b"age-encryption.org/v1 " + name + b"\n", 1),
    ):
        assert flaw(changed) in (Flaw.HEADER, Flaw.OTHER_KEYS, Flaw.PLAIN)


def test_grease_comes_once_and_last_and_is_no_longer_than_pyrages() -> None:
    """A hundred bytes at most."""
    end = b"--- " + SHARE + b"\n" + PAYLOAD[44:]
    version = b"age-encryption.org/v1\n"
    grease = b"-> xy-grease a b\n" + b"A" * 64 + b"\n" + b"A" * 64 + b"\nAAAA\n"
    assert flaw(version + STANZA + end) is None
    assert flaw(version + STANZA + grease + end) is None
    assert flaw(version + STANZA + grease + grease + end)
    assert flaw(version + grease + STANZA + end)
    assert flaw(version + STANZA + grease.replace(b"\nAAAA\n", b"\nAAAAAAAA\n") + end) is Flaw.HEADER
    assert flaw(version + STANZA + grease.replace(b"AAAA\n", b"AAAAB\n") + end)


def test_other_ciphertexts_are_told_from_ours() -> None:
    """As text, by a passphrase, to an SSH key, empty, cut, or to nobody."""
    key = pyrage.x25519.Recipient.from_str(KEYS[0])
    assert flaw(b"") is Flaw.EMPTY
    assert flaw(pyrage.encrypt(b"x" * 200, [key], armored=True)) is Flaw.ARMORED
    version = b"age-encryption.org/v1\n"
    by_passphrase = b"-> scrypt " + b"A" * 22 + b" 18\n" + SHARE + b"\n--- " + SHARE + b"\n"
    assert flaw(version + by_passphrase + PAYLOAD[44:]) is Flaw.OTHER_KEYS
    assert (
        flaw(version + b"-> ssh-ed25519 abcd " + SHARE + b"\n" + SHARE + b"\n" + PAYLOAD) is Flaw.OTHER_KEYS
    )
    assert flaw(version + b"--- " + SHARE + b"\n" + PAYLOAD[44:]) is Flaw.HEADER
    assert flaw(version + STANZA * 51 + b"--- " + SHARE + b"\n" + PAYLOAD[44:]) is Flaw.HEADER
    # The last letter of a share has two bits that belong to no byte: something could be written there.
    assert (
        flaw(version + STANZA.replace(b"A\n", b"B\n", 1) + b"--- " + SHARE + b"\n" + PAYLOAD[44:])
        is Flaw.HEADER
    )


@given(st.integers(0, len(SEALED) - 1))
def test_what_is_cut_anywhere_is_not_taken_in(length: int) -> None:
    """Up to where what is left is too short to be a dossier; the rest only a key can tell."""
    is_enough = length >= len(HEAD + MAC) + 44 + 16 + LEAST + 16
    assert (flaw(SEALED[:length]) is None) is is_enough


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(some: bytes) -> None:
    """With and without the beginning of a real one."""
    assert flaw(some)
    looks_sealed(HEAD + some)
    looks_sealed(SEALED[:22] + some)


def test_each_flaw_has_its_words() -> None:
    """For who sends it."""
    assert all(NotSealed(each).words.endswith(".") for each in Flaw)
