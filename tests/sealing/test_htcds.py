"""What a dossier's content may be, by the fields of HTCDS and the few of Paraguay's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.htcds import SECTIONS, Field, check, fields
from nanduti.vocabulary import Share

#: Recognisable, so that it can be looked for; nobody's.
SECRET = "Zzyzxqw Sintética"
WHOLE: dict[str, Any] = {
    "con_Consent": True,
    "prs_FirstName": "Persona",
    "prs_SecondName": "Sintética",
    "prs_Birthdate": "2011-02-28",
    "prs_Gender": "Feminine",
    "prs_PrimaryLanguage": "gn",
    "prs_Citizenship": ["PY"],
    "prs_MailingCountry": "PY",
    "prs_MobilePhone": "+595000000000",
    "prs_Email": "persona@ejemplo.invalid",
    "prs_NumberOfChildren": 0,
    "prs_MailingLatitude": -25.3,
    "vic_TypeOfExploitation": ["ChildLabour", "ForcedLabour"],
    "vic_DetailsOfVulnerabilities": "Relato sintético.\nEn dos líneas.",
    "py_ChildLabourForm": ["Criadazgo", "DomesticWork"],
    "py_SchoolAttendance": "DroppedOut",
    "py_DebtBondage": False,
    "py_WagesOwed": 1_500_000,
    "organizations": [{"org_Name": "Organización Sintética", "org_Type": "NGO"}],
    "events": [
        {"hte_Type": "Recruitment", "hte_Date": "2025-01-31", "hte_City": "Ciudad Sintética"},
        {"hte_Type": "Exploitation"},
    ],
    "support_plans": [{"spl_Type": "Health", "spl_Objectives": "Objetivo sintético"}],
    "comments": [{"cco_CaseComment": "Comentario sintético"}],
}
PSEUDONYMOUS = {
    name: value for name, value in WHOLE.items() if name not in SECTIONS and not fields()[name].tells_who
} | {"events": [{"hte_Type": "Recruitment", "hte_Date": "2025-01-31", "hte_Country": "PY"}]}


def test_a_content_with_something_of_every_kind_is_fit() -> None:
    """The whole of it for a full share, the rest for a pseudonymous one."""
    assert check(WHOLE, Share.FULL) == []
    assert check(PSEUDONYMOUS, Share.PSEUDONYMOUS) == []
    assert check(PSEUDONYMOUS, Share.FULL) == []


def test_the_content_that_the_documentation_shows_is_fit() -> None:
    """It is what somebody begins with."""
    page = Path(__file__).parents[2] / "docs" / "howto" / "sellar-un-expediente.md"
    shown = page.read_text("utf-8").partition("```json\n")[2].partition("```")[0]
    assert check(json.loads(shown), Share.FULL) == []


def test_all_of_the_standard_is_there_and_ours_is_marked() -> None:
    """83 fields of HTCDS 2.0, each with a type; every list has values."""
    ours = [field for field in fields().values() if field.field.startswith("py_")]
    assert len(fields()) - len(ours) == 83
    assert len(ours) <= 20
    assert all(bool(field.values) is (field.type in ("choice", "choices")) for field in fields().values())
    assert {field.of for field in fields().values()} == {"", *SECTIONS}


def test_a_pseudonymous_share_has_no_text_that_anybody_wrote() -> None:
    """Neither names and numbers, nor free text, nor a place narrower than a country, nor a birthday."""
    free = {"text", "long_text", "phone", "email"}
    open_ = [field for field in fields().values() if not field.tells_who]
    assert not [field.field for field in open_ if field.type in free]
    named = (
        "prs_FirstName prs_SecondName prs_IdentityNumber prs_Birthdate prs_HomePhone prs_MobilePhone prs_Email "
        "prs_MailingStreet prs_MailingPostalCode prs_MailingLatitude prs_MailingLongitude hte_Latitude "
        "hte_Longitude hte_Street cas_CaseOwner"
    )
    assert all(fields()[name].tells_who for name in named.split())


def test_whatever_tells_who_is_refused_in_a_pseudonymous_share_wherever_it_stands() -> None:
    """Each field by itself; that it is there is told, and what stands in it is not."""
    for field in fields().values():
        if field.tells_who:
            item = {field.field: SECRET}
            content = {"con_Consent": True, **({field.of: [item]} if field.of else item)}
            (found,) = check(content, Share.PSEUDONYMOUS)
            assert found.path == (f"{field.of}[1].{field.field}" if field.of else field.field)
            assert "seudónimo" in found.words
            assert SECRET not in found.words


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"prs_FirstNane": "x"}, "prs_FirstNane"),
        ({"hte_Type": "Transit"}, "hte_Type"),
        ({"prs_FirstName": 7}, "prs_FirstName"),
        ({"prs_FirstName": None}, "prs_FirstName"),
        ({"prs_FirstName": "x" * 301}, "prs_FirstName"),
        ({"prs_FirstName": "dos\nlíneas"}, "prs_FirstName"),
        ({"prs_Birthdate": "2011-02-30"}, "prs_Birthdate"),
        ({"prs_Birthdate": "28/02/2011"}, "prs_Birthdate"),
        ({"prs_Birthdate": "20110228"}, "prs_Birthdate"),
        ({"prs_Gender": "feminine"}, "prs_Gender"),
        ({"prs_PrimaryLanguage": "guaraní"}, "prs_PrimaryLanguage"),
        ({"prs_Citizenship": "PY"}, "prs_Citizenship"),
        ({"prs_Citizenship": ["PY", "PY"]}, "prs_Citizenship"),
        ({"prs_MobilePhone": "0000 000 000"}, "prs_MobilePhone"),
        ({"prs_Email": "ejemplo.invalid"}, "prs_Email"),
        ({"prs_NumberOfChildren": True}, "prs_NumberOfChildren"),
        ({"prs_NumberOfChildren": "2"}, "prs_NumberOfChildren"),
        ({"prs_NumberOfChildren": float("nan")}, "prs_NumberOfChildren"),
        ({"py_DebtBondage": "true"}, "py_DebtBondage"),
        ({"vic_TypeOfExploitation": ["Other", "Otra"]}, "vic_TypeOfExploitation"),
        ({"vic_TypeOfExploitation": [[]]}, "vic_TypeOfExploitation"),
        ({"events": {"hte_Type": "Transit"}}, "events"),
        ({"events": [{"hte_Type": "Transit"}, 7]}, "events[2]"),
        ({"events": [{"prs_FirstName": "x"}]}, "events[1].prs_FirstName"),
        ({"events": [{"events": []}]}, "events[1].events"),
        ({SECRET: 1}, "(campo n.º 2)"),
    ],
)
def test_what_does_not_fit_is_told_by_where_it_is_and_not_by_what_it_says(
    changes: dict[str, Any], path: str
) -> None:
    """A misspelt name, another type, a value that its list has not, a field of another part."""
    assert [each.path for each in check({"con_Consent": True} | changes, Share.FULL)] == [path]


def test_consent_is_always_said_and_nothing_is_sealed_that_is_not_shared() -> None:
    """That it was refused can be said; that nobody asked cannot be left out."""
    assert [each.path for each in check({}, Share.FULL)] == ["con_Consent"]
    assert check({"con_Consent": False}, Share.FULL) == []
    assert check({"con_Consent": True}, Share.NONE)
    assert [each.path for each in check([], Share.FULL)] == ["$"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
names = st.sampled_from([*fields(), *SECTIONS]) | st.text(max_size=10)


@given(st.dictionaries(names, values, max_size=6), st.sampled_from([Share.FULL, Share.PSEUDONYMOUS]))
def test_nothing_that_can_be_sent_breaks_the_check(content: dict[str, Any], share: Share) -> None:
    """And the sentences are of a few, whatever was sent."""
    for found in check(content, share):
        assert found.words.endswith(".")
        assert len(found.path) < 80


def fit(field: Field) -> st.SearchStrategy[Any]:
    """Values that fit a field."""
    match field.type:
        case "boolean":
            return st.booleans()
        case "number":
            return st.integers(-(10**9), 10**9)
        case "choice":
            return st.sampled_from(field.values)
        case "choices":
            return st.lists(st.sampled_from(field.values), unique=True)
        case "date":
            return st.dates().map(str)
        case "language":
            return st.sampled_from(["es", "gn", "grn"])
        case "country":
            return st.sampled_from(["PY", "ARG"])
        case "countries":
            return st.lists(st.sampled_from(["PY", "AR", "BRA"]), unique=True)
        case "phone":
            return st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
        case "email":
            return st.just("persona@ejemplo.invalid")
    return st.text(st.characters(categories=["L", "N", "P"]), max_size=200)


@given(st.data())
def test_every_field_takes_what_its_type_says(data: st.DataObject) -> None:
    """Each by itself, in its own part."""
    field = data.draw(st.sampled_from(list(fields().values())))
    item = {field.field: data.draw(fit(field))}
    content = {"con_Consent": True} | ({field.of: [item]} if field.of else item)
    assert check(content, Share.FULL) == []
