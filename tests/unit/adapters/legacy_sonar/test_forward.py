"""What may not go up is taken off; everything else keeps its bytes and its order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.model.http import Request

PLAIN = (
    (b"Host", b"sonar.example"),
    (b"user-AGENT", b"MSIE 6.0"),
    (b"Cookie", b"_sn=a"),
    (b"X-Other", b"1"),
    (b"X-Other", b"2"),
)


def forwarded(
    dialect, *fields: tuple[bytes, bytes], target: bytes = b"/sonar_nld/start.swe"
) -> tuple[tuple[bytes, bytes], ...]:
    """Give the fields that go up."""
    return dialect.forward(Request(b"GET", target, b"HTTP/1.1", fields, b"", "192.0.2.1")).fields


def test_a_plain_request_goes_up_as_it_is(dialect) -> None:
    """The very same object: nothing was touched."""
    request = Request(b"POST", b"/sonar_nld/start.swe?x", b"HTTP/1.0", PLAIN, b"x=%7e+%20&&y==", "192.0.2.1")
    assert dialect.forward(request) is request


FORGED = ["X-Sonar-User", "X-Sonar-Region", "X-Sonar-Role", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Remote-User", "SM-User", "X-Remote-User", "X-SSO-User", "X-HTTP-Method-Override", "X-Real-IP", "Range", "If-None-Match", "If-Modified-Since", "If-Range"]  # fmt: skip


@given(st.sampled_from(FORGED), st.integers(0, 2**16), st.sampled_from([b"", b" ", b"\t"]), st.binary(max_size=5))
def test_a_forged_field_is_taken_off_in_every_spelling(dialect, name: str, bits: int, pad: bytes, value: bytes) -> None:
    """Case, underscores for hyphens and blanks round the name do not help; a second one does not either."""
    letters = [letter.upper() if bits >> index & 1 else letter.lower() for index, letter in enumerate(name)]
    spelled = "".join("_" if letter == "-" and bits >> index & 1 else letter for index, letter in enumerate(letters))
    field = (pad + spelled.encode() + pad, value)
    assert forwarded(dialect, PLAIN[0], field, *PLAIN[1:], field) == PLAIN


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (b"gzip", b"gzip"),
        (b"gzip, deflate", b"gzip"),
        (b"br, zstd", b"identity"),
        (b"deflate;q=1, gzip;q=0.5", b"gzip"),
        (b"gzip;q=0", b"identity"),
        (b"gzip; q=0.0", b"identity"),
        (b"*", b"identity"),
        (b"", b"identity"),
    ],
)
def test_only_gzip_may_come_back(dialect, asked: bytes, sent: bytes) -> None:
    """What we cannot decode is not asked for."""
    assert forwarded(dialect, (b"accept-ENCODING", asked)) == ((b"accept-ENCODING", sent),)


def test_an_absent_coding_stays_absent(dialect) -> None:
    """Nothing is added."""
    assert forwarded(dialect, *PLAIN) == PLAIN


def test_static_files_may_be_asked_conditionally(dialect) -> None:
    """No person is behind them, so a browser may keep them."""
    field = (b"If-None-Match", b'"8d-4a7c"')
    assert forwarded(dialect, field, target=b"/sonar_nld/static/sonar.css") == (field,)
    assert forwarded(dialect, field) == ()
