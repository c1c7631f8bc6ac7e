"""Who may call: the gateway and its worker know one secret. Pure; the comparison takes the same time for every guess.

Rule: whatever changes data, and whatever shows a contact person, asks for it. Vacancies are public.
"""

from collections.abc import Callable
from hmac import compare_digest
from typing import Annotated

from fastapi import Header

from newcore.problem import Problem

_SCHEME = "Bearer "


def guard(token: str) -> Callable[[str], None]:
    """Make the check of one secret; refuses an empty one."""
    if not token:
        raise ValueError("found no service token; a secret of the operator is needed")

    def check(authorization: Annotated[str, Header(include_in_schema=False)] = "") -> None:
        given = authorization.removeprefix(_SCHEME) if authorization.startswith(_SCHEME) else ""
        if not compare_digest(given.encode(), token.encode()):
            raise Problem(401, "This call needs the service token (Authorization: Bearer ...).")

    return check
