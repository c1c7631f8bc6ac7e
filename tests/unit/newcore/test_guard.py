import asyncio
import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request

from newcore.guard import Guard
from newcore.problem import Problem
from newcore.statement import Scope
from tests.unit.newcore.stated import PRIVATE, PUBLIC, claims, token

NOW = 1_800_000_000
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def at_now(**changes):
    """The claims of a statement that begins now."""
    return claims("vacancy.search", ("VA",), **({"iat": NOW, "exp": NOW + 30} | changes))


def signed(given, key=PRIVATE, algorithm="EdDSA", **headers):
    """Claims as a token, under whatever key."""
    return jwt.encode(given, key, algorithm=algorithm, headers=headers or None)


def part(value):
    """One part of a token that is put together by hand."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def tampered():
    """A sound token of which the middle part says more."""
    head, _, signature = signed(at_now()).split(".")
    return ".".join((head, part(at_now(cat=["VA", "ID", "CN"])), signature))


def unsigned():
    """`alg: none`, as in the oldest attack on tokens."""
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(at_now())}."


def with_public_key_as_secret(secret):
    """HS256 under what everybody may know."""
    import hashlib  # noqa: PLC0415  only this attack computes a MAC by hand: the library refuses to
    import hmac  # noqa: PLC0415

    begun = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(at_now())}"
    mac = hmac.new(secret, begun.encode(), hashlib.sha256).digest()
    return f"{begun}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def guard(*keys, now=NOW):
    """A guard at a moment."""
    return Guard(keys or (PUBLIC,), lambda: now)


def request(*fields):
    """A request with these Authorization fields."""
    headers = [(b"authorization", each.encode()) for each in fields]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def status_of(*fields, now=NOW):
    """The status with which a request is refused."""
    with pytest.raises(Problem) as refused:
        asyncio.run(guard(now=now).serving("vacancy.search")(request(*fields)))
    return refused.value.status


def test_a_sound_statement_is_read():
    """Every claim comes out as the gateway stated it."""
    given = signed(at_now(reg=["AM06", "AM01"], mun="0106"))
    found = asyncio.run(guard().serving("vacancy.search")(request(f"Bearer {given}")))
    assert (found.user, found.role, found.organisation, found.function) == ("AWE0421", "AW", "UWV", "vacancy.search")
    assert found.categories == {"VA"}
    assert found.scope == Scope(frozenset({"AM06", "AM01"}), "0106")
    assert str(found.exchange) == at_now()["jti"]


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("",),
        ("Bearer",),
        ("Bearer ",),
        ("Bearer geheim",),
        ("Basic x",),
        (f"bearer {token('vacancy.search')}",),
        (f"Bearer {signed(at_now())}", f"Bearer {signed(at_now())}"),
    ],
    ids=["none", "empty", "scheme", "blank", "secret", "basic", "lower", "two"],
)
def test_anything_but_one_statement_is_refused(fields):
    """Nothing, a word, another scheme, two of them: 401."""
    assert status_of(*fields) == 401


@pytest.mark.parametrize(
    "forged",
    [
        unsigned(),
        with_public_key_as_secret(PUBLIC),
        with_public_key_as_secret(PEM),
        tampered(),
        signed(at_now(), Ed25519PrivateKey.generate()),
        signed(at_now(), generate_private_key(65537, 2048), "RS256"),
        signed(at_now(), kid="../../key"),
        signed(at_now(), jwk={"kty": "OKP"}),
        signed(at_now())[:-3],
        signed(at_now()) + "A" * 9000,
    ],
    ids=["none", "hs256-raw", "hs256-pem", "tampered", "other-key", "rs256", "kid", "jwk", "cut", "long"],
)
def test_a_forged_statement_is_refused(forged):
    """No signature, the public key as a secret, another key or algorithm, a changed middle, a header that names a key."""
    assert status_of(f"Bearer {forged}") == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"}, {"iss": None}, {"aud": "gateway"}, {"aud": ["newcore", "gateway"]}, {"aud": None},
        {"exp": NOW}, {"exp": NOW + 31}, {"iat": NOW + 6, "exp": NOW + 30}, {"iat": NOW - 31, "exp": NOW - 1},
        {"exp": None}, {"iat": None}, {"iat": str(NOW)}, {"exp": NOW + 29.5}, {"exp": True},
        {"jti": "7"}, {"jti": None}, {"jti": 7}, {"sub": ""}, {"sub": None}, {"sub": 5}, {"sub": "a b"},
        {"role": "aw"}, {"role": None}, {"org": None}, {"fn": "vacancy"}, {"fn": ["vacancy.search"]}, {"fn": None},
        {"cat": None}, {"cat": "VA"}, {"cat": ["va"]}, {"cat": ["VA", "VA"]}, {"cat": [1]}, {"cat": {"VA": 1}},
        {"reg": []}, {"reg": "AM06"}, {"reg": ["AM6"]}, {"reg": ["AM06\n"]}, {"mun": 106}, {"mun": "106"}, {"mun": ""},
        {"admin": True}, {"nbf": NOW},
    ],
)  # fmt: skip
def test_a_statement_with_a_wrong_claim_is_refused(changes):
    """Foreign issuer or audience, stale, too long, early, missing, of another type, or one claim too many: 401."""
    assert status_of(f"Bearer {signed(at_now(**changes))}") == 401


def test_a_statement_lives_until_its_end_and_clocks_may_differ():
    """At its last second it counts, one later it does not; one of five seconds from now is of another clock."""
    given = f"Bearer {signed(at_now())}"
    assert status_of(given, now=NOW + 30) == 401
    for now in (NOW + 29, NOW - 5):
        stated = asyncio.run(guard(now=now).serving("vacancy.search")(request(given)))
        assert stated.function == "vacancy.search"


def test_another_function_is_another_refusal():
    """The statement is believed, and says that something else is asked: 403."""
    assert status_of(f"Bearer {signed(at_now(fn='employer.view'))}") == 403


def test_a_key_can_be_replaced_while_both_are_known():
    """The older one and the newer one are believed side by side."""
    older = Ed25519PrivateKey.generate()
    both = guard(older.public_key().public_bytes_raw(), PUBLIC)
    for key in (older, PRIVATE):
        assert both.believed([f"Bearer {signed(at_now(), key)}"]).user == "AWE0421"


@pytest.mark.parametrize("keys", [(), (b"",), (PUBLIC, b"x")])
def test_without_a_key_there_is_no_guard(keys):
    """A new core that cannot tell who asks does not start."""
    with pytest.raises(ValueError, match="public key"):
        Guard(keys, lambda: NOW)


@pytest.mark.parametrize("places", [{"reg": ["AM06"]}, {"mun": "0106"}])
def test_who_syncs_is_bound_to_no_place(places):
    """Listings and changes are of everybody: a statement that says otherwise is not half kept, but refused."""
    with pytest.raises(Problem) as refused:
        asyncio.run(guard().serving("sync.apply")(request(f"Bearer {signed(at_now(fn='sync.apply', **places))}")))
    assert refused.value.status == 403
