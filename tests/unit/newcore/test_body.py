import pytest

from newcore.body import parsed, told_as_json
from newcore.problem import Problem


def test_an_object_is_read():
    """Names and values as JSON has them."""
    assert parsed('{"a": "é", "b": {"c": 1}}'.encode()) == {"a": "é", "b": {"c": 1}}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b'"x"', b"5", b"null", b'{"a": 1, "a": 2}', b'{"f": {"a": "x", "a": "*"}}', b'{"a": NaN}',
        b'{"a": Infinity}', b'{"a": "\xff"}', b"\xef\xbb\xbf{}", b'{"a": ' * 100_000, b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}", b'{"a": "geheim", "a": "geheim"}', b'{"\\ud83d": 1}', b'{"f": {"\\udfff": 1}}',
    ],
)  # fmt: skip
def test_anything_but_one_object_is_refused(raw):
    """No JSON, another shape, a name that stands twice, numbers that are none, nested without end: 400, nothing told."""
    with pytest.raises(Problem) as refused:
        parsed(raw)
    assert refused.value.status == 400
    assert "geheim" not in str(refused.value.document())


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True), ({"content-type": "application/json"}, True), ({"content-type": "Application/JSON; charset=utf-8"}, True),
        ({"content-type": "application/json", "content-encoding": "identity"}, True), ({"content-type": "text/plain"}, False),
        ({"content-type": "application/jsonx"}, False), ({"content-type": ""}, False), ({"content-encoding": "gzip"}, False),
    ],
)  # fmt: skip
def test_a_body_says_that_it_is_json_or_says_nothing(headers, taken):
    """What was meant as something else is not read as JSON: 415."""
    if taken:
        told_as_json(headers)
        return
    with pytest.raises(Problem) as refused:
        told_as_json(headers)
    assert refused.value.status == 415
