"""One reading of the bytes of a request, or none."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.wire import OddError

ANY_BYTES = bytes(range(256))


def test_every_byte_survives_the_round_trip() -> None:
    """The five bytes that windows-1252 leaves undefined come back as they were; the euro is 0x80."""
    assert wire.encode(wire.decode(ANY_BYTES)) == ANY_BYTES
    assert wire.decode(b"\x80\x92") == "€’"


def test_letters_are_windows_1252_never_utf_8() -> None:
    """`M%C3%BCller` is four odd letters here, and `M%FCller` is Müller."""
    assert wire.pairs(b"s_1_1_2_0=M%FCller-Co%F6rdinatie+%80") == [("s_1_1_2_0", "Müller-Coördinatie €")]
    assert wire.pairs(b"s_1_1_2_0=M%C3%BCller") == [("s_1_1_2_0", "MÃ¼ller")]


@pytest.mark.parametrize(
    ("name", "value", "long"),
    [
        (b"M", b"x", "SWEMethod"),
        (b"swemethod", b"x", "SWEMethod"),
        (b"C", b"17", "SWEC"),
        (b"c", b"Gv", "SWECmd"),
        (b"SWECount", b"1", "SWEC"),
        (b"Rs", b"", "SWERowIds"),
        (b"_SN", b"x", "_sn"),
        (b"S_1_1_2_0", b"x", "s_1_1_2_0"),
        (b"SWERowId3", b"x", "SWERowId3"),
    ],
)
def test_short_long_and_case_are_one_name(name: bytes, value: bytes, long: str) -> None:
    """A name has one spelling inside."""
    assert wire.canonical(name, value) == long


@given(st.binary(min_size=1, max_size=12), st.sampled_from([b"SWEMethod", b"SWERowId", b"s_1_1_7_0", b"M", b"SWEAC"]))
def test_a_name_with_anything_beside_it_has_no_reading(odd: bytes, name: bytes) -> None:
    """Whatever stands before or behind a known name, a strange byte in it leaves no reading."""
    assume(any(byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_&=" for byte in odd))
    assume(b"&" not in odd and b"=" not in odd)
    for spelled in (name + odd, odd + name):
        with pytest.raises(OddError):
            wire.pairs(spelled + b"=x")


@given(
    st.lists(st.tuples(st.sampled_from(["SWEMethod", "swemethod", "M", "m"]), st.sampled_from(["a", "b"])), min_size=1)
)
def test_two_values_of_one_name_have_no_reading(pairs) -> None:
    """Any spelling, any order: one value passes, two never do."""
    data = "&".join(f"{name}={value}" for name, value in pairs).encode()
    if len({value for _, value in pairs}) == 1:
        assert wire.single(wire.pairs(data)) == {"SWEMethod": pairs[0][1]}
    else:
        with pytest.raises(OddError, match="duplicate"):
            wire.single(wire.pairs(data))


@given(st.binary(max_size=60), st.integers(0, 3))
def test_a_value_is_read_the_same_however_it_is_escaped(value: bytes, style: int) -> None:
    """Escaped whole, in part or in small letters: one value."""
    escaped = ["".join(f"%{byte:02X}" for byte in value), "".join(f"%{byte:02x}" for byte in value)]
    escaped += [quote_from_bytes(value, safe=""), quote_from_bytes(value, safe="*~").replace("%20", "+")]
    assert wire.pairs(b"s_1_1_2_0=" + escaped[style].encode()) == [("s_1_1_2_0", wire.decode(value))]


def test_a_chain_is_read_to_its_last_link() -> None:
    """Encoded once, twice or not at all, a chain has the same links."""
    for chained in (b"SWECmd=Gp&SWEView=X", b"SWECmd%3DGp%26SWEView%3DX", b"SWECmd%253DGp&SWEView=X"):
        links, shared = wire.chain(wire.pairs(b"SWECmd=Gv&SWEC=4&SWEAC=" + chained + b"&SRN=k"))
        assert [dict(link) for link in links] == [{"SWECmd": "Gv"}, {"SWECmd": "Gp", "SWEView": "X"}]
        assert shared == {"SWEC": "4", "SRN": "k"}


@pytest.mark.parametrize("value", [b"", b"ExportList", b"%2525253D"])
def test_a_chain_that_names_nothing_has_no_reading(value: bytes) -> None:
    """An empty chain, one without a pair, and one that is encoded too often."""
    with pytest.raises(OddError, match="chain"):
        wire.chain(wire.pairs(b"SWECmd=Gv&SWEAC=" + value))


def test_a_chain_has_five_links_at_most() -> None:
    """Legacy drops what comes after silently; here it has no reading."""
    wire.chain(wire.pairs(b"SWECmd=Gp" + b"&SWEAC=SWECmd=Gp" * 4))
    with pytest.raises(OddError, match="chain-depth"):
        wire.chain(wire.pairs(b"SWECmd=Gp" + b"&SWEAC=SWECmd=Gp" * 5))


def test_names_may_come_back_behind_a_chain_only_for_views() -> None:
    """A reader that ignores chains sees one name twice: harmless for a view, not for a row or a method."""
    assert wire.tangled(wire.pairs(b"SWEView=A&SWEAC=SWECmd=Gv&SWEView=B"))
    assert not wire.tangled(wire.pairs(b"SWEView=A&SWEAC=SWECmd=Gv&SWERowId=1-7A"))
    with pytest.raises(OddError, match="duplicate"):
        wire.tangled(wire.pairs(b"SWERowId=1-7B&SWEAC=SWECmd=Gv&SWERowId=1-7A"))


@pytest.mark.parametrize("data", [b"s_1_1_2_0=%", b"s_1_1_2_0=%4", b"s_1_1_2_0=%u0041", b"s_1_1_2_0=100%+"])
def test_a_broken_escape_has_no_reading(data: bytes) -> None:
    """Servers differ in what they make of it."""
    with pytest.raises(OddError, match="percent"):
        wire.pairs(data)


def test_the_token_of_cookie_and_address_must_agree(get) -> None:
    """The parameter wins over the cookie in legacy; two different ones are two sessions."""
    assert wire.token(get(b""), "nT8wAbC0123456789__") == b"nT8wAbC0123456789__"
    with pytest.raises(OddError, match="two-sessions"):
        wire.token(get(b""), "other")
    with pytest.raises(OddError, match="two-sessions"):
        wire.token(get(b"", (b"cookie", b"a=1;_sn=other")), None)


@pytest.mark.parametrize("value", [b"a b", b'"quoted"', b"a,b", b"\xff", b"x" * 600])
def test_a_token_of_odd_bytes_has_no_reading(get, value: bytes) -> None:
    """What servers cut, unquote or join is no token."""
    with pytest.raises(OddError, match=r"token|two-sessions"):
        wire.token(get(b"", (b"Cookie", b"_sn=" + value)), None)


def test_more_parameters_than_a_screen_has_are_refused() -> None:
    """Bounded work."""
    with pytest.raises(OddError, match="too-many"):
        wire.pairs(b"&" * 600)


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"/a?b?c", b"/a"), (b"http://host:80/a?b", b"/a"), (b"HTTPS://host/a", b"/a"), (b"http://host", b"/")],
)
def test_the_path_is_what_stands_before_the_first_question_mark(target: bytes, path: bytes) -> None:
    """Origin and absolute form give one path."""
    assert wire.split(target)[0] == path


def test_another_scheme_has_no_reading() -> None:
    """Only http and https are forms of a request to us."""
    with pytest.raises(OddError):
        wire.split(b"ftp://host/a")


def test_a_service_query_is_closed() -> None:
    """Names of a service call are few, and no command of a screen is among them."""
    assert wire.service_query(b"SWEExtSource=WebService&WSSOAP=1") == {"SWEExtSource": "WebService", "WSSOAP": "1"}
    for query in (b"SWECmd=Gv", b"SWEExtCmd=Execute&SWEExtCmd=Other", b"WSSOAP=%"):
        with pytest.raises(OddError):
            wire.service_query(query)
