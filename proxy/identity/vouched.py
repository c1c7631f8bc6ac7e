"""Whose credentials legacy accepted a moment ago: a call that carries them may then be answered by newcore.

Why: newcore knows no passwords and must not learn any; legacy alone can say that these are right. Rules:
1. Kept is a keyed digest of account and password, in memory only, for `SECONDS` after legacy's word; refused ones are
   forgotten at once.
2. So many and no more: the oldest go first, and are asked of legacy again. Now is an argument.
"""

from dataclasses import dataclass, field

from proxy.identity.binding import credentials_key
from proxy.model.call import Call

SECONDS = 300.0
MOST = 1_000


@dataclass(slots=True)
class Vouched:
    """Digests of credentials, each until a moment of the monotonic clock."""

    _until: dict[bytes, float] = field(default_factory=dict, repr=False)

    def told(self, call: Call, secret: bytes, now: float, *, accepted: bool) -> None:
        """Take legacy's word on the credentials of a call."""
        key = _key(call, secret)
        if key is None:
            return
        self._until.pop(key, None)
        if accepted:
            self._until[key] = now + SECONDS
            if len(self._until) > MOST:
                del self._until[next(iter(self._until))]

    def holds(self, call: Call, secret: bytes, now: float) -> bool:
        """Tell whether legacy accepted what a call carries a moment ago; a call in a session carries nothing."""
        key = _key(call, secret)
        return key is not None and self._until.get(key, now) > now


def _key(call: Call, secret: bytes) -> bytes | None:
    if call.account is None or call.password is None:
        return None
    return credentials_key(secret, call.account, call.password)
