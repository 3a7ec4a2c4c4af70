"""References: what two members call a case, 80 random bits in Crockford's base 32, four by four.

Rule that stays true: a reference says nothing of the case, of the two, or of any other reference.
"""

import secrets

#: Crockford's base 32: no I, L, O and U, which are misread or spell words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh(count: int) -> tuple[str, ...]:
    """So many references that nobody has."""
    return tuple(_written(secrets.randbits(80)) for _ in range(count))


def _written(number: int) -> str:
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))
