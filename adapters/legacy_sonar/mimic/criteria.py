"""A criterion of a search field -> the filter that finds the same in newcore; raises where the two could differ. Pure.

Rules (what legacy's small language does with a text that holds none of its signs and words):
1. Words are joined by one blank, and nothing stands around them; `*` is any text, `?` one character; case does not count.
2. A BSN is compared as the number that it is shown as: without leading zeros.
3. An apostrophe inside a word is part of a name (O'Neill); at the start of one it opens a literal, which is legacy's.
4. A word in capitals that may be a reserved one is legacy's, as is any white space but a blank.
"""

import re

from adapters.legacy_sonar.mimic.ask import UntranslatableError

_SIGNS = re.compile(r"[\[\]()<>=\"]|(?<!\S)'|[^\S ]")
_WORDS = re.compile(r"\b(?:OR|AND|NOT|LIKE|EXISTS|NULL|IS|IN|BETWEEN)\b")
_LONGEST = 200  # newcore takes no longer filter


def plain(field: str, text: str) -> str:
    """Give the filter of one criterion that is not blank."""
    if _SIGNS.search(text) or _WORDS.search(text) or len(text) > _LONGEST:
        raise UntranslatableError("expression")
    wanted = " ".join(text.split())
    if field == "bsn":
        wanted = wanted.lstrip("0")
    if not wanted:
        raise UntranslatableError("nothing but zeros")
    return wanted
