"""What was read, for as long as it may be believed. Pure: moments are arguments.

Rules:
1. Age counts from the moment at which the reading began, never from the last use.
2. What is said to have changed while a reading is under way is not kept from it: the reading may have seen the old state.
3. The one that was kept longest ago makes room.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Asking:
    """A reading that is under way."""

    at: float
    spoiled: set[str] = field(default_factory=set)
    useless: bool = False
    """Nothing of it may be kept."""


class Cache[Held]:
    """Values by key, each with the moment of its reading."""

    def __init__(self, most: int) -> None:
        """Keep so many at most."""
        self._most = most
        self._held: OrderedDict[str, tuple[float, Held]] = OrderedDict()
        self._asking: set[Asking] = set()

    def __len__(self) -> int:
        return len(self._held)

    def known(self, key: str, since: float) -> Held | None:
        """Give what was read at that moment or later; None: nothing that may be believed."""
        found = self._held.get(key)
        return found[1] if found is not None and found[0] >= since else None

    @contextmanager
    def asking(self, at: float) -> Iterator[Asking]:
        """Hold a reading open while it is under way, so that changes spoil it."""
        asking = Asking(at)
        self._asking.add(asking)
        try:
            yield asking
        finally:
            self._asking.discard(asking)

    def keep(self, asking: Asking, found: Mapping[str, Held]) -> None:
        """Keep what a reading found, but for what changed meanwhile."""
        if asking.useless:
            return
        for key, value in found.items():
            if key in asking.spoiled:
                continue
            self._held[key] = asking.at, value
            self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget one, also in what is being read."""
        self._held.pop(key, None)
        for asking in self._asking:
            asking.spoiled.add(key)

    def forget_all(self) -> None:
        """Forget everything, also what is being read."""
        self._held.clear()
        for asking in self._asking:
            asking.useless = True
