"""A dossier is opened by those it is sealed to, for the handoff that it is of, and by nobody else."""

from typing import Any

import pyrage
import pytest
from dossiers import AT, CONTENT, HANDOFF, OTHER_HANDOFF, pair, sealed
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti import seal
from nanduti.sealed_form import SealedForm, looks_sealed
from nanduti.vocabulary import Share

DESK, RECOVERY, STRANGER = pair(), pair(), pair()
KEYS = (DESK[1], RECOVERY[1])
SEALED = sealed(KEYS)


def test_each_of_the_recipients_opens_it_and_reads_what_was_sealed() -> None:
    """The desk every day, and the recovery key when the desk's machine is lost."""
    for identity, _ in (DESK, RECOVERY):
        dossier = seal.open_sealed(SEALED, identity, handoff=HANDOFF, receiver="mtess")
        assert dossier == seal.Dossier(
            handoff=HANDOFF,
            sender="minna",
            receiver="mtess",
            share=Share.FULL,
            sealed_at=AT.replace(microsecond=0),
            content=CONTENT,
        )
    several = (STRANGER[0], DESK[0])
    assert seal.open_sealed(SEALED, several, handoff=HANDOFF, receiver="mtess").content == CONTENT


def test_what_is_sealed_is_the_json_that_the_contract_says() -> None:
    """So that another program can write it."""
    plain = pyrage.decrypt(SEALED, [pyrage.x25519.Identity.from_str(DESK[0])])
    assert plain == (
        b'{"nanduti":"dossier/1","handoff":"7d1c9f2e-4a55-4b6e-9d1a-0c5f6f3b2a10","sender":"minna",'
        b'"receiver":"mtess","share":"full","sealed_at":"2026-11-24T12:30:15Z","content":{"con_Consent":true,'
        b'"prs_FirstName":"Persona","prs_SecondName":"Sint\xc3\xa9tica","py_AgeYears":15}}'
    )


def test_nobody_else_opens_it_and_is_told_why() -> None:
    """With another key, or with what is none; no sentence says anything of what is inside."""
    for identity in (STRANGER[0], DESK[1], "nada"):
        with pytest.raises(seal.WrongKey) as told:
            seal.open_sealed(SEALED, identity, handoff=HANDOFF, receiver="mtess")
        assert "Sintética" not in str(told.value)
        assert identity not in str(told.value)


@pytest.mark.parametrize(("handoff", "receiver"), [(OTHER_HANDOFF, "mtess"), (HANDOFF, "mp")])
def test_one_of_another_handoff_or_for_another_is_not_shown(handoff: str, receiver: str) -> None:
    """Whoever puts a dossier where another belongs is found out on opening it."""
    with pytest.raises(seal.NotThisHandoff) as told:
        seal.open_sealed(SEALED, DESK[0], handoff=handoff, receiver=receiver)
    assert "Sintética" not in str(told.value)


@pytest.mark.parametrize(
    "plain",
    [
        b"hola",
        b"\xff",
        b"{}",
        b'{"nanduti":"dossier/2"}',
        pyrage.decrypt(SEALED, [pyrage.x25519.Identity.from_str(DESK[0])]).replace(b"{", b'{"more":1,', 1),
    ],
)
def test_what_is_no_dossier_is_told_from_one_that_is_damaged(plain: bytes) -> None:
    """It was sealed so: asking for it again would not help."""
    other = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(DESK[1])])
    with pytest.raises(seal.NotADossier):
        seal.open_sealed(other, DESK[0], handoff=HANDOFF, receiver="mtess")


@settings(max_examples=200)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    """Whichever it is, nothing of it is shown; in its own key's part, the key does not fit any more."""
    changed = SEALED[:place] + bytes([SEALED[place] ^ change]) + SEALED[place + 1 :]
    with pytest.raises((seal.Damaged, seal.WrongKey)):
        seal.open_sealed(changed, DESK[0], handoff=HANDOFF, receiver="mtess")


@given(st.integers(0, len(SEALED) - 1))
def test_one_that_is_cut_is_damaged(length: int) -> None:
    """Wherever it is."""
    with pytest.raises(seal.Damaged):
        seal.open_sealed(SEALED[:length], DESK[0], handoff=HANDOFF, receiver="mtess")


def test_a_plain_file_is_told_to_be_one() -> None:
    """By its own sentence."""
    with pytest.raises(seal.Damaged, match="no está sellado"):
        seal.open_sealed(b'{"con_Consent":true}', DESK[0], handoff=HANDOFF, receiver="mtess")


def test_nothing_unfit_is_sealed() -> None:
    """Neither a content, nor for a key that is none, nor with names that are none; each is told."""
    with pytest.raises(seal.UnfitContent, match="prs_FirstName") as told:
        sealed(KEYS, share=Share.PSEUDONYMOUS)
    assert "Sintética" not in str(told.value)
    for keys in ((), ("age1nada",), (DESK[0],), tuple(pair()[1] for _ in range(51))):
        with pytest.raises(seal.UnfitRecipients) as unfit:
            sealed(keys)
        assert "SECRET" not in str(unfit.value)
    about: dict[str, Any]
    for about in ({"handoff": "1"}, {"sender": "La Institución"}, {"receiver": ""}):
        with pytest.raises(seal.NotADossier):
            sealed(KEYS, **about)
    long = {"con_Consent": True, "comments": [{"cco_CaseComment": "x" * 50_000}] * 71}
    with pytest.raises(seal.UnfitContent, match="ocupa"):
        sealed(KEYS, long)
    with pytest.raises(seal.UnfitContent, match="UTF-8"):
        sealed(KEYS, {"con_Consent": True, "comments": [{"cco_CaseComment": "\ud800"}]})


def test_the_same_dossier_is_never_the_same_bytes() -> None:
    """Nobody sees that two receivers got the same."""
    assert sealed(KEYS) != SEALED


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8"), max_size=3_000), st.integers(1, 5))
def test_whatever_is_written_comes_back_and_has_the_sealed_form(text: str, count: int) -> None:
    """For any number of keys."""
    content = {"con_Consent": True, "comments": [{"cco_CaseComment": text}]}
    pairs = [pair() for _ in range(count)]
    whole = sealed([key for _, key in pairs], content)
    assert looks_sealed(whole) == SealedForm(count)
    for identity, _ in pairs:
        assert seal.open_sealed(whole, identity, handoff=HANDOFF, receiver="mtess").content == content
