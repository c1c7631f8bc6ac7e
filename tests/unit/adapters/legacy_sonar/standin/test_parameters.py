"""How leniently the legacy reads parameters."""

import pytest

from adapters.legacy_sonar.standin.parameters import COMMANDS, LONG, SHORT, name_of, read

FORM = "application/x-www-form-urlencoded"


def links(query: str, body: bytes = b"", kind: str = FORM) -> list[dict[str, str]]:
    """The links of a request."""
    return list(read(query.encode("latin-1"), body, kind).links)


def test_the_last_duplicate_wins_and_the_body_beats_the_query():
    """Query before body, the last one wins, names without case."""
    assert links("SWEMethod=A&swemethod=B", b"M=C") == [{"SWEMethod": "C"}]


def test_c_is_a_count_or_a_command():
    """`C=12` is the sequence number, `C=Gv` the command."""
    assert read(b"C=12&C=Gv", b"", FORM).links[0] == {"SWEC": "12", "SWECmd": "GotoView"}


def test_no_two_names_share_a_short_form():
    """The short forms are unambiguous, and none shadows a long name."""
    assert not set(SHORT) & set(LONG)
    assert len(set(COMMANDS.values())) == len(COMMANDS)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SWEMethod\0x", "SWEMethod"),
        (" sweview ", "SWEView"),
        ("S_1_1_2_0", "s_1_1_2_0"),
        ("SWEMethod[]", "SWEMethod[]"),
    ],
)
def test_names_are_cut_stripped_and_folded(name, wanted):
    """NUL cuts, blanks go, case is folded; brackets make another name."""
    assert name_of(name, "x") == wanted


def test_chains_are_split_and_limited():
    """Everything behind SWEAC is the next link; a sixth link is dropped; whole-request names count from anywhere."""
    found = read(b"SWECmd=Gv&SWEAC=SWECmd=Inv&SWEMethod=ExportList&SWEC=7", b"", FORM)
    assert [link.get("SWECmd") for link in found.links] == ["GotoView", "InvokeMethod"]
    assert found.links[1]["SWEMethod"] == "ExportList"
    assert found.whole == {"SWEC": "7"}
    assert len(links("&".join(["SWEAC=SWECmd=Gv"] * 9))) == 5


@pytest.mark.parametrize(
    "text", ["SWEAC=SWECmd=Inv", "SWEAC=SWECmd%3DInv", "SWEAC=SWECmd%253DInv", "SWEAC=SWECmd%25253DInv", "AC=C=Inv"]
)
def test_a_chain_may_be_encoded_any_number_of_times(text):
    """Unescaped, once, twice and three times escaped chains are the same."""
    assert links(text)[1]["SWECmd"] == "InvokeMethod"


def test_an_empty_chain_is_an_empty_link():
    """`SWEAC=` opens a link with nothing in it."""
    assert links("SWECmd=Gv&SWEAC=") == [{"SWECmd": "GotoView"}, {}]


def test_xml_and_multipart_are_bodies_too():
    """The EXEC form and multipart parts, with the file name kept."""
    xml = b'<EXEC><CMD NAME="SWECmd" VALUE="Gv"><ARG NAME="SWEView">SNR CV View</ARG></CMD></EXEC>'
    assert links("", xml, "text/xml") == [{"SWECmd": "GotoView", "SWEView": "SNR CV View"}]
    part = b'--b\r\nContent-Disposition: form-data; name="s_16_1_1_0"; filename="C:\\x\\brief.doc"\r\nContent-Type: x\r\n\r\nDATA\r\n--b--'
    assert links("", part, 'multipart/form-data; boundary="b"') == [
        {"s_16_1_1_0": "DATA", "filename": "C:\\x\\brief.doc"}
    ]


def test_bytes_survive():
    """cp1252 and the five undefined bytes are read as such."""
    assert links("x=%80%81\xfc+%2B") == [{"x": "€\x81ü +"}]
