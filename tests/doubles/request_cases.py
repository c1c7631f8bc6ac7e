"""Raw requests with what must become of them, from RFC 9110 and RFC 9112: a rule that refuses, or the parts that stay.

A case is (name, bytes, expected): expected is a Rule; None where the head is not complete; or a mapping of attributes.
`RULES` is what the cases are read with. The table is the specification of `proxy/listener/head.py` and of the mutation test.
"""

from proxy.listener.head import HEAD_LIMIT, TARGET_LIMIT, RequestRules
from proxy.listener.rule import Rule

RULES = RequestRules(
    hosts=frozenset((b"poort", b"127.0.0.1", b"[::1]", b"other:8443")), body_limit=1000, upload_limit=5000
)
RAW_RULES = RequestRules(hosts=frozenset((b"poort",)), raw_query=True)
END = b"\r\n\r\n"


def get(target: bytes = b"/", fields: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    """Make a GET with a good Host and these further lines."""
    return b"GET " + target + b" " + version + b"\r\nHost: poort" + (b"\r\n" + fields if fields else b"") + END


def post(fields: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    """Make a POST with a good Host and these further lines."""
    return b"POST /x " + version + b"\r\nHost: poort\r\n" + fields + END


def line(first: bytes) -> bytes:
    """Make a request with this first line."""
    return first + b"\r\nHost: poort" + END


def host(*lines: bytes, version: bytes = b"HTTP/1.1", target: bytes = b"/") -> bytes:
    """Make a GET with these lines in the place of Host."""
    return b"\r\n".join((b"GET " + target + b" " + version, *lines)) + END


FIRST_LINE = [
    ("plain", get(), {"method": b"GET", "target": b"/", "version": b"HTTP/1.1", "length": 0, "keep": True}),
    ("query", get(b"/a?b=c&d"), {"target": b"/a?b=c&d"}),
    ("dot segments stay", get(b"/a/../b/./c"), {"target": b"/a/../b/./c"}),
    ("empty query stays", get(b"/a?"), {"target": b"/a?"}),
    ("double slash stays", get(b"//evil/x"), {"target": b"//evil/x"}),
    ("percent encoding stays", get(b"/%2e%2E/%00"), {"target": b"/%2e%2E/%00"}),
    ("quotes and braces are visible", get(b'/a"<>{}|^`\\'), {"target": b'/a"<>{}|^`\\'}),
    ("own method", line(b"BREW /pot HTTP/1.1"), {"method": b"BREW"}),
    ("lower case method is another method", line(b"get / HTTP/1.1"), {"method": b"get"}),
    ("method of 64", line(b"M" * 64 + b" / HTTP/1.1"), {"method": b"M" * 64}),
    ("method of 65", line(b"M" * 65 + b" / HTTP/1.1"), Rule.METHOD),
    ("method with a separator", line(b"GE(T / HTTP/1.1"), Rule.METHOD),
    ("method with a colon", line(b"GET: / HTTP/1.1"), Rule.METHOD),
    ("method above ascii", line(b"G\xcbT / HTTP/1.1"), Rule.METHOD),
    ("no method", line(b" / HTTP/1.1"), Rule.METHOD),
    ("CONNECT", line(b"CONNECT poort:443 HTTP/1.1"), Rule.CONNECT),
    ("CONNECT of a path", line(b"CONNECT / HTTP/1.1"), Rule.CONNECT),
    ("asterisk", line(b"OPTIONS * HTTP/1.1"), Rule.ASTERISK),
    ("asterisk by GET", line(b"GET * HTTP/1.1"), Rule.ASTERISK),
    ("HTTP/0.9", b"GET /" + END, Rule.REQUEST_LINE),
    ("HTTP/0.9 with fields", line(b"GET /"), Rule.REQUEST_LINE),
    ("two spaces before the target", line(b"GET  / HTTP/1.1"), Rule.REQUEST_LINE),
    ("two spaces before the version", line(b"GET /  HTTP/1.1"), Rule.REQUEST_LINE),
    ("space at the end", line(b"GET / HTTP/1.1 "), Rule.REQUEST_LINE),
    ("space in the target", line(b"GET /a b HTTP/1.1"), Rule.REQUEST_LINE),
    ("tab between", line(b"GET\t/ HTTP/1.1"), Rule.REQUEST_LINE),
    ("tab in the target", line(b"GET /a\tb HTTP/1.1"), Rule.TARGET),
    ("leading space", b" " + get(), Rule.REQUEST_LINE),
    ("empty first line twice", b"\r\n\r\n" + get(), Rule.REQUEST_LINE),
    ("empty first line once", b"\r\n" + get(), {"method": b"GET"}),
    ("bare LF before", b"\n" + get(), Rule.BARE_LF),
    ("bare CR before", b"\r" + get(), Rule.BARE_CR),
    ("version 1.0", get(version=b"HTTP/1.0"), {"version": b"HTTP/1.0", "keep": False}),
    ("version 1.2", get(version=b"HTTP/1.2"), Rule.VERSION),
    ("version 2.0", line(b"PRI * HTTP/2.0"), Rule.VERSION),
    ("version 0.9", get(version=b"HTTP/0.9"), Rule.VERSION),
    ("version with two digits", get(version=b"HTTP/1.10"), Rule.VERSION),
    ("version with zeros", get(version=b"HTTP/01.1"), Rule.VERSION),
    ("version without minor", get(version=b"HTTP/1"), Rule.VERSION),
    ("version in lower case", get(version=b"http/1.1"), Rule.REQUEST_LINE),
    ("other protocol", get(version=b"ICAP/1.0"), Rule.REQUEST_LINE),
    ("fragment", get(b"/a#b"), Rule.TARGET),
    ("fragment in the query", get(b"/a?b#c"), Rule.TARGET),
    ("no leading slash", get(b"a"), Rule.ABSOLUTE),
    ("raw byte in the path", get(b"/M\xfcller"), Rule.TARGET),
    ("raw byte in the query", get(b"/?n=M\xfcller"), Rule.TARGET),
    ("delete in the target", get(b"/a\x7fb"), Rule.CONTROL),
    ("target of 8 KiB", get(b"/" + b"a" * (TARGET_LIMIT - 1)), {"length": 0}),
    ("target over 8 KiB", get(b"/" + b"a" * TARGET_LIMIT), Rule.TARGET_LONG),
    ("endless first line", b"GET /" + b"a" * (TARGET_LIMIT + 200), Rule.TARGET_LONG),
]
ABSOLUTE = [
    ("absolute", get(b"http://poort/a?b"), {"target": b"/a?b"}),
    ("absolute https", get(b"https://poort/a"), {"target": b"/a"}),
    ("absolute scheme in capitals", get(b"HTTP://poort/a"), {"target": b"/a"}),
    ("absolute host in capitals", get(b"http://POORT/a"), {"target": b"/a"}),
    ("absolute without a path", get(b"http://poort"), {"target": b"/"}),
    ("absolute with a query only", get(b"http://poort?a"), {"target": b"/?a"}),
    ("absolute other host", get(b"http://evil/a"), Rule.ABSOLUTE_HOST),
    ("absolute other port", get(b"http://poort:81/a"), Rule.ABSOLUTE_HOST),
    ("absolute with user", get(b"http://u@poort/a"), Rule.ABSOLUTE),
    ("absolute with empty host", get(b"http:///a"), Rule.ABSOLUTE),
    ("absolute ftp", get(b"ftp://poort/a"), Rule.ABSOLUTE),
    ("absolute file", get(b"file:///etc/passwd"), Rule.ABSOLUTE),
    ("absolute with a fragment", get(b"http://poort/a#b"), Rule.TARGET),
    ("absolute fragment as a path", get(b"http://poort#b"), Rule.ABSOLUTE),
    ("absolute raw byte in the path", get(b"http://poort/\xfc"), Rule.TARGET),
    ("absolute without Host in 1.0", host(target=b"http://poort/a", version=b"HTTP/1.0"), {"target": b"/a"}),
    ("absolute unknown without Host in 1.0", host(target=b"http://evil/a", version=b"HTTP/1.0"), Rule.HOST_UNKNOWN),
    ("absolute without Host in 1.1", host(target=b"http://poort/a"), Rule.HOST_COUNT),
]
HOST = [
    ("no Host", host(), Rule.HOST_COUNT),
    ("no Host in 1.0", host(version=b"HTTP/1.0"), {"target": b"/"}),
    ("two Hosts", host(b"Host: poort", b"Host: poort"), Rule.HOST_COUNT),
    ("two Hosts in 1.0", host(b"Host: poort", b"hOST: poort", version=b"HTTP/1.0"), Rule.HOST_COUNT),
    ("empty Host", host(b"Host:"), Rule.HOST),
    ("Host list", host(b"Host: poort, evil"), Rule.HOST),
    ("Host with a space", host(b"Host: poort evil"), Rule.HOST),
    ("Host with a path", host(b"Host: poort/x"), Rule.HOST),
    ("Host with a user", host(b"Host: u@poort"), Rule.HOST),
    ("Host port of letters", host(b"Host: poort:http"), Rule.HOST),
    ("Host empty port", host(b"Host: poort:"), Rule.HOST),
    ("Host port 0", host(b"Host: poort:0"), Rule.HOST),
    ("Host port 65535", host(b"Host: poort:65535"), {"target": b"/"}),
    ("Host port 65536", host(b"Host: poort:65536"), Rule.HOST),
    ("Host port of six digits", host(b"Host: poort:123456"), Rule.HOST),
    ("Host two ports", host(b"Host: poort:80:90"), Rule.HOST),
    ("Host in capitals", host(b"HOST: POORT"), {"target": b"/"}),
    ("Host with blanks round it", host(b"Host: \t poort \t"), {"fields": ((b"Host", b"poort"),)}),
    ("Host without a blank", host(b"Host:poort"), {"fields": ((b"Host", b"poort"),)}),
    ("Host address", host(b"Host: 127.0.0.1:8080"), {"target": b"/"}),
    ("Host IPv6", host(b"Host: [::1]:8080"), {"target": b"/"}),
    ("Host IPv6 unknown", host(b"Host: [::2]"), Rule.HOST_UNKNOWN),
    ("Host IPv6 broken", host(b"Host: [::1"), Rule.HOST),
    ("Host unknown", host(b"Host: evil"), Rule.HOST_UNKNOWN),
    ("Host with a dot at the end", host(b"Host: poort."), Rule.HOST_UNKNOWN),
    ("Host known with its port only", host(b"Host: other:8443"), {"target": b"/"}),
    ("Host known with its port only, in capitals", host(b"Host: OTHER:8443"), {"target": b"/"}),
    ("Host known with another port", host(b"Host: other:80"), Rule.HOST_UNKNOWN),
    ("Host raw byte", host(b"Host: poort\xfc"), Rule.HOST),
]
FIELDS = [
    (
        "value above ascii stays",
        get(fields=b"X: M\xfcller \x80"),
        {"fields": ((b"Host", b"poort"), (b"X", b"M\xfcller \x80"))},
    ),
    ("empty value", get(fields=b"X:"), {"fields": ((b"Host", b"poort"), (b"X", b""))}),
    ("inner blanks stay", get(fields=b"X: a  b\tc"), {"fields": ((b"Host", b"poort"), (b"X", b"a  b\tc"))}),
    (
        "duplicates and order stay",
        get(fields=b"B: 1\r\nA: 2\r\nb: 3"),
        {"fields": ((b"Host", b"poort"), (b"B", b"1"), (b"A", b"2"), (b"b", b"3"))},
    ),
    ("colon in the value", get(fields=b"X: a:b"), {"fields": ((b"Host", b"poort"), (b"X", b"a:b"))}),
    ("fold by space", get(fields=b"X: a\r\n b"), Rule.FOLD),
    ("fold by tab", get(fields=b"X: a\r\n\tb"), Rule.FOLD),
    ("fold before the first field", b"GET / HTTP/1.1\r\n Host: poort" + END, Rule.FOLD),
    ("folded Transfer-Encoding", post(b"Transfer-Encoding:\r\n chunked"), Rule.FOLD),
    ("space before the colon", get(fields=b"X : a"), Rule.NAME),
    ("tab before the colon", get(fields=b"X\t: a"), Rule.NAME),
    ("no colon", get(fields=b"X"), Rule.NO_COLON),
    ("empty name", get(fields=b": a"), Rule.NAME),
    ("name with a space", get(fields=b"X Y: a"), Rule.NAME),
    ("name with a bracket", get(fields=b"X(: a"), Rule.NAME),
    ("name above ascii", get(fields=b"X\xe9: a"), Rule.NAME),
    ("long bad name", get(fields=b"X" * 100 + b"(: a"), Rule.NAME),
    ("long good name", get(fields=b"X" * 100 + b": a"), {"length": 0}),
    ("NUL in a value", get(fields=b"X: a\0b"), Rule.NUL),
    ("NUL in a name", get(fields=b"X\0: b"), Rule.NUL),
    ("bare CR in a value", get(fields=b"X: a\rY: b"), Rule.BARE_CR),
    ("bare LF as a line end", get(fields=b"X: a\nY: b"), Rule.BARE_LF),
    ("CR CR LF", get(fields=b"X: a\r\r\nY: b"), Rule.BARE_CR),
    ("all line ends bare", b"GET / HTTP/1.1\nHost: poort\n\n", Rule.BARE_LF),
    ("vertical tab in a value", get(fields=b"X: a\x0bb"), Rule.CONTROL),
    ("vertical tab is no blank", post(b"Transfer-Encoding:\x0bchunked"), Rule.CONTROL),
    ("form feed", get(fields=b"X: \x0ca"), Rule.CONTROL),
    ("escape", get(fields=b"X: \x1b[31m"), Rule.CONTROL),
    ("delete", get(fields=b"X: a\x7f"), Rule.CONTROL),
    ("100 fields", get(fields=b"\r\n".join([b"X: 1"] * 99)), {"length": 0}),
    ("101 fields", get(fields=b"\r\n".join([b"X: 1"] * 100)), Rule.FIELDS),
    ("head of 32 KiB and a bit", get(fields=b"X: " + b"a" * HEAD_LIMIT), Rule.HEAD),
    ("endless head", b"GET / HTTP/1.1\r\nX: " + b"a" * (HEAD_LIMIT + 10), Rule.HEAD),
]
FRAMING = [
    ("length", post(b"Content-Length: 10"), {"length": 10, "limit": 1000}),
    ("length 0", post(b"Content-Length: 0"), {"length": 0}),
    ("length with zeros", post(b"Content-Length: 0010"), {"length": 10}),
    ("no length", post(b"X: y"), {"length": 0}),
    ("length on GET", get(fields=b"Content-Length: 5"), {"length": 5}),
    ("length at the cap", post(b"Content-Length: 1000"), {"length": 1000}),
    ("length over the cap", post(b"Content-Length: 1001"), Rule.BODY),
    ("length of many digits", post(b"Content-Length: " + b"9" * 5000), Rule.BODY),
    (
        "upload at its cap",
        post(b"Content-Type: Multipart/form-data; boundary=x\r\nContent-Length: 5000"),
        {"length": 5000, "limit": 5000},
    ),
    ("upload over its cap", post(b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5001"), Rule.BODY),
    ("two lengths", post(b"Content-Length: 5\r\nContent-Length: 6"), Rule.LENGTH_COUNT),
    ("two equal lengths", post(b"Content-Length: 5\r\nContent-Length: 5"), Rule.LENGTH_COUNT),
    ("length list", post(b"Content-Length: 5, 5"), Rule.LENGTH),
    ("length with plus", post(b"Content-Length: +5"), Rule.LENGTH),
    ("length with minus", post(b"Content-Length: -5"), Rule.LENGTH),
    ("length in hex", post(b"Content-Length: 0x5"), Rule.LENGTH),
    ("length with a point", post(b"Content-Length: 5.0"), Rule.LENGTH),
    ("length with a space inside", post(b"Content-Length: 1 0"), Rule.LENGTH),
    ("length empty", post(b"Content-Length:"), Rule.LENGTH),
    ("length with an underscore in it", post(b"Content-Length: 1_0"), Rule.LENGTH),
    ("length of arabic digits", post("Content-Length: \u0665".encode()), Rule.LENGTH),
    ("chunked", post(b"Transfer-Encoding: chunked"), {"length": None}),
    ("chunked in capitals", post(b"Transfer-Encoding: CHUNKED"), {"length": None}),
    ("chunked in 1.0", post(b"Transfer-Encoding: chunked", b"HTTP/1.0"), Rule.CODING_OLD),
    ("chunked twice", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), Rule.CODING_COUNT),
    (
        "chunked and identity in two fields",
        post(b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
        Rule.CODING_COUNT,
    ),
    ("chunked list", post(b"Transfer-Encoding: chunked, chunked"), Rule.CODING),
    ("gzip, chunked", post(b"Transfer-Encoding: gzip, chunked"), Rule.CODING),
    ("identity", post(b"Transfer-Encoding: identity"), Rule.CODING),
    ("xchunked", post(b"Transfer-Encoding: xchunked"), Rule.CODING),
    ("chunked with a parameter", post(b"Transfer-Encoding: chunked;q=1"), Rule.CODING),
    ("chunked in quotes", post(b'Transfer-Encoding: "chunked"'), Rule.CODING),
    ("chunked empty", post(b"Transfer-Encoding:"), Rule.CODING),
    ("length and chunked", post(b"Content-Length: 5\r\nTransfer-Encoding: chunked"), Rule.LENGTH_AND_CODING),
    ("chunked and length", post(b"Transfer-Encoding: chunked\r\nContent-Length: 5"), Rule.LENGTH_AND_CODING),
    ("length 0 and chunked", post(b"Content-Length: 0\r\nTransfer-Encoding: chunked"), Rule.LENGTH_AND_CODING),
    ("underscore length", post(b"Content_Length: 5"), Rule.CONFUSING),
    ("underscore coding", post(b"Transfer_Encoding: chunked"), Rule.CONFUSING),
    ("underscore coding in capitals", post(b"TRANSFER_ENCODING: chunked"), Rule.CONFUSING),
    ("dotted length", post(b"Content.Length: 5"), Rule.CONFUSING),
    ("space before the colon of coding", post(b"Transfer-Encoding : chunked"), Rule.NAME),
    ("bare CR hides coding", post(b"X: y\rTransfer-Encoding: chunked"), Rule.BARE_CR),
    ("expect", post(b"Expect: 100-continue\r\nContent-Length: 5"), {"expects": True, "length": 5}),
    ("expect in capitals", post(b"Expect: 100-Continue\r\nContent-Length: 5"), {"expects": True}),
    ("expect in 1.0 is ignored", post(b"Expect: 100-continue\r\nContent-Length: 5", b"HTTP/1.0"), {"expects": False}),
    ("expect something else", post(b"Expect: the-best"), Rule.EXPECTATION),
    ("expect two things", post(b"Expect: 100-continue\r\nExpect: more"), Rule.EXPECTATION),
]
HOP = [
    ("close", get(fields=b"Connection: close"), {"keep": False, "fields": ((b"Host", b"poort"),)}),
    ("close in capitals in a list", get(fields=b"Connection: x, CLOSE"), {"keep": False}),
    ("keep-alive in 1.0", get(fields=b"Connection: Keep-Alive", version=b"HTTP/1.0"), {"keep": True}),
    ("close wins in 1.0", get(fields=b"Connection: keep-alive, close", version=b"HTTP/1.0"), {"keep": False}),
    (
        "named field is dropped",
        get(fields=b"Connection: X-Hop\r\nX-Hop: 1\r\nY: 2"),
        {"fields": ((b"Host", b"poort"), (b"Y", b"2"))},
    ),
    (
        "two Connection fields",
        get(fields=b"Connection: A\r\nA: 1\r\nConnection: b\r\nB: 2"),
        {"fields": ((b"Host", b"poort"),)},
    ),
    ("Host is never dropped", get(fields=b"Connection: host"), {"fields": ((b"Host", b"poort"),)}),
    (
        "length named by Connection still frames",
        post(b"Connection: content-length\r\nContent-Length: 5"),
        {"length": 5},
    ),
    (
        "coding named by Connection still frames",
        post(b"Connection: transfer-encoding\r\nTransfer-Encoding: chunked"),
        {"length": None},
    ),
    ("Keep-Alive is dropped", get(fields=b"Keep-Alive: timeout=5"), {"fields": ((b"Host", b"poort"),)}),
    ("Proxy-Connection is dropped", get(fields=b"Proxy-Connection: keep-alive"), {"fields": ((b"Host", b"poort"),)}),
    ("TE and Trailer are dropped", get(fields=b"TE: trailers\r\nTrailer: X"), {"fields": ((b"Host", b"poort"),)}),
    (
        "upgrade is dropped",
        get(fields=b"Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA"),
        {"fields": ((b"Host", b"poort"),)},
    ),
    ("Expect is dropped", post(b"Expect: 100-continue"), {"fields": ((b"Host", b"poort"),)}),
    (
        "websocket is dropped",
        get(fields=b"Upgrade: websocket\r\nConnection: Upgrade"),
        {"fields": ((b"Host", b"poort"),)},
    ),
]
INCOMPLETE = [
    ("nothing", b"", None),
    ("one CR", b"\r", None),
    ("an empty line", b"\r\n", None),
    ("a method", b"GET", None),
    ("a line", b"GET / HTTP/1.1\r\n", None),
    ("all but the last byte", get()[:-1], None),
    ("a CR at the end of a field", b"GET / HTTP/1.1\r\nHost: poort\r", None),
    ("unfinished bare LF", b"GET / HTTP/1.1\nHost", Rule.BARE_LF),
    ("unfinished NUL", b"GET / HTTP/1.1\r\nX: \0", Rule.NUL),
    ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Rule.NUL),
    ("unfinished empty lines", b"\r\n\r\n", Rule.REQUEST_LINE),
]
CASES = [*FIRST_LINE, *ABSOLUTE, *HOST, *FIELDS, *FRAMING, *HOP, *INCOMPLETE]
RAW_CASES = [
    ("raw byte in the query", get(b"/?n=M\xfcller"), {"target": b"/?n=M\xfcller"}),
    ("raw byte in the path", get(b"/M\xfcller"), Rule.TARGET),
    ("fragment behind a raw byte", get(b"/?\xfc#"), Rule.TARGET),
    ("space behind a raw byte", get(b"/?\xfc x"), Rule.REQUEST_LINE),
]
