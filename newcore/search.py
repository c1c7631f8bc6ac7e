"""Filters, sorting and their exact meaning: what the screens that come from the legacy expect of a search field.

Rules (pure; the store keeps the prepared forms beside each record, so that PostgreSQL compares and never interprets):
1. Case and outer blanks do not count: Python's `casefold` and `strip`, the same on both sides.
2. `*` stands for any text, `?` for one character; without them the whole value must be equal. A blank filter is none.
3. Sorting is by code point; dates written dd-mm-jjjj sort by year; numbers by value up to twelve digits.
4. Zeros in front of a number such as the BSN do not count: the screens show it without them.
"""

import re
from enum import StrEnum

_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
_WILD = re.compile(r"[*?]")
_NUMBER_WIDTH = 12
_LARGEST_ORDINAL = 2**63 - 1


class Form(StrEnum):
    """How the text of a field is to be compared."""

    TEXT = "text"
    DATE = "date"
    """dd-mm-jjjj; an unknown day is 00."""
    NUMBER = "number"
    """Digits of which the zeros in front do not count."""


def folded(value: str, form: Form = Form.TEXT) -> str:
    """Prepare a value for comparison."""
    prepared = value.strip().casefold()
    return prepared.lstrip("0") if form is Form.NUMBER else prepared


def is_wild(asked: str) -> bool:
    """Tell whether a filter means more than one value."""
    return _WILD.search(asked) is not None


def pattern(asked: str, form: Form = Form.TEXT) -> str:
    """Turn a filter into a LIKE pattern over prepared values, with backslash as escape."""
    escaped = re.sub(r"([%_\\])", r"\\\1", folded(asked, form))
    return escaped.replace("*", "%").replace("?", "_")


def ordering(value: str, form: Form = Form.TEXT) -> str:
    """Prepare a value for sorting by code point."""
    stripped = value.strip()
    if form is Form.DATE:
        dated = _DATE.fullmatch(stripped)
        return "".join(reversed(dated.groups())) if dated else stripped
    return stripped.casefold().zfill(_NUMBER_WIDTH if stripped.isdigit() else 0)


def rank(value: str, form: Form = Form.TEXT) -> str:
    """Give the place of a record in a list that is ordered by a name or a date where nothing is asked."""
    return ordering(value, form) if form is Form.DATE else value.rstrip().casefold()


def ordinal(number: str) -> int:
    """Give the place of a record that has a number: the number itself; what is none comes last."""
    written = number.strip()
    if not (written.isascii() and written.isdigit()):
        return _LARGEST_ORDINAL
    return min(int(written[:19]), _LARGEST_ORDINAL)
