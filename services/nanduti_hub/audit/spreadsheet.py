"""The record as a steward opens it in Excel: its columns, in Paraguay's time. Pure."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from nanduti_hub.packed import lines_in
from nanduti_hub.sheets import Column, workbook_of

COLUMNS = (
    Column(name="numero", width=12, form="number"), Column(name="fecha_y_hora", width=20),
    Column(name="quien", width=44), Column(name="nombre", width=28), Column(name="rol", width=14),
    Column(name="ambito", width=14), Column(name="metodo", width=10), Column(name="ruta", width=40),
    Column(name="acto", width=18), Column(name="objeto", width=40), Column(name="estado", width=10, form="number"),
    Column(name="codigo", width=20), Column(name="direccion", width=20),
)  # fmt: skip
Cells = tuple[str | int | None, ...]


def workbook_bytes(packs: Iterable[bytes], about: Sequence[str]) -> bytes:
    """The rows in `packs`, each a JSON array of cells, as a workbook (.xlsx)."""
    return workbook_of("Registro de accesos", COLUMNS, _rows(packs), about)


def _rows(packs: Iterable[bytes]) -> Iterator[Cells]:
    yield from map(msgspec.json.Decoder(Cells).decode, lines_in(packs))
