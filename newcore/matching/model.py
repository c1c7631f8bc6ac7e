"""Who is a candidate of a vacancy: a client who wants its occupation, wherever she lives. Pure."""

from collections.abc import Mapping

from newcore.register.model import Texts

READ = ("match.candidates.search", "list.export")
"""The functions that show candidates."""


def wanted(vacancy: Texts) -> Mapping[str, str] | None:
    """Give the texts that a candidate of a vacancy has; None: a vacancy without an occupation has no candidates."""
    code = vacancy["occupation_code"]
    return {"occupation_code": code} if code.strip() else None
