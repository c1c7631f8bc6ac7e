"""The recordings are what the running stand-in says, byte for byte."""

import json

import pytest

from adapters.legacy_sonar.standin.record import ANSWERS, FROZEN
from adapters.legacy_sonar.standin.visitor import Visitor

INDEX = [json.loads(line) for line in (ANSWERS / "index.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [entry["name"] for entry in INDEX if "name" in entry]


async def test_a_fresh_process_gives_the_recorded_bytes(start):
    """Every recorded request, sent in order to another process, gets exactly the recorded answer."""
    with start("--clients", str(FROZEN.clients), "--seed", str(FROZEN.seed), "--frozen", FROZEN.frozen) as running:
        async with Visitor(running.url) as client:
            for entry in INDEX:
                if "modes" in entry:
                    running.modes(**entry["modes"])
                    continue
                method = entry["request"].split(" ")[0]
                reply = await client.raw(entry["request"].encode("latin-1"), method)
                assert reply.raw == (ANSWERS / f"{entry['name']}.http").read_bytes(), entry["name"]


def test_files_and_index_agree():
    """Each file has one line in the index and the other way round."""
    assert sorted(NAMES) == sorted(path.stem for path in ANSWERS.glob("*.http"))
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("entry", [entry for entry in INDEX if entry.get("persons")], ids=lambda entry: entry["name"])
def test_the_index_names_who_is_shown(entry):
    """A person in the index is in the bytes of the answer by row id or BSN."""
    raw = (ANSWERS / f"{entry['name']}.http").read_bytes()
    if entry["name"].startswith("gzip"):
        return
    for person in entry["persons"]:
        assert any(value.encode() in raw for value in (person["row_id"], person["bsn"].lstrip("0")))


def test_the_recordings_cover_every_kind_of_answer():
    """Views, lists, exports, errors, log-ins, SOAP, RPC and encodings are all recorded."""
    for start in (
        "login_",
        "no_record_",
        "in_region_",
        "out_of_region_",
        "secret_address_",
        "staff_",
        "caseload_",
        "leading_zero_",
        "soap_",
        "client_export_",
        "contact_write_",
        "gzip",
        "chunked",
        "replay",
        "busy",
        "maintenance",
        "expired_rpc",
        "candidate_",
        "vacancy_",
        "referral_",
    ):
        assert any(name.startswith(start) for name in NAMES), start
