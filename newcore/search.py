"""Filters, sorting and their exact meaning: what the screens that come from the legacy expect of a search field.

Rules (pure; the store keeps the prepared forms beside each record, so that PostgreSQL compares and never interprets):
1. Case and outer blanks do not count: Python's `casefold` and `strip`, the same on both sides.
2. `*` stands for any text, `?` for one character; without them the whole value must be equal. A blank filter is none.
3. Sorting is by code point; dates written dd-mm-jjjj sort by year; numbers by value up to twelve digits.
"""

import re

_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
_NUMBER_WIDTH = 12
_LARGEST_ORDINAL = 2**63 - 1


def folded(value: str) -> str:
    """Prepare a value for comparison."""
    return value.strip().casefold()


def pattern(asked: str) -> str:
    """Turn a filter into a LIKE pattern over prepared values, with backslash as escape."""
    escaped = re.sub(r"([%_\\])", r"\\\1", folded(asked))
    return escaped.replace("*", "%").replace("?", "_")


def ordering(value: str) -> str:
    """Prepare a value for sorting by code point."""
    stripped = value.strip()
    if dated := _DATE.fullmatch(stripped):
        day, month, year = dated.groups()
        return f"{year}{month}{day}"
    return stripped.casefold().zfill(_NUMBER_WIDTH if stripped.isdigit() else 0)


def ordinal(number: str) -> int:
    """Give the place of a record in the default order: its own number; what is none comes last."""
    written = number.strip()
    if not (written.isascii() and written.isdigit()):
        return _LARGEST_ORDINAL
    return min(int(written[:19]), _LARGEST_ORDINAL)
