"""Claims about `poort policy replay`, on a log that the real ledger wrote into a real PostgreSQL."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cli.app import main
from proxy.database import Cluster, own_cluster, upgrade
from proxy.settings import load
from tests.conftest import open_directory
from tests.doubles.playbook import ROOT, house
from tests.doubles.traffic import Recording, record

SOURCE = (ROOT / "authorisation.yaml").read_text(encoding="utf-8")
BASIC = "    show: [ID, CT, ED, AV, LD, SV, AP]"


@dataclass
class Place:
    """A data directory with a running server and a recorded week."""

    directory: Path
    cluster: Cluster
    recording: Recording

    def replay(self, *words: str) -> tuple[int, str, str]:
        """Run the command in this process: a process of its own costs seconds."""
        kept = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(os, "environ", {**kept, "POORT_DATA_DIR": str(self.directory)})
            patch.setattr(sys, "argv", ["poort"])
            patch.setattr("cli.logs.configure", lambda _level: None)
            try:
                main(["policy", "replay", *words])
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0
        return code, out.getvalue(), err.getvalue()

    def candidate(self, *edits: tuple[str, str]) -> str:
        """Write a candidate and give its path."""
        text = SOURCE
        for before, after in edits:
            assert before in text
            text = text.replace(before, after)
        path = self.directory / "candidate.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def found(self, *edits: tuple[str, str], words: tuple[str, ...] = ()) -> dict[str, Any]:
        """Replay a candidate and read the result."""
        code, out, err = self.replay(self.candidate(*edits), "--days", "2", "--json", *words)
        assert code == 0, err
        (line,) = out.splitlines()
        return json.loads(line)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A log of some hundred exchanges under the matrix of this release."""
    with open_directory() as directory, own_cluster(load({"POORT_DATA_DIR": str(directory)})) as cluster:
        upgrade(cluster)
        yield Place(directory, cluster, asyncio.run(record(cluster, house().matrix, 500, seed=8)))


def test_the_matrix_that_was_in_force_changes_nothing_and_leaves_nothing_untold(place: Place):
    """Zero differences on everything that was recorded, and nothing that cannot be told."""
    found = place.found()
    assert found["requests"] == len(place.recording.stored)
    assert found["changed"] == {"requests": 0, "users": 0, "teams": 0, "persons": 0}
    assert (found["changes"], found["rules"], found["cannot_tell"], found["told"]) == ([], [], [], [])
    assert found["policies"] == {house().matrix.hash: True}
    code, out, _ = place.replay(place.candidate())
    assert (code, "Niets wordt anders." in out) == (0, True)


def test_a_loss_is_said_with_who_it_touches_and_by_which_rule(place: Place):
    """Per sentence, per relation and category, and per rule; nobody is named."""
    found = place.found((BASIC, "    show: [ID, CT, ED]"))
    assert 0 < found["changed"]["requests"] < found["requests"]
    assert all(each["loses"] for each in found["changes"])
    assert {each["relation"] for each in found["changes"]} <= {"team", "municipality", "region"}
    masked = [each for each in found["changes"] if each["verb"] == "masked"]
    assert masked
    assert {each["category"] for each in masked} <= {"AV", "LD", "SV", "AP"}
    assert all(each["at_least"] for each in masked), "whether a page can be emptied so far was not recorded"
    assert any("verliest" in each and "(ten minste)" in each and "medewerker" in each for each in found["told"])
    assert {each["rule"] for each in found["rules"]} == {"-"}
    users = {each.principal.user for each in place.recording.scenes}
    assert not any(user in json.dumps(found) for user in users)


def test_a_prohibition_is_named_as_the_rule_that_does_it(place: Place):
    """A mask on the region's contact data."""
    found = place.found(("    classes: [secret]\n    hide: [CT]", "    hide: [CT]"))
    assert "RG10" in {each["rule"].split(".")[0] for each in found["rules"]}
    assert {"masked", "withheld"} & {each["verb"] for each in found["rules"]}


def test_a_function_that_is_closed_denies_calls(place: Place):
    """A call that would be denied is told once, not again for every person in it."""
    found = place.found(("  client.cv.view: {AW: all, IDV: all,", "  client.cv.view: {IDV: all,"))
    denied = [each for each in found["changes"] if each["verb"] == "denied"]
    assert {(each["role"], each["function"], each["relation"]) for each in denied} == {("AW", "client.cv.view", None)}
    assert {each["verb"] for each in found["changes"]} == {"denied"}
    assert [(each["rule"], each["verb"]) for each in found["rules"]] == [("RG0.dicht", "denied")]
    assert "Adviseur werk verliest: cv raadplegen" in found["told"][0]


def test_what_gains_is_said_and_what_cannot_be_told_is_counted(place: Place):
    """Somebody who was kept back is gained only where the candidate hides nothing of what the answer held."""
    reach = "    relations: [team, municipality, region]\n"
    found = place.found((f"{reach}{BASIC}", f"    relations: [team, municipality, region, outside]\n{BASIC}"))
    assert "shown" in {each["verb"] for each in found["changes"]}
    assert {each["rule"] for each in found["rules"]} == {"RG2"}
    assert {each["lacks"] for each in found["cannot_tell"]} <= {"fields", "writes"}


def test_rules_that_are_only_reported_change_nothing_until_asked_for_all_rules(place: Place):
    """`--target` replays the candidate as if every rule of it were enforced."""
    staged = ("    effect: mask\n    mode: enforce", "    effect: mask\n    mode: report")
    assert place.found(staged, words=("--target",))["changed"]["requests"] == 0
    assert place.found(staged)["changed"]["requests"] > 0


def test_records_without_a_ground_or_an_archived_matrix_are_not_guessed_at(place: Place):
    """They count as what cannot be told."""
    with psycopg.connect(place.cluster.owner_dsn()) as owner:
        owner.execute("ALTER TABLE disclosure DISABLE TRIGGER ALL")
        owner.execute("UPDATE disclosure SET protection = NULL, emergency = NULL, present = NULL")
    found = place.found((BASIC, "    show: [ID, CT, ED]"))
    assert "ground" in {each["lacks"] for each in found["cannot_tell"]}
    assert place.found()["changed"]["requests"] == 0
    assert place.found()["cannot_tell"] == []


def test_wrong_use_is_refused(place: Place):
    """A file that is none, a matrix with a typing error, and no days."""
    code, _, err = place.replay("absent.yaml")
    assert (code, "found no file absent.yaml" in err) == (1, True)
    code, _, err = place.replay(place.candidate(("effect: mask", "effect: hide")))
    assert (code, "allowed: allow, forbid, mask" in err) == (1, True)
    assert place.replay(place.candidate(), "--days", "0")[0] == 2
