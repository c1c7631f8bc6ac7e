"""The containers are described as the specification asks, with commands and settings that exist."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from cli.app import AREAS, existing
from proxy.settings import known, load
from tests.doubles import command

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "deploy/specification/compose-spec.json").read_text(encoding="utf-8"))
LONG_RUNNING = {"gateway", "console", "newcore", "standin", "worker"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as compose reads it, anchors and merges resolved."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    """Give the services that run our image."""
    return {name: each for name, each in compose["services"].items() if each["image"].startswith("sonarpoort")}


def faults(document: object) -> list[str]:
    """List what the specification refuses."""
    return [f"{each.json_path}: {each.message}" for each in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_specification_accepts_the_file(compose: dict[str, Any]) -> None:
    """The Compose Specification's own schema finds no fault."""
    assert faults(compose) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        {"services": {"a": {"imagee": "x"}}},
        {"services": {"a": {"image": "x", "depends_on": {"b": {"condition": "service_happy_now", "extra": 1}}}}},
        {"services": []},
        {"service": {}},
    ],
)
def test_the_specification_refuses_a_seeded_fault(spoiled: object) -> None:
    """The check has teeth: a misspelt key or a wrong kind is found."""
    assert faults(spoiled)


def test_every_command_exists_with_its_options(compose: dict[str, Any]) -> None:
    """Each service runs a command that `poort` has, with options that it takes."""
    names = {area.name for area in existing()}
    for service, each in ours(compose).items():
        words = [word for word in each["command"] if word.startswith("-") or word.isalpha()]
        assert words[0] in names, f"{service}: poort has no command {words[0]}"
        path = [word for word in each["command"][:2] if not word.startswith("-")]
        ended = command.poort(*path, "--help", settings={})
        assert ended.returncode == 0, f"{service}: {ended.stderr}"
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{re.escape(option)}\b", ended.stdout), f"{service}: {path} takes no {option}"


def test_every_setting_exists_and_can_be_read(compose: dict[str, Any]) -> None:
    """Each environment is one with which a process would start."""
    for service, each in ours(compose).items():
        environment = {key: str(text) for key, text in each.get("environment", {}).items()}
        unknown = environment.keys() - known().keys()
        assert not unknown, f"{service}: {unknown}"
        load({**environment, "POORT_DATA_DIR": "nowhere"})


def test_every_process_that_serves_has_a_service(compose: dict[str, Any]) -> None:
    """A process that exists is started here too, and the list of them knows every area."""
    assert {area.name for area in AREAS} >= LONG_RUNNING
    running = {each["command"][0] for each in ours(compose).values()}
    assert running >= {area.name for area in existing()} & LONG_RUNNING


def test_two_gateways_stand_behind_the_balancer_and_nothing_else_is_open(compose: dict[str, Any]) -> None:
    """The balancer is the only way in; what it names are the gateways."""
    open_services = [name for name, each in compose["services"].items() if each.get("ports")]
    assert open_services == ["balancer"]
    servers = re.findall(r"^\s+server (\S+) (\S+):8080$", (ROOT / "deploy/haproxy.cfg").read_text(), re.MULTILINE)
    gateways = [name for name, each in ours(compose).items() if each["command"][0] == "gateway"]
    assert len(gateways) == 2
    assert servers == [(name, name) for name in gateways]


def test_the_owners_password_is_known_to_the_upgrade_alone(compose: dict[str, Any]) -> None:
    """A gateway in a container has nothing with which it could change the schema or the log."""
    knowing = [name for name, each in compose["services"].items() if "OWNER_PASSWORD" in json.dumps(each)]
    assert knowing == ["postgres", "upgrade"]


def test_the_balancer_is_the_proxy_that_is_trusted(compose: dict[str, Any]) -> None:
    """Forwarding headers are believed from the inner network only."""
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    for name in ("gateway-1", "gateway-2"):
        assert compose["services"][name]["environment"]["POORT_TRUSTED_PROXIES"] == subnet


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed here")
def test_haproxy_accepts_its_configuration() -> None:
    """HAProxy itself finds no fault in the file."""
    ended = subprocess.run(
        [str(shutil.which("haproxy")), "-c", "-f", str(ROOT / "deploy/haproxy.cfg")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


def test_the_image_installs_the_lock_and_is_not_root() -> None:
    """The image takes the hashed requirements, runs under a user of its own, and names no registry."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.search(r"^USER poort$", text, re.MULTILINE)
    assert all("/" not in line.split()[1] for line in text.splitlines() if line.startswith("FROM"))
    assert re.search(r'ENTRYPOINT \["python", "-m", "cli"\]', text)


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_the_lock_names_no_index_and_hashes_everything(name: str) -> None:
    """The lock holds names, versions and hashes: no address of an index, no path of a machine."""
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|^-e ", text, re.MULTILINE)
    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pinned) > 40
    assert all("==" in each and "--hash=sha256:" in each for each in pinned)


def test_the_lock_holds_what_is_asked() -> None:
    """Every requirement in runtime.in is in both locks, at the version it pins."""
    asked = (ROOT / "requirements/runtime.in").read_text(encoding="utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in asked if line.split("#")[0].strip()]
    for lock in ("runtime", "dev"):
        text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
        for each in wanted:
            name, _, version = re.sub(r"\[.*?\]", "", each).partition("==")
            name = name.replace(".", "-")  # as locks write names
            assert re.search(rf"^{re.escape(name)}(\[.*\])?=={re.escape(version)}", text, re.MULTILINE), (
                f"{lock}: {each}"
            )
