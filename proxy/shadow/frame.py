"""What goes over the socket from a gateway process to the comparison: frames of typed values, length first. Pure.

Rules: an offer goes for each byte (`ASK`) that came the other way; what was offered and what was dropped of it is told in
every frame, so that a comparison that missed something knows it; a frame that is not exactly of its type, or longer than
any answer, is refused.
"""

import msgspec

from proxy.model.shadow import Offer

MOST = 16 * 1024 * 1024
"""Bytes of one frame."""
HEAD = 4
"""Bytes of its length."""
ASK = b"+"
"""One offer is asked for; only their number counts."""


class FrameError(ValueError):
    """Bytes that are no frame of ours."""


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """What became of answers of one shape since the last frame, in the gateway."""

    group: str
    config: str
    function: str
    shape: str
    offered: int
    dropped: int


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """An offer with the shape of its request, or tallies alone."""

    instance: str
    tallies: tuple[Tally, ...] = ()
    shape: str = ""
    offer: Offer | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Frame)


def encode(frame: Frame) -> bytes:
    """Write a frame; raises FrameError for one that is too long."""
    payload = _ENCODER.encode(frame)
    if len(payload) > MOST:
        raise FrameError(f"found a frame of {len(payload)} bytes; allowed are {MOST}")
    return len(payload).to_bytes(HEAD) + payload


def length(head: bytes) -> int:
    """Read the length that stands before a frame; raises FrameError."""
    size = int.from_bytes(head)
    if not 0 < size <= MOST:
        raise FrameError(f"found a frame of {size} bytes; allowed are 1 to {MOST}")
    return size


def decode(payload: bytes) -> Frame:
    """Read a frame; raises FrameError."""
    try:
        return _DECODER.decode(payload)
    except (msgspec.MsgspecError, ValueError) as fault:
        raise FrameError(type(fault).__name__) from None  # its text may quote data
