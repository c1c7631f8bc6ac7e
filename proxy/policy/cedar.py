"""The matrix in Cedar: a second reading of authorisation.yaml, for whoever wants to check ours with another engine.

Why it exists: a table that was compiled wrong looks like any other table. This reads the *rules as written* (the plain
values of the YAML, not our compiled cells) and says them in the language of another engine; the test suite asks that
engine about every cell. Rules of the translation:
1. One request asks for one category: principal, action and resource say nothing, everything is in the context.
2. allow and card are `permit`; forbid and mask are `forbid`; an exemption is a negated condition.
3. Cedar knows no masks, duties or requirements: a mask is a forbid of its categories, duties are not translated.
4. A place that nobody wrote has the author `none`; of a contact note it is who wrote it, seen from the account that asks.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

type Written = Mapping[str, Any]
"""A mapping of the YAML file, as a plain reader gives it."""

_SETS = (("roles", "role"), ("organisations", "organisation"), ("kinds", "kind"), ("classes", "class"))


def policies(document: Written, role: str | None = None) -> str:
    """Write the rules as Cedar policies; with a role only those that can concern it, which decides the same faster."""
    rules = (rule for rule in document["rules"] if role is None or rule["roles"] == "all" or role in rule["roles"])
    return "\n\n".join([_seats(document["roles"]), *(_policy(document, rule) for rule in rules)]) + "\n"


def _policy(document: Written, rule: Written) -> str:
    effect = "permit" if rule["effect"] in {"allow", "card"} else "forbid"
    conditions = "\n    && ".join(_conditions(document, rule))
    return f'@id("{rule["id"]}")\n{effect} (principal, action, resource) when {{\n    {conditions}\n}};'


def _seats(roles: Mapping[str, Written]) -> str:
    """Forbid a role in an organisation that cannot give it."""
    pairs = " ||\n      ".join(
        f'(context.role == "{role}" && {_in(row["organisations"], "organisation")})' for role, row in roles.items()
    )
    return f'@id("roles")\nforbid (principal, action, resource) when {{\n    !({pairs})\n}};'


def _conditions(document: Written, rule: Written) -> Iterator[str]:
    for key, word in _SETS:
        if key in rule and rule[key] != "all":
            yield _in(rule[key], word)
    if "functions" in rule and rule["functions"] != "all":
        yield _in(_functions(document, rule["functions"]), "function")
    yield from _given(rule)
    if "relations" in rule:
        yield from _relations(document, rule["relations"])
    if rule.get("emergency"):
        yield "context.emergency"
    yield from _categories(document, rule)
    for exemption in rule.get("except", ()):
        yield _exemption(document, exemption)


def _given(rule: Written) -> Iterator[str]:
    cells = rule.get("cells", "any")
    if cells == "absent":
        yield 'context.given == "none"'
        return
    yield "context.persons" if rule.get("persons", True) else "!context.persons"
    if cells == "own":
        yield 'context.given == "own"'
    elif rule["effect"] in {"allow", "card"}:
        yield 'context.given == "all"'


def _relations(document: Written, written: Any) -> Iterator[str]:
    if written == "own":
        own = (
            f'(context.role == "{role}" && {_in(row["own"], "relation")})' for role, row in document["roles"].items()
        )
        yield "(" + " || ".join(own) + ")"
    elif written != "all":
        yield _in(written, "relation")


def _categories(document: Written, rule: Written) -> Iterator[str]:
    if rule["effect"] == "mask":
        yield _in(rule["hide"], "category")
        if "authors" in rule:
            yield _in(rule["authors"], "author")
    if rule["effect"] in {"allow", "card"}:
        yield "context.offered"
        if rule.get("show", "all") != "all":
            yield _in([*rule["show"], *document["impersonal"]], "category")


def _exemption(document: Written, written: Written) -> str:
    parts = [_in(_functions(document, written["functions"]), "function")]
    parts += [_in(written[key], word) for key, word in (("roles", "role"), ("relations", "relation")) if key in written]
    return "!(" + " && ".join(parts) + ")"


def _functions(document: Written, written: Any) -> Iterable[str]:
    found: Iterable[str] = document["groups"][written] if isinstance(written, str) else written
    return found


def _in(words: Iterable[str], word: str) -> str:
    listed = ", ".join(f'"{each}"' for each in words)
    return f"[{listed}].contains(context.{word})"
