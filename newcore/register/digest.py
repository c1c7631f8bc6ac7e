"""One short value that differs wherever two records do: what a comparison of two sources looks at instead of the texts.

Rule: SHA-256 over the texts in the order of their API names: name, 0x1F, text, 0x1E, in UTF-8; written in hexadecimal.
"""

from hashlib import sha256

from newcore.problem import camel
from newcore.register.model import Texts


def digest(texts: Texts) -> str:
    """Give the digest of a record's texts; its id and version do not count."""
    named = sorted((camel(name), text) for name, text in texts.items())
    return sha256("".join(f"{name}\x1f{text}\x1e" for name, text in named).encode()).hexdigest()
