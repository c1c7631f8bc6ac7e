"""Chunked bodies and leaving messages with what must become of them.

A chunked case is (name, bytes, expected): a rule, None while incomplete, or (body, rest). The cap is 100 bytes.
A leaving case is (name, a function that encodes, expected): a rule or the bytes.
"""

from proxy.listener.rule import Rule
from proxy.model.http import Answer, Request

CAP = 100
CHUNKED = [
    ("one chunk", b"5\r\nhello\r\n0\r\n\r\n", (b"hello", b"")),
    ("two chunks", b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", (b"hello", b"")),
    ("no chunk", b"0\r\n\r\n", (b"", b"")),
    ("many zeros at the end", b"00000\r\n\r\n", (b"", b"")),
    ("zeros before", b"0005\r\nhello\r\n0\r\n\r\n", (b"hello", b"")),
    ("capital hex", b"A\r\n0123456789\r\n0\r\n\r\n", (b"0123456789", b"")),
    ("something behind", b"0\r\n\r\nGET /", (b"", b"GET /")),
    ("trailer is dropped", b"0\r\nX: 1\r\nY: 2\r\n\r\nrest", (b"", b"rest")),
    ("extension", b"5;a=b\r\nhello\r\n0;c\r\n\r\n", (b"hello", b"")),
    ("extension behind blanks", b"5 \t;a=b\r\nhello\r\n0\r\n\r\n", (b"hello", b"")),
    ("extension in quotes", b'5;a="b;c"\r\nhello\r\n0\r\n\r\n', (b"hello", b"")),
    ("line ends inside data", b"4\r\n\r\n\r\n\r\n0\r\n\r\n", (b"\r\n\r\n", b"")),
    ("at the cap", b"64\r\n" + b"x" * 100 + b"\r\n0\r\n\r\n", (b"x" * 100, b"")),
    ("over the cap", b"65\r\n", Rule.BODY),
    ("over the cap in two", b"64\r\n" + b"x" * 100 + b"\r\n1\r\n", Rule.BODY),
    ("huge size", b"FFFFFFFF\r\n", Rule.BODY),
    ("size of nine digits", b"000000005\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("size with plus", b"+5\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("size with minus", b"-5\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("size with an underscore", b"1_0\r\n", Rule.CHUNK_SIZE),
    ("size empty", b"\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("size of letters", b"xyz\r\n", Rule.CHUNK_SIZE),
    ("space before the size", b" 5\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("space behind the size", b"5 \r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("control byte in the extension", b"5;a=\x01\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("bare CR in the extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("bare LF in the extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n", Rule.CHUNK_SIZE),
    ("bare LF behind the size", b"5\nhello", Rule.BARE_LF),
    ("unfinished NUL", b"5\0", Rule.NUL),
    ("endless size line", b"5;" + b"a" * 1100, Rule.CHUNK_LINE),
    ("long size line", b"5;" + b"a" * 1100 + b"\r\n", Rule.CHUNK_LINE),
    ("no line end behind data", b"5\r\nhelloX\r\n0\r\n\r\n", Rule.CHUNK_END),
    ("bare LF behind data", b"5\r\nhello\n0\r\n\r\n", Rule.CHUNK_END),
    ("half a line end behind data", b"5\r\nhello\rX", Rule.CHUNK_END),
    ("trailer fold", b"0\r\nX: 1\r\n y\r\n\r\n", Rule.FOLD),
    ("trailer without a colon", b"0\r\nX\r\n\r\n", Rule.NO_COLON),
    ("trailer bare LF", b"0\r\nX: 1\nY: 2\r\n\r\n", Rule.BARE_LF),
    ("trailer unfinished bare LF", b"0\r\nX: 1\nY", Rule.BARE_LF),
    ("trailer NUL", b"0\r\nX: \0\r\n\r\n", Rule.NUL),
    ("trailer bad name", b"0\r\nX Y: 1\r\n\r\n", Rule.NAME),
    ("trailer poses as framing", b"0\r\nContent_Length: 1\r\n\r\n", Rule.CONFUSING),
    ("trailer too large", b"0\r\nX: " + b"a" * 9000, Rule.TRAILER),
    ("trailer of too many fields", b"0\r\n" + b"X: 1\r\n" * 101 + b"\r\n", Rule.FIELDS),
    ("incomplete size", b"5", None),
    ("incomplete data", b"5\r\nhel", None),
    ("incomplete end", b"5\r\nhello\r\n0\r\n", None),
    ("incomplete trailer", b"0\r\nX: 1\r\n", None),
]


def _answer(encode, status=200, reason=b"OK", fields=(), body=b"hi", method=b"GET", hop=()):  # noqa: PLR0917 - a builder with defaults
    return b"".join(encode.encode_answer(Answer(status, reason, fields, body), method, hop))


def _request(encode, method=b"GET", target=b"/", fields=(), body=b""):
    return encode.encode_request(Request(method, target, b"HTTP/1.1", fields, body, "peer"), b"core:80")


LEAVING = [
    ("a length is added", _answer, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    ("a length is mended in place", lambda e: _answer(e, fields=((b"CONTENT-length", b"9"), (b"A", b"b"))),
     b"HTTP/1.1 200 OK\r\nCONTENT-length: 2\r\nA: b\r\n\r\nhi"),
    ("two lengths become one", lambda e: _answer(e, fields=((b"Content-Length", b"2"), (b"Content-Length", b"2"))),
     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    ("a coding of ours is dropped", lambda e: _answer(e, fields=((b"Transfer-Encoding", b"chunked"),)),
     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    ("what Connection names is dropped", lambda e: _answer(e, fields=((b"Connection", b"a"), (b"A", b"1"), (b"B", b"2"))),
     b"HTTP/1.1 200 OK\r\nB: 2\r\nContent-Length: 2\r\n\r\nhi"),
    ("this hop's own field comes last", lambda e: _answer(e, hop=((b"Connection", b"close"),)),
     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"),
    ("HEAD has the true length and no body", lambda e: _answer(e, method=b"HEAD"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
    ("HEAD keeps the core's length", lambda e: _answer(e, method=b"HEAD", body=b"", fields=((b"Content-Length", b"7"),)),
     b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"),
    ("HEAD without a length says none", lambda e: _answer(e, method=b"HEAD", body=b""), b"HTTP/1.1 200 OK\r\n\r\n"),
    ("204 has nothing", lambda e: _answer(e, status=204, fields=((b"Content-Length", b"2"),)), b"HTTP/1.1 204 OK\r\n\r\n"),
    ("304 has nothing", lambda e: _answer(e, status=304, fields=((b"Content-Length", b"2"),)), b"HTTP/1.1 304 OK\r\n\r\n"),
    ("cookies stay two lines", lambda e: _answer(e, fields=((b"Set-Cookie", b"a"), (b"Set-Cookie", b"b, c"))),
     b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b, c\r\nContent-Length: 2\r\n\r\nhi"),
    ("CR LF in a value", lambda e: _answer(e, fields=((b"A", b"b\r\nSet-Cookie: c"),)), Rule.LEAVING_CONTROL),
    ("LF in a value", lambda e: _answer(e, fields=((b"A", b"b\nc"),)), Rule.LEAVING_CONTROL),
    ("CR in a value", lambda e: _answer(e, fields=((b"A", b"b\rc"),)), Rule.LEAVING_CONTROL),
    ("NUL in a value", lambda e: _answer(e, fields=((b"A", b"b\0"),)), Rule.LEAVING_CONTROL),
    ("CR LF in the reason", lambda e: _answer(e, reason=b"OK\r\nA: b"), Rule.LEAVING_CONTROL),
    ("CR LF in a name", lambda e: _answer(e, fields=((b"A\r\nB", b"c"),)), Rule.LEAVING_NAME),
    ("colon in a name", lambda e: _answer(e, fields=((b"A: b", b"c"),)), Rule.LEAVING_NAME),
    ("empty name", lambda e: _answer(e, fields=((b"", b"c"),)), Rule.LEAVING_NAME),
    ("status 101", lambda e: _answer(e, status=101), Rule.LEAVING_LINE),
    ("status 100", lambda e: _answer(e, status=100), Rule.LEAVING_LINE),
    ("status 600", lambda e: _answer(e, status=600), Rule.LEAVING_LINE),
    ("a request has our Host first", _request, b"GET / HTTP/1.1\r\nHost: core:80\r\n\r\n"),
    ("a request has our Host in place", lambda e: _request(e, fields=((b"A", b"b"), (b"host", b"poort"))),
     b"GET / HTTP/1.1\r\nA: b\r\nhost: core:80\r\n\r\n"),
    ("a POST has a length", lambda e: _request(e, b"POST"), b"POST / HTTP/1.1\r\nHost: core:80\r\nContent-Length: 0\r\n\r\n"),
    ("a body has a length", lambda e: _request(e, body=b"abc"), b"GET / HTTP/1.1\r\nHost: core:80\r\nContent-Length: 3\r\n\r\n"),
    ("Expect ends here", lambda e: _request(e, fields=((b"Expect", b"100-continue"),)), b"GET / HTTP/1.1\r\nHost: core:80\r\n\r\n"),
    ("raw bytes go up", lambda e: _request(e, target=b"/?\xfc"), b"GET /?\xfc HTTP/1.1\r\nHost: core:80\r\n\r\n"),
    ("space in a target", lambda e: _request(e, target=b"/ HTTP/1.1"), Rule.LEAVING_LINE),
    ("empty target", lambda e: _request(e, target=b""), Rule.LEAVING_LINE),
    ("CR LF in a target", lambda e: _request(e, target=b"/\r\nA:b"), Rule.LEAVING_CONTROL),
    ("bad method", lambda e: _request(e, b"GE T"), Rule.LEAVING_LINE),
    ("CR LF in a request value", lambda e: _request(e, fields=((b"A", b"b\r\n\r\nGET /x HTTP/1.1"),)), Rule.LEAVING_CONTROL),
]  # fmt: skip
