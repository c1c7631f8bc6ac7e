"""Claims about what stands around the fragments of a page."""

import re

import pytest

from adapters.legacy_sonar.mimic.frame import Frame, answer, error, escape, message

COUNTED = {b"Date", b"Content-Length"}
SRN, SWEC = re.compile(rb"SRN=(\w+)"), re.compile(rb"SWEC=(\d+)")


def frame_of(body: bytes, setting) -> Frame:
    """The frame in which legacy made a page."""
    return Frame(setting, "AWE0421", SRN.search(body)[1].decode(), int(SWEC.search(body)[1]), True, frozenset())


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("client_search_nothing", "SNR Klant Zoek View"), ("caseload_contacthistorie", "SNR Contacthistorie View"),
        ("caseload_klantbeeld", "SNR Klantbeeld View"), ("vacancy_search", "SNR Vacature Zoek View"),
        ("employer_from_vacancy", "SNR Werkgever View"), ("worklist", "SNR Werkvoorraad View"),
    ],
)  # fmt: skip
def test_head_menu_tabs_and_foot_are_legacys(recorded, setting, views, name, view):
    """With tabs on the screens of one person and nowhere else; every field but those that others write."""
    body = recorded[name].answer.body
    inner = body[body.index(b"<form ") : body.rindex(b"</form>\r\n") + 9]
    made = answer(frame_of(body, setting), views.views[view], inner.decode("cp1252"))
    assert made.body == body
    assert set(made.fields) == {field for field in recorded[name].answer.fields if field[0] not in COUNTED}


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("record_unknown", "SNR-0004", "Record niet gevonden"),
        ("candidate_search_without_vacancy", "SNR-0022", "VacatureId is verplicht"),
    ],
)
def test_an_error_is_told_as_legacy_tells_it(recorded, framed, name, code, text):
    """A page of its own, with status 200."""
    made = error(framed(), code, text)
    assert (made.status, made.body) == (200, recorded[name].answer.body)


def test_an_error_for_a_script_is_a_block(recorded, framed):
    """Legacy's own block, with another code and text in it."""
    made = error(
        framed(whole=False), "SNR-0009", "U hebt de knop Terug van uw browser gebruikt; deze pagina is verlopen"
    )
    assert made.body == recorded["replay_rpc"].answer.body


def test_fragments_for_a_script_are_all_there_is(framed, views):
    """No head, no menu."""
    assert answer(framed(whole=False), views.views["SNR Klantbeeld View"], "<form></form>").body == b"<form></form>"


def test_what_legacy_cannot_say_is_an_error(framed, views):
    """A question mark would be a lie about what the record holds; the debris of cp1252 is said as it came."""
    view = views.views["SNR Klantbeeld View"]
    assert answer(framed(whole=False), view, "\u20ac\x81\x9d").body == b"\x80\x81\x9d"
    with pytest.raises(UnicodeEncodeError):
        answer(framed(), view, "\u0141")


def test_four_signs_are_escaped():
    """An apostrophe stays."""
    assert escape('O\'N & <b> "x"') == "O'N &amp; &lt;b&gt; &quot;x&quot;"


def test_the_answer_of_a_service_is_utf_8():
    """What a screen cannot say, a service can; it says nothing about keeping it."""
    made = message("<x>Łódź €</x>")
    assert (made.status, made.body) == (200, "<x>Łódź €</x>".encode())
    assert [name for name, _ in made.fields] == [b"Server", b"Content-Type"]
