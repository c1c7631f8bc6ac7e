"""The script of the recordings covers the surface."""

import json
import re

from adapters.legacy_sonar.standin.record import ANSWERS
from adapters.legacy_sonar.standin.records import TEXTS
from adapters.legacy_sonar.standin.views import VIEWS

BODIES = b"".join(path.read_bytes() for path in sorted(ANSWERS.glob("*.http")))
LINES = [json.loads(line) for line in (ANSWERS / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_applet_is_shown_in_some_answer():
    """No view is without a recording."""
    for view in VIEWS:
        for applet in view.applets:
            assert f'summary="{applet.name}"'.encode() in BODIES, applet.name


def test_every_error_is_told_in_some_answer():
    """No error text is without a recording."""
    for code in TEXTS:
        assert code.encode() in BODIES, code


def test_row_ids_of_all_kinds_are_used_in_requests():
    """Requests position on persons and on vacancies."""
    asked = " ".join(line.get("request", "") for line in LINES)
    assert set(re.findall(r"SWERowIds?=1-(\w)", asked)) >= {"7", "V"}
