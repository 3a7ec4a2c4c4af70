"""The SQL of a package: one statement per file in its `sql/` folder, named after what it does."""

from functools import cache
from importlib.resources import files


@cache
def statement(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` in a package such as `nanduti_hub.ledger`."""
    return files(package).joinpath("sql", f"{name}.sql").read_text("utf-8")
