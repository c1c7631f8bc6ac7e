"""A document read with its places."""

import pytest

from proxy.catalogue.document import read
from proxy.errors import OperatorError


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1", 1), ("", 1), ("a: 1\na: 2", 2), ("a: 1\nb: 2", 2), ("- 1", 1)],
    ids=["broken", "empty", "twice", "unknown", "list"],
)
def test_what_is_no_closed_mapping_is_refused_with_its_line(text: str, line: int) -> None:
    """Broken YAML, a key twice, an unknown key and another shape all name their line."""
    with pytest.raises(OperatorError, match=rf"^x\.yaml:[{line}{line + 1}]: "):
        read(text, "x.yaml").fields(("a",))


def test_scalars_keep_their_kind() -> None:
    """`no` is a text that looks like a flag, and is refused as one."""
    found = read("a: 12\nb: true\nc: no\nd: '12'", "x.yaml").fields(("a", "b", "c", "d"))
    assert found["a"].number() == 12
    assert found["b"].flag()
    with pytest.raises(OperatorError):
        found["d"].number()
    with pytest.raises(OperatorError):
        found["c"].flag()


def test_a_null_is_no_text() -> None:
    """A forgotten value is not the empty text."""
    with pytest.raises(OperatorError, match="a text"):
        read("a:", "x.yaml").fields(("a",))["a"].text()
