"""The links of a request joined: the strictest wins, and no odd spelling makes a request weaker."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.legacy_sonar.classify import STRICTNESS
from adapters.legacy_sonar.vocabulary import _SHORT
from proxy.model.call import Call, Unclear

EXPORT = (("SWECmd", "InvokeMethod"), ("SWEMethod", "ExportList"), ("SWEView", "SNR Klant Zoek View"))
WRITE = (
    ("SWECmd", "InvokeMethod"),
    ("SWEMethod", "WriteRecord"),
    ("SWEView", "SNR Klant Contactgegevens View"),
    ("SWERowId", "1-7ABC3"),
    ("s_5_1_1_0", "050"),
)
FML = (("SWECmd", "GotoView"), ("SWEView", "SNR Belastbaarheid View"), ("SWERowId", "1-7ABC3"))
HARMLESS = (("SWECmd", "GotoView"), ("SWEView", "SNR Vacature Zoek View"))
SENSITIVE = {"list.export": EXPORT, "client.contact.update": WRITE, "client.workcapacity.view": FML}
LONG = {long: short for short, long in _SHORT.items()} | {"SWECmd": "C"}


def escape(text: str, every: bool) -> bytes:
    """Percent-encode a value, all of it or only what must be."""
    data = text.encode("cp1252")
    if every:
        return b"".join(b"%%%02X" % byte for byte in data)
    return data.replace(b" ", b"+")


@st.composite
def spelled(draw, pairs) -> bytes:
    """Spell a request in some way that legacy understands: case, short names, escapes, order, doubles, split chains."""
    out = []
    for name, value in draw(st.permutations(pairs)):
        written = LONG[name] if name in LONG and draw(st.booleans()) else name
        written = draw(st.sampled_from([written, written.lower(), written.upper()]))
        pair = written.encode() + b"=" + escape(value, draw(st.booleans()))
        out += [pair] * draw(st.integers(1, 2))
    return b"&".join(out)


def weight(dialect, read: Call) -> tuple[int, int]:
    """How strict a reading is: kind, and sensitivity of its function."""
    function = dialect._tables.catalogue.function(read.function) if read.function else None
    return STRICTNESS.index(read.kind), function.sensitivity if function else 0


@pytest.mark.parametrize("function", SENSITIVE)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_spelling_makes_it_weaker(dialect, post, function: str, data) -> None:
    """However it is spelled, a sensitive request is read as what it is, or not at all."""
    read = dialect.read(post(data.draw(spelled(SENSITIVE[function]))))
    assert isinstance(read, Unclear) or read.function == function


@pytest.mark.parametrize("function", SENSITIVE)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_harmless_command_before_or_behind_does_not_help(dialect, get, function: str, data) -> None:
    """In any link of a chain, encoded or not, the sensitive command decides."""
    first, second = data.draw(st.permutations([HARMLESS, SENSITIVE[function]]))
    head, tail = data.draw(spelled(first)), data.draw(spelled(second))
    depth = data.draw(st.integers(0, 2))
    for _ in range(depth):
        tail = b"".join(b"%%%02X" % byte if byte in b"%=&+" else bytes([byte]) for byte in tail)
    chain = data.draw(st.sampled_from([b"SWEAC", b"AC", b"sweac"]))
    read = dialect.read(get(head + b"&" + chain + b"=" + tail))
    assert isinstance(read, Unclear) or function in {link.function for link in read.links}


@pytest.mark.parametrize("function", SENSITIVE)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_split_over_query_and_body_it_is_the_same_or_nothing(dialect, post, function: str, data) -> None:
    """Query and body are one set: any division of the pairs gives the same reading or none."""
    pairs = SENSITIVE[function]
    left = data.draw(st.sets(st.integers(0, len(pairs) - 1)))
    query = data.draw(spelled([pair for index, pair in enumerate(pairs) if index in left]))
    body = data.draw(spelled([pair for index, pair in enumerate(pairs) if index not in left]))
    read = dialect.read(post(body, query))
    assert isinstance(read, Unclear) or read.function == function


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(dialect, post, body: bytes, query: bytes) -> None:
    """No input raises."""
    assert isinstance(dialect.read(post(body, query)), Call | Unclear)


def test_random_words_of_the_language_never_raise(dialect, post) -> None:
    """Requests of known names with random known values are read or refused, thousands of them."""
    rng = random.Random(4)
    names = [*LONG, "SWEAC", "s_1_1_7_0", "s_4_1_6_0", "SWERowId0", "SWEQueryName", "ExportFormat", "SWEC"]
    values = ["GotoView", "InvokeMethod", "ExportList", "WriteRecord", "Drilldown", "SNR CV View", "SNR Klant Screen", "1-7ABC3", "1-V100", "s_1_1_7_0", "SWECmd%3DGotoPage", "", "x"]  # fmt: skip
    for _ in range(3000):
        pairs = [f"{rng.choice(names)}={rng.choice(values)}" for _ in range(rng.randint(1, 7))]
        assert isinstance(dialect.read(post("&".join(pairs).replace(" ", "+").encode())), Call | Unclear)


def test_the_strictest_link_names_function_and_kind(dialect, get) -> None:
    """Every pair of commands in a chain is as sensitive as its more sensitive one."""
    for first, second in product((*SENSITIVE.values(), HARMLESS), repeat=2):
        alone = [
            dialect.read(get(b"&".join(f"{n}={v}".replace(" ", "+").encode() for n, v in each)))
            for each in (first, second)
        ]
        chained = "&".join(f"{n}={v}" for n, v in second).replace(" ", "%2B").replace("=", "%3D").replace("&", "%26")
        head = "&".join(f"{n}={v}" for n, v in first).replace(" ", "+")
        read = dialect.read(get(f"{head}&SWEAC={chained}".encode()))
        if isinstance(read, Call):
            assert max(weight(dialect, each)[0] for each in alone) == weight(dialect, read)[0]
            assert max(weight(dialect, each)[1] for each in alone) == weight(dialect, read)[1]
            assert {link.function for link in read.links} >= {each.function for each in alone}


def test_a_long_sequence_number_has_no_reading(dialect, get) -> None:
    """A number that servers would overflow is none."""
    assert dialect.read(get(b"SWECmd=GotoPage&SWEC=" + b"9" * 30)).reason == "sequence"
