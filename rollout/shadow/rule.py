"""What may differ between two cores, and what may not. Pure.

Rules:
1. A rule that overlooks a difference names a path, a reason, an owner and its last day; the day after, the difference
   counts again.
2. Nothing overlooks a safety field: who a person is, where that person belongs, whose rows are shown and what of them.
"""

from dataclasses import dataclass
from datetime import date

from proxy.routing.group import Ignore, Shadow

SAFETY = frozenset({
    "id", "bsn", "hint", "client_number", "region", "responsible_region", "municipality", "secrecy_flag", "parent",
    "author_organisation",
})  # fmt: skip
"""Fields that allow no noise in any group."""
ROWS = frozenset({"rows.missing", "rows.extra"})
PARITY = ROWS | {"verdict", "category", "refused"}
"""Paths that say: allow, mask or deny did not come out the same, or a row more or less was shown."""
WRITTEN = "~written"
"""Behind the path of a value that means the same and is written otherwise."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one group on one day."""

    safety: frozenset[str]
    ignore: tuple[Ignore, ...] = ()
    today: date = date.min

    def overlooks(self, path: str) -> bool:
        """Tell whether a difference is overlooked today."""
        field = path.removesuffix(WRITTEN)
        if self.is_safety(path):
            return False
        return any(each.path in {path, field} and self.today <= each.expires for each in self.ignore)

    def is_safety(self, path: str) -> bool:
        """Tell whether a path allows no noise."""
        return path in PARITY or path.removesuffix(WRITTEN) in self.safety


def rules(shadow: Shadow, today: date) -> Rules:
    """Take the rules of a group, with what allows no noise anywhere."""
    return Rules(SAFETY | shadow.safety_fields, shadow.ignore, today)
