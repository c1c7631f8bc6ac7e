"""The shape of a request - what of it decides how both cores answer, without any value - and which may be compared. Pure.

Rules:
1. A shape holds names of fields, methods and views; of a criterion only how it is written: plain, with wildcards, or an
   expression. No value of a request is in it.
2. Only one plain reading is ever compared: never a change, also not one hidden in a chain, never a log-in.
"""

import re

from proxy.model.call import Call, only_reads
from proxy.model.shadow import Offer

_WORDS = frozenset({"srn", "record", "query_name", "sort"})
"""Arguments that are no criterion."""
_WILD = re.compile(r"[*?]")
_EXPRESSION = re.compile(r"[\[\]()<>=\"']|\b(?:OR|AND|NOT|LIKE|EXISTS|NULL|IS|IN|BETWEEN)\b")


def shape(call: Call) -> str:
    """Describe a call of one link by what decides its answer, without any value."""
    link, arguments = call.links[-1], dict(call.aliases)
    asked = sorted({f"{name}{_written(value)}" for name, value in call.aliases if name not in _WORDS and value.strip()})
    words = [call.format.value, link.method or link.command, link.view, *asked]
    if "sort" in arguments:
        words.append(f"by:{arguments['sort']}")
    if call.row_ids or link.row_id or "record" in arguments:
        words.append("row")
    return " ".join(word.replace(" ", "_") for word in words if word)


def _written(value: str) -> str:
    if _EXPRESSION.search(value):
        return "!"
    return "*" if _WILD.search(value) else ""


def lawful(offer: Offer) -> bool:
    """Tell whether newcore may be asked beside legacy: one reading, stated as what it is."""
    call, told = offer.call, offer.statement
    plain = only_reads(call) and not call.writes and call.login is None and not (call.logoff or call.own)
    return (
        plain
        and len(call.links) == 1
        and call.function is not None
        and call.links[0].function in {None, call.function}
        and (told.function, told.exchange) == (call.function, offer.exchange)
    )
