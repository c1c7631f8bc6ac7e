"""`poort policy check|explain`, as a reviewer types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def poort(*words: str, **over: str) -> tuple[int, str, str]:
    """Run `poort policy` in the project's directory."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("POORT_")} | over
    done = subprocess.run(
        [sys.executable, "-m", "cli", "policy", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_matrix_of_this_release_is_in_order():
    """Exit code 0, and its hash."""
    code, out, _ = poort("check", "--json")
    assert (code, len(json.loads(out)["hash"])) == (0, 64)


def test_a_typing_error_is_refused_with_its_line(tmp_path):
    """Exit code 1 and file:line; an absent file says which setting names it."""
    text = (ROOT / "authorisation.yaml").read_text(encoding="utf-8").replace("effect: mask", "effect: hide")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    code, _, errors = poort("check", POORT_AUTHORISATION_FILE=str(tmp_path / "mine.yaml"))
    assert (code, "mine.yaml:" in errors, "found the effect 'hide'; allowed: allow, forbid, mask" in errors) == (
        1,
        True,
        True,
    )
    code, _, errors = poort("check", POORT_AUTHORISATION_FILE=str(tmp_path / "absent.yaml"))
    assert (code, "POORT_AUTHORISATION_FILE" in errors) == (1, True)


def test_a_cell_is_explained_with_the_signed_texts():
    """Per relation what is visible and why; below, the sentences of the rules."""
    code, out, _ = poort("explain", "IDV", "client.workcapacity.view", "--organisation", "UWV")
    assert code == 0
    assert "region\tordinary\t\tID,WC\thidden-category\tRG2" in out
    assert "RG2: Adviseurs van UWV zien klanten van de eigen regio" in out


def test_what_a_role_has_not_and_what_does_not_exist():
    """Not in the role is an answer; an unknown function is refused with those that exist."""
    assert (
        "heeft client.benefit.view niet" in poort("explain", "WSP", "client.benefit.view", "--organisation", "UWV")[1]
    )
    assert "RG0" in poort("explain", "AW", "vacancy.search", "--organisation", "UWV")[1]
    code, _, errors = poort("explain", "AW", "client.nothing", "--organisation", "UWV")
    assert (code, "allowed: session.login" in errors) == (1, True)
    assert poort("explain", "XX", "client.search", "--organisation", "UWV")[0] == 2
