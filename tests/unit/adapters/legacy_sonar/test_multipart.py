"""Multipart, read strictly."""

import pytest

from adapters.legacy_sonar.multipart import MultipartError, parts

GOOD = (
    b'--b\r\nContent-Disposition: form-data; name="SWECmd"\r\n\r\nInvokeMethod\r\n'
    b'--b\r\nContent-Disposition: form-data; name="s_16_1_1_0"; filename="C:\\Mijn documenten\\cv.doc"\r\n'
    b"Content-Type: application/msword\r\n\r\n\x00\xff\r\n--b--\r\n"
)
BOUNDARY = {b"boundary": b"b"}


def test_an_upload_as_old_browsers_send_it_is_read() -> None:
    """The full client path is a file name like any other; the file itself is not a value."""
    assert list(parts(BOUNDARY, GOOD)) == [(b"SWECmd", b"InvokeMethod"), (b"s_16_1_1_0", b"")]


NAME = b'name="SWECmd"'
ODD = {
    "single quotes": (NAME, b"name='SWECmd'"),
    "no quotes": (NAME, b"name=SWECmd"),
    "extended name": (NAME, b"name*=UTF-8''SWECmd"),
    "two names": (NAME, b'name="x"; name="SWECmd"'),
    "name behind a file": (NAME, b'filename="a"; name="SWECmd"'),
    "blank in the name": (NAME, b'name="SWECmd "'),
    "transfer encoding": (NAME, NAME + b"\r\nContent-Transfer-Encoding: base64"),
    "two dispositions": (NAME, NAME + b'\r\nContent-Disposition: form-data; name="x"'),
    "charset of its own": (NAME, NAME + b"\r\nContent-Type: text/plain; charset=utf-16"),
    "folded header": (NAME, b"\r\n " + NAME),
    "preamble": (
        b'--b\r\nContent-Disposition: form-data; name="SWECmd"',
        b'x\r\n--b\r\nContent-Disposition: form-data; name="SWECmd"',
    ),
    "epilogue": (b"--b--\r\n", b"--b--\r\nmore"),
    "bare line feeds": (b"\r\n", b"\n"),
    "boundary inside": (b"\x00\xff", b"\n--b\nx"),
    "no blank line": (b"\r\n\r\nInvoke", b"\r\nInvoke"),
}


@pytest.mark.parametrize(("old", "new"), ODD.values(), ids=ODD.keys())
def test_what_a_loose_server_reads_otherwise_is_refused(old: bytes, new: bytes) -> None:
    """Quotes, encodings, doubles and framing that servers disagree about leave no reading."""
    assert old in GOOD
    with pytest.raises(MultipartError):
        list(parts(BOUNDARY, GOOD.replace(old, new)))


@pytest.mark.parametrize("parameters", [{}, {b"boundary": b""}, {b"boundary": b"a b"}, {b"boundary": b"b", b"x": b"y"}])
def test_a_boundary_is_one_plain_word(parameters) -> None:
    """None, an empty one, one with a blank, or other parameters beside it."""
    with pytest.raises(MultipartError):
        list(parts(parameters, GOOD))
