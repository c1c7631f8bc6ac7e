"""Values of a YAML file, read strictly, each with the line it stands on.

Why it exists: a YAML reader guesses types (`0106` becomes 70 or 106, `on` becomes true) and takes the first half of a file
for a whole one. Rules:
1. The last line is the document end marker `...`: a file that was cut off is refused, also where its first half is valid.
2. Types are asked for, not guessed: a number is written as a number, a text that could be read as something else in quotes.
3. Maps are closed: an unknown key, or one that stands twice, is refused. Merge keys are unknown keys.
4. Every message says file, line, what was found, what is allowed, and what to do.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from proxy.errors import OperatorError

END = "..."
LARGEST = 1024 * 1024
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_AMBIGUOUS = re.compile(r"(?i)[-+.0-9_:e]+|0[xob][0-9a-f_]+|y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the file: its node, its file name and the path of keys that leads to it."""

    node: Node = field(repr=False)
    file: str
    path: str = ""

    @property
    def line(self) -> int:
        """The line on which the value begins, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def refuse(self, found: str, allowed: str, todo: str = "correct the file") -> NoReturn:
        """Raise OperatorError with file, line, what was found, what is allowed and what to do."""
        where = f"{self.file}:{self.line}: {self.path}: " if self.path else f"{self.file}:{self.line}: "
        raise OperatorError(f"{where}found {found}; allowed is {allowed}; {todo}")

    def text(self, allowed: str = "a text") -> str:
        """Read a text; refuses one that other readers take for a number, a truth value or nothing, unless in quotes."""
        if not isinstance(self.node, ScalarNode):
            self.refuse(shape(self.node), allowed)
        written = str(self.node.value)
        if not written.strip():
            self.refuse("nothing", allowed)
        if self.node.style is None and _AMBIGUOUS.fullmatch(written):
            self.refuse(f"{written} without quotes", allowed, "write it in quotes")
        return written

    def choice(self, allowed: Collection[str]) -> str:
        """Read one of a closed list of words."""
        listed = ", ".join(sorted(allowed))
        written = self.text(listed)
        if written not in allowed:
            self.refuse(repr(written), listed)
        return written

    def number(self, lowest: int, highest: int) -> int:
        """Read a whole number within bounds, written in digits without a leading zero."""
        allowed = f"a whole number from {lowest} to {highest}"
        if not isinstance(self.node, ScalarNode):
            self.refuse(shape(self.node), allowed)
        written = str(self.node.value)
        if self.node.style is not None or not _NUMBER.fullmatch(written):
            self.refuse(repr(written), f"{allowed}, in digits, without quotes or a leading zero")
        if not lowest <= int(written) <= highest:
            self.refuse(written, allowed)
        return int(written)

    def day(self) -> date:
        """Read a date, written as jjjj-mm-dd."""
        allowed = "a date such as 2027-03-31"
        written = str(self.node.value) if isinstance(self.node, ScalarNode) else shape(self.node)
        try:
            read = date.fromisoformat(written)
        except ValueError:
            self.refuse(repr(written), allowed)
        if read.isoformat() != written:
            self.refuse(repr(written), allowed)
        return read

    def items(self) -> tuple["Value", ...]:
        """Read a list."""
        if not isinstance(self.node, SequenceNode):
            self.refuse(shape(self.node), "a list such as [a, b]")
        return tuple(Value(each, self.file, f"{self.path}[{index}]") for index, each in enumerate(self.node.value))

    def texts(self) -> tuple[str, ...]:
        """Read a list of texts without doubles."""
        read: list[str] = []
        for each in self.items():
            if (written := each.text()) in read:
                each.refuse(f"{written!r} twice", "each value once")
            read.append(written)
        return tuple(read)

    def entries(self) -> Mapping[str, "Value"]:
        """Read a map with free keys; a key that stands twice is refused."""
        if not isinstance(self.node, MappingNode):
            self.refuse(shape(self.node), "a map of keys and values")
        read: dict[str, Value] = {}
        for key, inner in self.node.value:
            name = Value(key, self.file, self.path).text("a name as key")
            if name in read:
                Value(key, self.file, self.path).refuse(f"key {name!r} a second time", "each key once")
            read[name] = Value(inner, self.file, f"{self.path}.{name}" if self.path else name)
        return read

    def fields(self, needed: Collection[str], optional: Mapping[str, str] | Collection[str] = ()) -> "Fields":
        """Read a map with a closed list of keys."""
        read = self.entries()
        listed = ", ".join([*needed, *optional])
        for name, inner in read.items():
            if name not in needed and name not in optional:
                inner.refuse(f"unknown key {name!r}", listed, hint(name))
        for name in needed:
            if name not in read:
                self.refuse(f"no key {name!r}", f"a map with {', '.join(needed)}", f"add {name}")
        return Fields(self, read)


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of one closed map."""

    whole: Value
    named: Mapping[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.named[name]

    def optional[T](self, name: str, read: Callable[[Value], T], otherwise: T) -> T:
        """Read a key that may be absent."""
        return read(self.named[name]) if name in self.named else otherwise

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)


def hint(name: str) -> str:
    """Say what to do about a key that is no part of the file."""
    return "write merged keys out" if name == "<<" else "remove the key or correct its name"


def shape(node: Any) -> str:
    """Name what kind of value was found."""
    if isinstance(node, ScalarNode):
        return repr(str(node.value))
    return "a list" if isinstance(node, SequenceNode) else "a map"


def document(text: str, file: str) -> Value:
    """Read the one document of a file; refuses what is empty, cut off, or no YAML."""
    if len(text) > LARGEST:
        raise OperatorError(f"{file}: found {len(text)} characters; allowed are {LARGEST}; this is no routing file")
    lines = text.splitlines()
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 0)
    if not last:
        raise OperatorError(f"{file}:1: found an empty file; allowed is a whole document; restore the file")
    if lines[last - 1].rstrip() != END:
        raise OperatorError(
            f"{file}:{last}: found no end marker; allowed is a file whose last line is `{END}`; "
            "the file was cut off while it was written, or the marker was removed: write it whole"
        )
    try:
        node = _composed(text)
    except RecursionError:
        raise OperatorError(
            f"{file}:1: found a nesting without end; allowed is one YAML document; correct the file"
        ) from None
    except Exception as fault:  # noqa: BLE001  the reader has errors beside its own, such as for "\U00110000"
        mark = getattr(fault, "problem_mark", None)
        problem = getattr(fault, "problem", None) or getattr(fault, "reason", None) or "unreadable"
        raise OperatorError(
            f"{file}:{mark.line + 1 if mark else 1}: found no YAML ({problem}); allowed is one YAML document; correct the file"
        ) from None
    if node is None:
        raise OperatorError(f"{file}:{last}: found no content; allowed is a map with version, revision, groups")
    return Value(node, file)


def _composed(text: str) -> Node | None:
    reader = YAML(typ="rt")
    reader.composer.warn_double_anchors = False  # an anchor that is set anew holds from there on, as YAML has it
    composed: Node | None = reader.compose(text)
    return composed
