"""A YAML document read with its line numbers, closed: every breach says where, what was found, what is allowed.

Why own: a plain loader gives values without places, takes the last of two equal keys and lets unknown keys pass.
Rules: a key twice, an unknown key, a missing key and a value of another type refuse the load.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from proxy.errors import OperatorError

_INTEGER, _BOOLEAN, _NULL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a document."""

    node: Node
    file: str
    path: str = ""

    def refuse(self, found: object, allowed: object) -> NoReturn:
        """Refuse this place; names file and line, what was found, what is allowed."""
        line = self.node.start_mark.line + 1
        raise OperatorError(f"{self.file}:{line}: {self.path or 'document'}: found {found}; allowed: {allowed}")

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Entry"]:
        """Give the entries of a mapping with exactly these keys."""
        found = dict(self.pairs())
        allowed = ", ".join((*required, *optional))
        for key, entry in found.items():
            if key not in required and key not in optional:
                entry.refuse(f"unknown key {key!r}", allowed)
        for key in required:
            if key not in found:
                self.refuse(f"no key {key!r}", allowed)
        return found

    def pairs(self) -> Iterator[tuple[str, "Entry"]]:
        """Give the entries of a mapping with free keys, in order."""
        if not isinstance(self.node, MappingNode):
            self.refuse(self._kind(), "a mapping")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = str(key.value)
            if name in seen:
                Entry(key, self.file, self.path).refuse(f"key {name!r} twice", "each key once")
            seen.add(name)
            yield name, Entry(value, self.file, f"{self.path}.{name}" if self.path else name)

    def items(self) -> Iterator["Entry"]:
        """Give the entries of a sequence."""
        if not isinstance(self.node, SequenceNode):
            self.refuse(self._kind(), "a sequence")
        for index, value in enumerate(self.node.value):
            yield Entry(value, self.file, f"{self.path}[{index}]")

    def text(self) -> str:
        """Give a scalar as text."""
        if not isinstance(self.node, ScalarNode) or self.node.tag == _NULL:
            self.refuse(self._kind(), "a text")
        return str(self.node.value)

    def number(self) -> int:
        """Give an integer."""
        text = self.text()
        if self.node.tag != _INTEGER or not text.isdecimal():
            self.refuse(repr(text), "a whole number")
        return int(text)

    def flag(self) -> bool:
        """Give true or false."""
        text = self.text()
        if self.node.tag != _BOOLEAN or text not in {"true", "false"}:
            self.refuse(repr(text), "true, false")
        return text == "true"

    def member[E: StrEnum](self, kind: type[E]) -> E:
        """Give a member of a closed enumeration."""
        text = self.text()
        if text not in {str(member) for member in kind}:
            self.refuse(repr(text), ", ".join(kind))
        return kind(text)

    def texts(self) -> tuple[str, ...]:
        """Give a sequence of texts."""
        return tuple(item.text() for item in self.items())

    def is_text(self) -> bool:
        """Tell whether this is a scalar."""
        return isinstance(self.node, ScalarNode)

    def is_sequence(self) -> bool:
        """Tell whether this is a sequence."""
        return isinstance(self.node, SequenceNode)

    def _kind(self) -> str:
        return str(self.node.tag).rpartition(":")[2]


def read(text: str, file: str) -> Entry:
    """Read a document; a text that is no YAML, or is empty, is an operator's error."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise OperatorError(f"{file}:{line}: found {error.problem}; allowed: one YAML document") from error
    if node is None:
        raise OperatorError(f"{file}:1: found nothing; allowed: one YAML document")
    return Entry(node, file)
