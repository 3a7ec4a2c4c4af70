"""What is printed of a handoff: read back from the PDF, the same bytes for the same form, and nothing but data."""

import io
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from nanduti.cases import Document
from nanduti.procedure import Source
from nanduti.vocabulary import Consent, DocumentKind, HandoffKind, Share, Urgency
from nanduti_hub.handoffs.paper import print as printing
from nanduti_hub.handoffs.paper import wording
from nanduti_hub.handoffs.paper.forms import (
    AnswerBy,
    Constancia,
    Followed,
    Oficio,
    Party,
    Proven,
    Sealed,
    Word,
    check_code,
    dated,
    scanned,
)
from nanduti_hub.handoffs.paper.print import constancia_pdf, oficio_pdf, printable
from nanduti_hub.offload import offload

ACCEPTED = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)
COMPLETED = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "reference": "K7M2-9QXP-4TRB-H3WC",
    "handoff": "0f1e2d3c-4b5a-4c7d-8e9f-001122334455",
    "kind": HandoffKind.TRANSFER,
    "sender": Party(code="minna", acronym="MINNA", name="Ministerio de la Niñez y la Adolescencia"),
    "receiver": Party(
        code="juzgado_a", acronym="JNA", name="Juzgado de la Niñez y la Adolescencia (sintético)"
    ),
    "track": Word(code="protection", es="Protección y atención"),
    "stage": Word(code="referral", es="Derivación"),
    "urgency": Urgency.URGENT,
    "share": Share.FULL,
    "consent": Consent.NOT_ASKED,
    "override": Word(code="immediate_danger", es="Peligro inmediato"),
    "dossier": Sealed(sha256="0123456789abcdef" * 4, size=65_536),
    "offered_at": datetime(2026, 3, 3, 17, 5, tzinfo=UTC),
    "answer_by": AnswerBy(at=datetime(2026, 3, 6, 3, 0, tzinfo=UTC), source=Source.AGREEMENT),
    "procedure": Followed(
        version="2026-1", title="Procedimiento de trabajo", notice="No es el manual oficial."
    ),
    "installation": "Instalación de prueba",
    "synthetic": True,
}
OFICIO = Oficio(**COMMON)
PROVIDENCIA = Document(kind=DocumentKind.PROVIDENCIA, number=412, year=2026, day=date(2026, 3, 4))
CONSTANCIAS = {
    Proven.OFFER: Constancia(**COMMON, proves=Proven.OFFER),
    Proven.ACCEPTANCE: Constancia(
        **COMMON, proves=Proven.ACCEPTANCE, answered_at=ACCEPTED, document=PROVIDENCIA
    ),
    Proven.OUTCOME: Constancia(
        **COMMON,
        proves=Proven.OUTCOME,
        answered_at=ACCEPTED,
        document=PROVIDENCIA,
        outcome=Word(code="measure_ordered", es="Medida de protección ordenada"),
        completed_at=COMPLETED,
    ),
}
#: What all forms say, as one reads it.
SAID = (
    "K7M2-9QXP-4TRB-H3WC",
    "0f1e2d3c-4b5a-4c7d-8e9f-001122334455",
    "Derivación con traspaso de la responsabilidad",
    "Ministerio de la Niñez y la Adolescencia (MINNA)",
    "Juzgado de la Niñez y la Adolescencia (sintético) (JNA)",
    "Protección y atención; Derivación",
    "Urgente",
    "Contenido e identidad, sellados",
    "No consultado; se comparte sin él por: Peligro inmediato (immediate_danger)",
    "01234567 89abcdef 01234567 89abcdef 01234567 89abcdef 01234567 89abcdef (hasta 64 KiB)",
    "3 de marzo de 2026, 14:05",
    "5 de marzo de 2026, 24:00 (plazo de acuerdo, no legal)",
    "Procedimiento 2026-1: Procedimiento de trabajo. No es el manual oficial.",
    "Instalación de prueba",
    "Datos sintéticos",
)
#: Markup, code, escapes and breaks of the language in which the templates are written.
HOSTILE = '#eval("1+1") #sys.inputs $x^2$ [a] {b} *c* _d_ `e` <f> @g \\ \\u{41} // h /* i */ = j -- k "l" ~m'
LONG = "Dirección General de nombre larguísimo " * 7 + "sinespacios" * 9


def printed(form: Oficio | Constancia) -> bytes:
    """A form as PDF."""
    return oficio_pdf(form) if isinstance(form, Oficio) else constancia_pdf(form)


def read(pdf: bytes) -> str:
    """All that is written on the only page, without its spaces: where lines break is the layout's business."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return squeezed(page.extract_text())


def squeezed(text: str) -> str:
    """A text without its spaces."""
    return "".join(text.split())


@pytest.mark.parametrize("form", [OFICIO, *CONSTANCIAS.values()], ids=lambda form: type(form).__name__)
def test_every_value_of_a_form_is_on_its_page(form: Oficio | Constancia) -> None:
    """Whoever holds the sheet reads everything that the form says, and its check code."""
    text = read(printed(form))
    assert [said for said in (*SAID, check_code(form)) if squeezed(said) not in text] == []


def test_a_constancia_says_what_it_proves_and_nothing_later() -> None:
    """That of an offer tells of no acceptance, that of an outcome of all three steps."""
    texts = {proven: read(printed(form)) for proven, form in CONSTANCIAS.items()}
    accepted, outcome = (
        squeezed("Aceptado el4 de marzo de 2026, 10:00"),
        squeezed("Medida de protección ordenada"),
    )
    document = squeezed("Providencia n.º 412/2026, del 4 de marzo de 2026")
    assert squeezed("Constancia de ofrecimiento") in texts[Proven.OFFER]
    assert not any(said in texts[Proven.OFFER] for said in (accepted, outcome, document))
    assert all(said in texts[Proven.ACCEPTANCE] for said in (accepted, document))
    assert outcome not in texts[Proven.ACCEPTANCE]
    assert all(said in texts[Proven.OUTCOME] for said in (accepted, outcome, document))
    assert squeezed("Resultado informado el1 de abril de 2026, 09:30") in texts[Proven.OUTCOME]


def test_a_constancia_of_a_step_cannot_lack_its_values_nor_know_later_ones() -> None:
    """A sheet that would prove nothing, or change with what happens next, is a mistake of its caller."""
    with pytest.raises(ValueError, match="answer"):
        Constancia(**COMMON, proves=Proven.ACCEPTANCE)
    with pytest.raises(ValueError, match="answer"):
        Constancia(**COMMON, proves=Proven.OFFER, answered_at=ACCEPTED)
    with pytest.raises(ValueError, match="outcome"):
        Constancia(**COMMON, proves=Proven.ACCEPTANCE, answered_at=ACCEPTED, completed_at=COMPLETED)
    with pytest.raises(ValueError, match="zone"):
        replace(OFICIO, offered_at=datetime(2026, 3, 3, 17, 5))  # noqa: DTZ001  # that is the point


def test_markup_in_a_value_is_printed_as_it_is_written() -> None:
    """Nothing that a directory or a procedure contains is evaluated."""
    form = replace(
        OFICIO,
        sender=Party(code="aa", acronym=HOSTILE, name=HOSTILE),
        receiver=Party(code="bb", acronym="BB", name=HOSTILE),
        track=Word(code="cc", es=HOSTILE),
        override=Word(code="dd", es=HOSTILE),
        procedure=Followed(version="2026-1", title=HOSTILE, notice=HOSTILE),
        answer_by=AnswerBy(at=ACCEPTED, source=Source.LAW, citation=HOSTILE),
        installation=HOSTILE,
    )
    assert read(printed(form)).count(squeezed(HOSTILE)) >= 8


def test_very_long_names_stay_whole_and_on_one_page() -> None:
    """The type becomes smaller until all of it fits."""
    form = replace(
        OFICIO,
        sender=Party(code="aa", acronym="A" * 40, name=LONG + "final"),
        receiver=Party(code="bb", acronym="B" * 40, name=LONG + "fin"),
        stage=Word(code="cc", es=LONG),
        procedure=Followed(version="2026-1", title=LONG, notice="aviso " * 160),
        installation=LONG,
        exercise=True,
        may_decline=False,
    )
    text = read(printed(form))
    assert squeezed(LONG + "final") in text
    assert squeezed(LONG + "fin(" + "B" * 40) in text


def test_what_the_font_lacks_or_turns_round_is_printed_as_its_number() -> None:
    """A name can neither stop the printing nor be read in another order than it is written."""
    assert (
        printable("Ñemity g\u0303 \u202e x\n\x00😀") == "Ñemity g\u0303 [U+202E] x[U+000A][U+0000][U+1F600]"
    )
    form = replace(OFICIO, installation="Casa \u202e😀\x07")
    assert "Casa[U+202E][U+1F600][U+0007]" in read(printed(form))


def test_every_character_that_is_let_through_can_be_printed() -> None:
    """The standards for archives and accessibility refuse a page with a glyph that is missing."""
    every = "".join(sorted(printing._CHARACTERS))
    form = replace(OFICIO, installation=every)
    assert check_code(form) in read(printed(form))


def test_the_same_form_is_the_same_bytes_and_the_same_code() -> None:
    """Whoever prints it, whenever, and in whatever zone its times are told."""
    there = timezone(timedelta(hours=-3))
    form = CONSTANCIAS[Proven.OUTCOME]
    again = replace(
        form,
        offered_at=form.offered_at.astimezone(there),
        completed_at=COMPLETED.astimezone(there),
        answer_by=AnswerBy(at=datetime(2026, 3, 6, tzinfo=there), source=Source.AGREEMENT),
    )
    assert check_code(again) == check_code(form)
    assert printed(again) == printed(form)


def test_another_value_is_another_code() -> None:
    """The code covers all that is said, also which form says it."""
    codes = {
        check_code(form)
        for form in (
            OFICIO,
            *CONSTANCIAS.values(),
            replace(OFICIO, exercise=True),
            replace(OFICIO, may_decline=False),
            replace(OFICIO, dossier=None),
            replace(OFICIO, handoff="0f1e2d3c-4b5a-4c7d-8e9f-001122334456"),
        )
    }
    assert len(codes) == 8


def test_the_check_code_of_a_printed_sheet_never_changes() -> None:
    """Sheets in archives are compared years later: this value stands for all of them."""
    assert check_code(OFICIO) == "7fd0506b36c001e8"
    assert scanned(OFICIO) == "NANDUTI/1 OFICIO K7M2-9QXP-4TRB-H3WC 7FD0506B36C001E8"


@pytest.mark.parametrize("form", [OFICIO, CONSTANCIAS[Proven.OFFER]], ids=["oficio", "constancia"])
def test_a_sheet_of_an_exercise_says_so_across_the_page(form: Oficio | Constancia) -> None:
    """And at its head, so that one who cannot see the watermark is told too; other sheets do not say it."""
    words = squeezed("EJERCICIO — sin valor")
    assert read(printed(replace(form, exercise=True))).count(words) >= 2
    assert words not in read(printed(form))


def test_the_oficio_says_how_identity_travels_and_the_constancia_has_no_place_for_a_name() -> None:
    """Nobody is led to write who the person is on a sheet that passes many hands."""
    oficio, constancia = read(printed(OFICIO)), read(printed(CONSTANCIAS[Proven.ACCEPTANCE]))
    assert squeezed("viaja sellada o en el sobre cerrado de la propia institución") in oficio
    assert not any(word in constancia.lower() for word in ("nombre", "persona:", "cédula", "nacimiento"))


def test_an_oficio_that_may_not_be_declined_offers_no_refusal() -> None:
    """Its talón has acceptance and the institution that is right, and says why."""
    text = read(printed(replace(OFICIO, may_decline=False)))
    assert squeezed("No se acepta") not in text
    assert squeezed("no puede rechazarse") in text
    assert squeezed("No se acepta") in read(printed(OFICIO))


def test_a_limit_is_called_legal_only_where_a_law_is_its_source() -> None:
    """And it ends with the day that ends, not with the next one that begins."""
    midnight = datetime(2026, 3, 6, 3, 0, tzinfo=UTC)
    said = {
        source: wording.limit(AnswerBy(at=midnight, source=source, citation="Ley 1")) for source in Source
    }
    assert said[Source.LAW] == "5 de marzo de 2026, 24:00 (plazo legal: Ley 1)"
    assert "no legal" in said[Source.PROCEDURE]
    assert "no legal" in said[Source.AGREEMENT]


def test_custody_is_told_as_the_kind_of_handoff_has_it() -> None:
    """A referral never moves it, a transfer only by acceptance."""
    accepted = CONSTANCIAS[Proven.ACCEPTANCE]
    assert squeezed("pasó de MINNA a JNA") in read(printed(accepted))
    assert squeezed("mientras no conste la aceptación, es de MINNA") in read(
        printed(CONSTANCIAS[Proven.OFFER])
    )
    assert squeezed("sigue siendo de MINNA") in read(printed(replace(accepted, kind=HandoffKind.REFERRAL)))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (HandoffKind, wording.KINDS),
        (Urgency, wording.URGENCIES),
        (Share, wording.SHARES),
        (Consent, wording.CONSENTS),
        (DocumentKind, wording.DOCUMENTS),
    ],
)
def test_every_code_has_its_words(kinds: Any, words: dict[Any, str]) -> None:
    """A word that joins the vocabulary cannot be forgotten here."""
    assert set(words) == set(kinds)


def test_a_sheet_is_tagged_in_spanish_titled_and_dated_by_what_it_says() -> None:
    """What a screen reader and an archive need, without the day on which it was printed."""
    form = CONSTANCIAS[Proven.OUTCOME]
    reader = PdfReader(io.BytesIO(printed(form)))
    root = reader.trailer["/Root"]
    assert str(root["/Lang"]).startswith("es")
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Constancia de resultado K7M2-9QXP-4TRB-H3WC"
    assert reader.metadata.creation_date == dated(form) == COMPLETED
    assert (reader.pages[0].mediabox.width, reader.pages[0].mediabox.height) == pytest.approx(
        (595.3, 841.9), abs=0.1
    )


async def test_a_sheet_is_printed_in_a_process_of_its_own() -> None:
    """The same bytes as here, within the memory that such a process has."""
    assert await offload(oficio_pdf, OFICIO) == oficio_pdf(OFICIO)


def test_a_form_has_no_field_for_a_person() -> None:
    """Codes, institutions, times and digests are all that it can say."""
    assert not {"name", "person", "narrative", "note", "place"} & set(Oficio.__struct_fields__)
    assert msgspec.json.decode(msgspec.json.encode(OFICIO), type=Oficio) == OFICIO
