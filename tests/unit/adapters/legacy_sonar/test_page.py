"""A page is read whole: view, fragments, notices and errors of a closed table."""

import pytest

from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.page import ERRORS, Variant, parse

ERROR = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\r\n<html><head><title>SONAR - Foutmelding</title>\r\n'
    '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">\r\n'
    '<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>\r\n<body class="sonar">\r\n'
    '<table class="foutmelding"><tr><td class="fout">{text} </td></tr></table>\r\n'
    '<div id="voet">24-11-2020 09:00:00</div>\r\n</body></html>\r\n'
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("record_unknown", "SNR-0004"),
        ("replay", "SNR-0009"),
        ("replay_rpc", "SNR-0009"),
        ("contact_write_stale", "SNR-0010"),
        ("contact_write_rejected", "SNR-0012"),
        ("maintenance", "SNR-0098"),
        ("candidate_search_without_vacancy", "SNR-0022"),
    ],
)
def test_errors_are_told_by_their_code(grammar, recorded, name: str, code: str) -> None:
    """Full page or block for scripts."""
    assert parse(recorded[name].answer.body, grammar).error == code


@pytest.mark.parametrize(
    "text",
    [
        "Record niet gevonden (SNR-0005)",
        "Jansen is niet gevonden (SNR-0004)",
        "Record niet gevonden",
        "<b>x</b> (SNR-0004)",
    ],
)
def test_an_error_text_of_ones_own_is_not_read(grammar, text: str) -> None:
    """A message may hold a name; only the known texts hold none."""
    with pytest.raises(UnreadableError):
        parse(ERROR.format(text=text).encode(), grammar)


def test_the_known_error_page_is_read(grammar) -> None:
    """The template of this test is a page of the legacy."""
    assert parse(ERROR.format(text="Record niet gevonden (SNR-0004)").encode(), grammar).error in ERRORS


def test_the_log_in_page_is_told(grammar, recorded) -> None:
    """With and without a message."""
    for name in (
        "login_page",
        "login_failed",
        "login_locked",
        "login_password_expired",
        "login_busy",
        "logoff",
        "expired_rpc",
    ):
        assert parse(recorded[name].answer.body, grammar).login, name


def test_fragments_come_in_page_order_with_their_rows(grammar, recorded) -> None:
    """A page of one person is head, form and lists of child rows; the lists name their person."""
    page = parse(recorded["in_region_cv"].answer.body, grammar)
    assert [(part.applet.number, part.variant) for part in page.fragments] == [
        (9, Variant.FORM),
        (1, Variant.FORM),
        (2, Variant.LIST),
        (3, Variant.LIST),
    ]
    assert {part.parent for part in page.fragments if part.variant is Variant.LIST} == {page.fragments[0].row_id}


def test_the_two_search_screens_are_told_apart(grammar, recorded) -> None:
    """They have the same places; title and button tell which it is."""
    assert parse(recorded["client_search_name"].answer.body, grammar).fragments[0].view.name == "SNR Klant Zoek View"
    national = parse(recorded["client_search_national"].answer.body, grammar).fragments[0].view.name
    assert national == "SNR Klant Zoek Alle Organisaties View"


def test_a_title_that_contradicts_its_fragments_is_not_read(grammar, recorded) -> None:
    """One of the two was not decided about."""
    body = recorded["client_search_name"].answer.body.replace(b"SONAR - Klant zoeken", b"SONAR - Vacature zoeken")
    with pytest.raises(UnreadableError):
        parse(body, grammar)


def test_a_notice_of_ones_own_is_not_read(grammar, recorded) -> None:
    """A notice may hold a name; only the known ones hold none."""
    body = recorded["contact_write_ok"].answer.body
    assert parse(body, grammar).notice == "Record gewijzigd"
    with pytest.raises(UnreadableError):
        parse(body.replace(b">Record gewijzigd<", b">Record van Jansen gewijzigd<"), grammar)


def test_the_query_form_has_no_rows(grammar, recorded) -> None:
    """After a new query there are only empty inputs."""
    (part,) = parse(recorded["client_query_form"].answer.body, grammar).fragments
    assert part.variant is Variant.QUERY
    assert part.rows == ()
