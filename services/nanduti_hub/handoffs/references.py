"""References: what two members call a case, 80 random bits in Crockford's base 32, four by four.

Rule that stays true: a reference says nothing of the case, of the two, or of any other reference.
"""

import base64
import secrets

#: Crockford's base 32: no I, L, O and U, which are misread or spell words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: From RFC 4648's letters to those.
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
#: Of 80 bits, and letters of 5.
_BYTES, _LENGTH = 10, 16


def fresh(count: int) -> tuple[str, ...]:
    """So many references that nobody has."""
    written = base64.b32encode(secrets.token_bytes(_BYTES * count)).translate(_LETTERS).decode()
    return tuple(_grouped(written[first : first + _LENGTH]) for first in range(0, len(written), _LENGTH))


def _grouped(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}-{letters[12:]}"
