"""The small language of search fields: `Jansen*`, `>=01-01-1970`, `A OR B`, `[BSN] LIKE "9999900*"`, `EXISTS(...)`.

Rules (docs/legacy-surface.md §5): reserved words count only in capitals; quotes make a literal; a value without a wildcard
must be equal, without case; dates and numbers compare by value; what cannot be read raises UnreadableError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.legacy_sonar.standin.applets import Control
from adapters.legacy_sonar.standin.text import shown, stored_date

Record = Mapping[str, str]
Test = Callable[[Record], bool]
WORDS = frozenset({"OR", "AND", "NOT", "LIKE", "IS", "NULL", "EXISTS"})
HIDDEN = {
    "geheim": Control(0, "Geheim", "CT", "secrecy_flag", "j", ()),
    "adres": Control(0, "Adres", "CT", "address", "", ()),
    "telefoon": Control(0, "Telefoon", "CT", "phone", "", ()),
}
_OPERATORS = ("<=", ">=", "<>", "=", "<", ">")


class UnreadableError(ValueError):
    """A criterion that the legacy cannot read."""


def _word(text: str, at: int) -> tuple[str, int]:
    start, depth = at, 0
    while at < len(text) and not text[at].isspace():
        if text[at] == ")" and depth == 0:
            break
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at], at


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            at += 1
        elif sign in "()":
            found.append((sign, sign))
            at += 1
        elif sign in "\"'" or sign == "[":
            end = text.find("]" if sign == "[" else sign, at + 1)
            if end < 0:
                raise UnreadableError(text)
            found.append(("field" if sign == "[" else "text", text[at + 1 : end]))
            at = end + 1
        elif operator := next((op for op in _OPERATORS if text.startswith(op, at)), ""):
            found.append(("op", operator))
            at += len(operator)
        elif text.startswith("EXISTS(", at):
            found.append(("word", "EXISTS"))
            at += 6
        else:
            value, at = _word(text, at)
            found.append(("word" if value in WORDS else "text", value))
    return found


def _number(text: str) -> float | None:
    try:
        return float(text.replace(".", "").replace(",", "."))
    except ValueError:
        return None


def _key(control: Control, value: str) -> str | float:
    if control.form == "d":
        return stored_date(value) or value
    number = _number(value)
    return value.strip().casefold() if number is None else number


def _less(left: str | float, right: str | float) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return left < right
    return str(left) < str(right)


def _matches(control: Control, value: str) -> Test:
    """Equality, with `*` and `?` as wildcards."""
    name, form = control.field, control.form
    wanted = value.strip()
    if form == "b":
        wanted = wanted.lstrip("0")
    folded = wanted.casefold()
    if "*" not in wanted and "?" not in wanted:
        return lambda record: shown(record.get(name, ""), form).strip().casefold() == folded
    pattern = re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in folded), re.DOTALL)
    return lambda record: pattern.fullmatch(shown(record.get(name, ""), form).strip().casefold()) is not None


def _compared(control: Control, operator: str, value: str) -> Test:
    if operator == "=":
        return _matches(control, value)
    if operator == "<>":
        equal = _matches(control, value)
        return lambda record: not equal(record)
    name, wanted, form = control.field, _key(control, value), control.form

    def test(record: Record) -> bool:
        own = record.get(name, "")
        if not own.strip():
            return False
        key: str | float = own if form == "d" else _key(control, own)
        below = _less(key, wanted)
        same = key == wanted
        return {"<": below, "<=": below or same, ">": not below and not same, ">=": not below}[operator]

    return test


@dataclass(slots=True)
class _Reader:
    """One criterion while it is read; `control` is the field that the text stands in."""

    tokens: list[tuple[str, str]]
    control: Control
    fields: Mapping[str, Control]
    at: int = field(default=0)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *wanted: str) -> bool:
        if self.peek()[1] in wanted and self.peek()[0] in ("word", "(", ")", "op"):
            self.at += 1
            return True
        return False

    def either(self, control: Control) -> Test:
        tests = [self.both(control)]
        while self.take("OR"):
            tests.append(self.both(control))
        return tests[0] if len(tests) == 1 else lambda record: any(test(record) for test in tests)

    def both(self, control: Control) -> Test:
        tests = [self.one(control)]
        while self.take("AND"):
            tests.append(self.one(control))
        return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)

    def one(self, control: Control) -> Test:
        if self.take("NOT"):
            inner = self.one(control)
            return lambda record: not inner(record)
        if self.take("EXISTS", "("):
            if self.tokens[self.at - 1][1] == "EXISTS" and not self.take("("):
                raise UnreadableError("EXISTS")
            inner = self.either(control)
            if not self.take(")"):
                raise UnreadableError(")")
            return inner
        if self.peek()[0] == "field":
            label = self.peek()[1].strip().casefold()
            if label not in self.fields:
                raise UnreadableError(label)
            self.at += 1
            return self.one(self.fields[label])
        return self.value(control)

    def value(self, control: Control) -> Test:
        if self.take("IS"):
            wanted = not self.take("NOT")
            if not self.take("NULL"):
                raise UnreadableError("IS")
            return lambda record: (not record.get(control.field, "").strip()) is wanted
        operator = self.peek()[1] if self.peek()[0] == "op" else ""
        if operator:
            self.at += 1
        else:
            self.take("LIKE")
        return _compared(control, operator or "=", self.words())

    def words(self) -> str:
        found: list[str] = []
        while self.peek()[0] == "text" or (found and self.peek()[0] == "op"):
            found.append(self.peek()[1])
            self.at += 1
        if not found:
            raise UnreadableError(self.peek()[1])
        return " ".join(found)


def fields_of(controls: tuple[Control, ...]) -> dict[str, Control]:
    """What may stand in square brackets on this list."""
    return HIDDEN | {control.label.casefold(): control for control in controls}


def compiled(text: str, control: Control, fields: Mapping[str, Control]) -> Test:
    """The test of one search field; raises UnreadableError."""
    reader = _Reader(_tokens(text), control, fields)
    test = reader.either(control)
    if reader.at != len(reader.tokens):
        raise UnreadableError(text)
    return test


def plain(text: str) -> bool:
    """A criterion without any sign of the language."""
    return bool(text) and not any(sign in text for sign in "*?[]()\"'<>=") and not WORDS & set(text.split())
