"""Public keys as texts, for tests: any point, whether it is a good one or not."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def written(point: int) -> str:
    """A point of the curve as age writes it: little-endian, in Bech32."""
    bits = int.from_bytes(point.to_bytes(32, "little"), "big") << 4
    fives = [bits >> 5 * place & 31 for place in reversed(range(52))]
    head = [*(ord(letter) >> 5 for letter in "age"), 0, *(ord(letter) & 31 for letter in "age")]
    total = 1
    for five in (*head, *fives, *([0] * 6)):
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ five
        for place, factor in enumerate(_GENERATOR):
            total ^= factor if top >> place & 1 else 0
    total ^= 1
    return "age1" + "".join(
        _LETTERS[five] for five in (*fives, *(total >> 5 * (5 - n) & 31 for n in range(6)))
    )
