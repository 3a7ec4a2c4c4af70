"""What is a public key, and how two people say that they mean the same one."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_keys_written import written

from nanduti.public_keys import fingerprint, is_public_key, is_secret_key, spoken
from nanduti.spoken_words import WORDS

KEY = "age1mgnhmxnx26zppkkxk5wlpt4aea5vja3jkgcswh7gpjca5nnxsvxqh0makn"
PRIME = 2**255 - 19
points = st.integers(min_value=2, max_value=PRIME - 2)


@given(points)
def test_every_point_of_the_curve_is_a_key_and_one_letter_more_less_or_other_is_none(point: int) -> None:
    """The checksum finds any one wrong letter."""
    key = written(point)
    assert is_public_key(key)
    assert not any(
        is_public_key(wrong) for wrong in (key[:-1], key + "q", key.upper(), f" {key}", key + "\n")
    )
    for place in range(4, len(key)):
        other = "q" if key[place] != "q" else "p"
        assert not is_public_key(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize(
    "point", [0, 1, PRIME - 1, PRIME, PRIME + 1, PRIME + 9, 2**255 - 1, 2**255, 2**256 - 1]
)
def test_a_point_that_seals_for_everybody_and_a_second_text_of_a_point_are_no_keys(point: int) -> None:
    """With one of low order every shared secret is nothing; beyond the prime a point has a second text."""
    assert not is_public_key(written(point))


@pytest.mark.parametrize(
    "text", ["", "age1", "age", KEY.replace("age1", "age2"), "age1" + "q" * 58, "ñ" * 62, "ssh-ed25519 AAAA"]
)
def test_other_texts_are_no_keys(text: str) -> None:
    """Whatever they are."""
    assert not is_public_key(text)


def test_a_secret_key_is_known_as_one() -> None:
    """Somebody will send it."""
    assert is_secret_key(" age-secret-key-1qqqq")
    assert not is_secret_key(KEY)


def test_a_fingerprint_is_what_any_sha256_says() -> None:
    """`printf %s age1... | sha256sum` begins so, and the words are the same bytes."""
    assert fingerprint(KEY) == "0a2d-4676-4765-d722"
    assert spoken(KEY) == "antena cebra danza horno dedal galleta selva cactus"
    assert bytes(WORDS.index(word) for word in spoken(KEY).split()).hex() == "0a2d46764765d722"


def test_there_is_one_word_for_each_byte_in_letters_that_everybody_spells_alike() -> None:
    """No accent, no ñ, nothing that a telephone swallows."""
    assert len(WORDS) == len(set(WORDS)) == 256
    assert list(WORDS) == sorted(WORDS)
    assert all(re.fullmatch(r"[a-jl-vx-z]{4,7}|kilo|koala", word) for word in WORDS)
    assert len({word[:4] for word in WORDS}) == 256


def sound(word: str) -> str:
    """A word as it sounds in Paraguay: b and v, s and z and soft c, ll and y are one; an h is nothing."""
    for letters, heard in (
        ("ch", "X"), ("ll", "y"), ("v", "b"), ("z", "s"), ("h", ""), ("qu", "k"), ("ce", "se"), ("ci", "si"),
        ("c", "k"), ("ge", "je"), ("gi", "ji"), ("gu", "g"), ("rr", "r"),
    ):  # fmt: skip
        word = word.replace(letters, heard)
    return word


def test_no_two_words_sound_almost_alike() -> None:
    """One wrong sound is never another word of the list."""

    def near(one: str, other: str) -> bool:
        if abs(len(one) - len(other)) > 1:
            return False
        start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
        if start is None:
            return True
        return any(one[start + left :] == other[start + right :] for left, right in ((1, 1), (1, 0), (0, 1)))

    assert not [pair for pair in combinations(WORDS, 2) if near(*map(sound, pair))]


def test_no_word_hurts_who_has_to_say_it() -> None:
    """Nor names a crime, a body or an insult: it is said aloud in an office."""
    rude = "pavo burro vaca yegua zorra perra cerdo puta culo teta nalga droga bomba arma muerte sangre trata esclavo"
    assert not {*rude.split()} & {*WORDS}
