"""Values with a secret in them: printed, they are their name alone, so that no secret gets into a log that way."""

from msgspec import Struct


class Hidden(Struct, frozen=True):
    """What is made of it does not show its fields."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"
