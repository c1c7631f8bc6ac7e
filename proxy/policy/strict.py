"""YAML read strictly: every value has its line, every unknown is an error that names what is allowed.

Why: a matrix in which a typing error is silently ignored opens what somebody meant to close. Rules:
1. A key occurs once; anchors and merges do not exist; a value has the type that is asked for, never a converted one.
2. A code is text: `0106` without quotes is a number in YAML, and is refused with the advice to quote it.
3. Messages: file:line, what was found, what is allowed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from proxy.errors import OperatorError


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the file with its line."""

    node: Any
    file: str

    def refuse(self, found: str, allowed: str) -> NoReturn:
        """Raise the operator's error for this place."""
        raise OperatorError(f"{self.file}:{self.node.start_mark.line + 1}: found {found}; allowed: {allowed}")

    def mapping(self) -> dict[str, "Place"]:
        """Read a mapping with text keys; a key occurs once."""
        if not isinstance(self.node, MappingNode):
            self.refuse(_kind(self.node), "a mapping (key: value)")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            here, name = Place(value, self.file), Place(key, self.file).text()
            if name in found:
                Place(key, self.file).refuse(f"the key {name!r} a second time", "every key once")
            found[name] = here
        return found

    def closed(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Place"]:
        """Read a mapping of which every key is known and the required ones are there."""
        found = self.mapping()
        for name, place in found.items():
            if name not in required and name not in optional:
                place.refuse(f"the key {name!r}", _listed([*required, *optional]))
        for name in required:
            if name not in found:
                self.refuse(f"no {name!r}", f"the keys {_listed(required)} are needed")
        return found

    def items(self) -> Iterator["Place"]:
        """Read a list."""
        if not isinstance(self.node, SequenceNode):
            self.refuse(_kind(self.node), "a list ([a, b])")
        return (Place(node, self.file) for node in self.node.value)

    def text(self) -> str:
        """Read a text; a number, a date or a yes/no without quotes is none."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != "tag:yaml.org,2002:str":
            self.refuse(_kind(self.node), "a text (put a code of digits in quotes)")
        return str(self.node.value)

    def boolean(self) -> bool:
        """Read true or false."""
        if not isinstance(self.node, ScalarNode) or self.node.value not in {"true", "false"}:
            self.refuse(_kind(self.node), "true or false")
        return bool(self.node.value == "true")

    def number(self) -> int:
        """Read a whole number."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != "tag:yaml.org,2002:int":
            self.refuse(_kind(self.node), "a whole number")
        try:
            return int(self.node.value)
        except ValueError:
            self.refuse(repr(self.node.value)[:40], "a whole number in plain digits")

    def day(self) -> date:
        """Read a date, written as jjjj-mm-dd."""
        written = str(self.node.value) if isinstance(self.node, ScalarNode) else _kind(self.node)
        try:
            read = date.fromisoformat(written)
        except ValueError:
            self.refuse(repr(written), "a date such as 2027-03-31")
        if read.isoformat() != written:
            self.refuse(repr(written), "a date such as 2027-03-31")
        return read

    def word[T](self, allowed: Mapping[str, T], what: str) -> T:
        """Read one word of a closed set."""
        written = self.text()
        if written not in allowed:
            self.refuse(f"the {what} {written!r}", _listed(allowed))
        return allowed[written]

    def words[T](self, allowed: Mapping[str, T], what: str) -> frozenset[T]:
        """Read a list of words of a closed set, or `all`."""
        if isinstance(self.node, ScalarNode) and self.node.value == "all":
            return frozenset(allowed.values())
        return frozenset(place.word(allowed, what) for place in self.items())

    def is_text(self) -> bool:
        """Tell whether this is one value rather than a list or mapping."""
        return isinstance(self.node, ScalarNode)


def parse(text: str, file: str) -> Place:
    """Parse a YAML text to its root; raises OperatorError with the line where it is no YAML."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise OperatorError(f"{file}:{line}: {fault.problem or fault.context}; allowed: valid YAML") from None
    except YAMLError as fault:
        raise OperatorError(f"{file}:1: {fault}; allowed: valid YAML") from None
    except RecursionError:
        raise OperatorError(f"{file}:1: found a nesting without end; allowed: valid YAML") from None
    if node is None:
        raise OperatorError(f"{file}:1: found nothing; allowed: a matrix")
    return Place(node, file)


def plain(text: str) -> Any:
    """Give the plain values of a YAML text that was loaded before, for whoever reads it a second time."""
    return YAML(typ="safe", pure=True).load(text)


def _kind(node: Any) -> str:
    kinds: tuple[tuple[type, Callable[[Any], str]], ...] = (
        (MappingNode, lambda _: "a mapping"),
        (SequenceNode, lambda _: "a list"),
        (ScalarNode, lambda scalar: f"{scalar.value!r} ({str(scalar.tag).rsplit(':', 1)[-1]})"),
    )
    return next(say(node) for kind, say in kinds if isinstance(node, kind))


def _listed(words: Collection[str]) -> str:
    return ", ".join(words)
