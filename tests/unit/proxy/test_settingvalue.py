"""What must hold of the readers: each takes what it names, and refuses with what was found and what is allowed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import settingvalue as value


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (value.listen, "0.0.0.0:80", value.Listen("0.0.0.0", 80)),
        (value.listen, "[::1]:8080", value.Listen("::1", 8080)),
        (value.size, "1MiB", 1048576),
        (value.size, "512 kib", 524288),
        (value.size, "77", 77),
        (value.size, "9B", 9),
        (value.seconds, "0.5", 0.5),
        (value.flag, "Yes", True),
        (value.flag, "0", False),
        (value.url, "http://core:8100/", "http://core:8100"),
        (value.names, " A, b ,,", ("a", "b")),
        (value.path, "/x/y", Path("/x/y")),
        (value.choice("a", "b"), "B", "b"),
    ],
)
def test_a_value_is_read(read: Callable[[str], object], written: str, meant: object) -> None:
    """What an operator writes is what the process gets."""
    assert read(written) == meant


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (value.listen, "8080"),
        (value.listen, "host:"),
        (value.listen, "host:65536"),
        (value.listen, "host:8o"),
        (value.size, "1MB"),
        (value.size, "0"),
        (value.size, "-1"),
        (value.size, ""),
        (value.seconds, "0"),
        (value.seconds, "nan"),
        (value.seconds, "inf"),
        (value.seconds, "1h"),
        (value.count, "0"),
        (value.count, "1.5"),
        (value.count, "²"),
        (value.flag, "ja"),
        (value.url, "ftp://x"),
        (value.url, "http://user:word@x"),
        (value.url, "http://x?y=1"),
        (value.networks, "10.0.0.1/8"),
        (value.choice("a", "b"), "c"),
        (value.secret, ""),
        (value.path, ""),
    ],
)
def test_what_cannot_be_meant_is_refused(read: Callable[[str], object], written: str) -> None:
    """A value out of range or of another kind is an error that says more than that."""
    with pytest.raises(ValueError, match=r"found|allowed|has host bits"):
        read(written)


def test_a_refused_address_does_not_show_its_password() -> None:
    """An address with a password in it is refused without repeating it."""
    with pytest.raises(ValueError, match="without user") as refused:
        value.url("http://user:word@x")
    assert "word" not in str(refused.value)


@given(st.integers(0, 65535), st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True))
def test_listen_reads_what_it_writes(port: int, host: str) -> None:
    """An address that was printed can be set again."""
    assert value.listen(str(value.Listen(host, port))) == value.Listen(host, port)


def test_the_address_of_a_listener_is_a_url() -> None:
    """What listens can be visited."""
    assert value.Listen("::1", 8080).url == "http://[::1]:8080"


@pytest.mark.parametrize(
    ("written", "flat"), [(True, "yes"), (False, "no"), ([1, "b"], "1,b"), (2.5, "2.5"), ("x", "x")]
)
def test_toml_values_become_text(written: object, flat: str) -> None:
    """Each TOML kind has one written form."""
    assert value.flat(written) == flat


def test_a_long_value_is_shown_short() -> None:
    """A message stays readable whatever was found."""
    assert len(value.shown("x" * 500)) <= 64


@pytest.mark.parametrize(("written", "plain"), [("'a'", "a"), ('"a"', "a"), ("'a\"", "'a\""), ("'", "'"), ("", "")])
def test_only_a_pair_of_quotes_falls_away(written: str, plain: str) -> None:
    """Half a pair of quotes is part of the value."""
    assert value.unquoted(written) == plain
