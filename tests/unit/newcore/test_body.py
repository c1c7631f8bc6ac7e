import pytest

from newcore.body import parsed
from newcore.problem import Problem


def test_an_object_is_read():
    """Names and values as JSON has them."""
    assert parsed('{"a": "é", "b": {"c": 1}}'.encode()) == {"a": "é", "b": {"c": 1}}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b'"x"', b"5", b"null", b'{"a": 1, "a": 2}', b'{"f": {"a": "x", "a": "*"}}', b'{"a": NaN}',
        b'{"a": Infinity}', b'{"a": "\xff"}', b"\xef\xbb\xbf{}", b'{"a": ' * 100_000, b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}", b'{"a": "geheim", "a": "geheim"}',
    ],
)  # fmt: skip
def test_anything_but_one_object_is_refused(raw):
    """No JSON, another shape, a name that stands twice, numbers that are none, nested without end: 400, nothing told."""
    with pytest.raises(Problem) as refused:
        parsed(raw)
    assert refused.value.status == 400
    assert "geheim" not in str(refused.value.document())
