"""Static files."""

from adapters.legacy_sonar.standin.statics import static


def test_known_unknown_and_unchanged():
    """200 with a tag, 304 for the tag, 404 for anything else, also for a path that climbs."""
    status, headers, body = static("logo.gif", "")
    tag = dict(headers)["ETag"]
    assert (status, body[:4]) == (200, b"GIF8")
    assert static("logo.gif", tag)[::2] == (304, b"")
    assert static("../store.py", "")[0] == 404
