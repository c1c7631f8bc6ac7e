from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cli.statement import FILE, PUBLIC_FILE, public_keys, signer
from proxy.errors import OperatorError
from proxy.model.decision import Scope
from proxy.model.person import Category
from proxy.model.principal import Role
from proxy.model.statement import Statement
from proxy.settings import load

EXCHANGE = UUID(int=9)


def here(tmp_path, **more):
    """Settings with their data in one directory."""
    return load({"POORT_DATA_DIR": str(tmp_path), **more})


def stated(scope=None):
    """What is stated of a search."""
    categories = frozenset({Category.ID, Category.CT})
    return Statement(EXCHANGE, "AWE0421", Role.AW, "UWV", "client.search", categories, scope)


def claims_of(settings, scope=None):
    """Sign a statement and read it with the public key."""
    key = Ed25519PublicKey.from_public_bytes(public_keys(settings)[0])
    return jwt.decode(signer(settings)(stated(scope)), key, algorithms=["EdDSA"], audience="newcore")


def test_a_signed_statement_says_what_was_stated(tmp_path):
    """Who, role, organisation, function, categories, exchange; for thirty seconds; for newcore alone."""
    found = claims_of(here(tmp_path))
    begun = found.pop("iat")
    assert found == {
        "iss": "sonarpoort", "aud": "newcore", "exp": begun + 30, "jti": str(EXCHANGE), "sub": "AWE0421", "role": "AW",
        "org": "UWV", "fn": "client.search", "cat": ["CT", "ID"],
    }  # fmt: skip


def test_a_place_is_stated_and_a_scope_without_any_is_never_unbound(tmp_path):
    """Regions sorted, a municipality as its code; an empty scope stays one that nobody is in."""
    settings = here(tmp_path)
    assert claims_of(settings, Scope(frozenset({"AM06", "AM01"})))["reg"] == ["AM01", "AM06"]
    municipal = claims_of(settings, Scope(municipality="0106"))
    assert (municipal["mun"], "reg" in municipal) == ("0106", False)
    assert claims_of(settings, Scope())["reg"] == []


def test_processes_that_start_at_once_share_one_key(tmp_path):
    """Whoever is first makes it; only its owner reads it; the public half lies beside it."""
    settings = here(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: public_keys(settings), range(16)))
    assert len(made) == 1
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex((tmp_path / PUBLIC_FILE).read_text()) == made.pop()[0]


def test_a_new_core_elsewhere_needs_the_public_half_only(tmp_path):
    """It is given a file, and makes no key of its own; of several keys each is believed."""
    public_keys(here(tmp_path / "gateway"))
    older = "ab" * 32
    given = tmp_path / "keys"
    given.write_text(f"{older}\n{(tmp_path / 'gateway' / PUBLIC_FILE).read_text()}")
    settings = here(tmp_path / "newcore", POORT_STATEMENT_PUBLIC_FILE=str(given))
    assert public_keys(settings) == (bytes.fromhex(older), *public_keys(here(tmp_path / "gateway")))
    assert not (tmp_path / "newcore" / FILE).exists()


def test_a_key_that_others_can_read_is_refused(tmp_path):
    """Whoever reads it can speak as the gateway."""
    signer(here(tmp_path))
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(OperatorError, match="chmod 600"):
        signer(here(tmp_path))


@pytest.mark.parametrize("text", ["", "\n", "geheim\n", "ab" * 31])
def test_what_is_no_key_is_refused(tmp_path, text):
    """An empty file would sign nothing, or open the new core to everybody."""
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    for name, ask in (("POORT_STATEMENT_PUBLIC_FILE", public_keys), ("POORT_STATEMENT_KEY_FILE", signer)):
        with pytest.raises(OperatorError, match="64 hexadecimal digits"):
            ask(here(tmp_path, **{name: str(path)}))


def test_a_named_file_is_never_made(tmp_path):
    """A key that is silently made anew would be believed by nobody."""
    for name, ask in (("POORT_STATEMENT_PUBLIC_FILE", public_keys), ("POORT_STATEMENT_KEY_FILE", signer)):
        with pytest.raises(OperatorError, match="no such file"):
            ask(here(tmp_path, **{name: str(tmp_path / "absent")}))
