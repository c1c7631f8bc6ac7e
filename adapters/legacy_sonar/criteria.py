"""What a search asks for: a BSN, a name, an expression, or something else. The values never reach a log.

Why it matters: a search field takes a small language (OR, NOT, LIKE, other fields in brackets), so one field can ask
about any other. Whatever may be such an expression counts as one; quotes do not hide it. Reserved words count in
capitals only, as in legacy, so that people called `Is`, `And`, `d'Or` or `O(r)` can be found by name.
"""

import re
from collections.abc import Mapping, Sequence

from proxy.model.call import Search, SearchClass

NAME_FIELDS = frozenset({"surname", "given_names", "name", "client_number"})
_PERSONAL = NAME_FIELDS | {"bsn", "name_prefix"}
_EXPRESSION = re.compile(
    r"\[[^\]]*\]"
    r"|(?<![A-Za-z0-9\xc0-\xff'])(?:OR|AND|NOT|LIKE|EXISTS|BETWEEN|IN|IS\s+(?:NOT\s+)?NULL)(?![A-Za-z0-9\xc0-\xff'])"
    r"|<>"
)
_COMPARED = re.compile(r"\s*[<>]")
_BSN = re.compile(r'\s*=?\s*["\']?\s*([0-9][0-9. \xa0-]{6,14}[0-9])\s*["\']?\s*')
_DATE = re.compile(r"\s*=?\s*[\"']?\s*(?!00)[0-9]{2}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}\s*[\"']?\s*")


def normalise_bsn(text: str) -> str | None:
    """Give nine digits: without dots and blanks, with the leading zero that a number loses; None: no BSN."""
    match = _BSN.fullmatch(text)
    digits = re.sub(r"[^0-9]", "", match[1]) if match else ""
    return digits.zfill(9) if len(digits) in {8, 9} else None


def is_expression(field: str, value: str) -> bool:
    """Tell whether a criterion is, or may be, an expression."""
    if _EXPRESSION.search(value):
        return True
    if field == "bsn":
        return bool(value.strip()) and normalise_bsn(value) is None
    return field in _PERSONAL and bool(_COMPARED.match(value))


def classify(criteria: Mapping[str, Sequence[str]]) -> Search:
    """Say how a person is looked for, by the criteria per canonical field."""
    asked = [(field, value) for field, values in criteria.items() for value in values if value.strip()]
    if any(is_expression(field, value) for field, value in asked):
        return Search(SearchClass.EXPRESSION)
    born = any(field == "birth_date" and _DATE.fullmatch(value) for field, value in asked)
    numbers = {normalise_bsn(value) for field, value in asked if field == "bsn"}
    if len(numbers) > 1:
        return Search(SearchClass.EXPRESSION)
    if numbers:
        return Search(SearchClass.BSN, numbers.pop(), born)
    if any(field in NAME_FIELDS and value.strip("*? \xa0") for field, value in asked):
        return Search(SearchClass.NAME, birth_date=born)
    return Search(SearchClass.OTHER, birth_date=born)
