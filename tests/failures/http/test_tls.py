"""TLS of our own: client certificates are required, verified and listed; nothing is served without."""

import asyncio
import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.errors import OperatorError
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener, TlsSettings
from tests.doubles.carrier import CarrierDouble, serving

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def issue(directory, name, issuer=None):
    """Make a key and a certificate, by itself or by an issuer; gives name, key and certificate, also as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0] if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (directory / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    (directory / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return subject, key


@pytest.fixture
def house(tmp_path):
    """A CA, a server, two clients of the CA and one of nobody's."""
    authority = issue(tmp_path, "ca")
    for name in ("server", "listed", "unlisted"):
        issue(tmp_path, name, authority)
    issue(tmp_path, "stranger")
    return tmp_path


async def ask(house, port, client):
    """Ask with this client certificate; gives the answer, or nothing where the connection was refused."""
    context = ssl.create_default_context(cafile=house / "ca.crt")
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the certificates of the test carry no key identifiers
    if client is not None:
        context.load_cert_chain(house / f"{client}.crt", house / f"{client}.key")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        writer.write(GET)
        answer = await reader.read(-1)
    except (OSError, ssl.SSLError):
        return b""
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("client", "served"), [("listed", True), ("unlisted", False), ("stranger", False), (None, False)]
)
async def test_only_a_listed_client_of_the_authority_is_served(house, client, served):
    """A certificate that is missing, of another authority, or not listed never reaches the carrier."""
    tls = TlsSettings(
        certificate=house / "server.crt",
        key=house / "server.key",
        clients=house / "ca.crt",
        subjects=frozenset({"listed"}),
    )
    rules = RequestRules(hosts=frozenset((b"localhost",)))
    carrier = CarrierDouble()
    async with serving(MitmListener(ListenerSettings(port=0, rules=rules, tls=tls, drain=2)), carrier) as listener:
        answer = await ask(house, listener.port, client)
    assert answer.startswith(b"HTTP/1.1 200") is served
    assert [request.certificate for request in carrier.requests] == (["listed"] if served else [])
    assert [request.scheme for request in carrier.requests] == ([b"https"] if served else [])


async def test_a_plain_request_to_a_tls_port_reaches_nobody(house):
    """Without TLS nothing is read as HTTP."""
    tls = TlsSettings(certificate=house / "server.crt", key=house / "server.key")
    carrier = CarrierDouble()
    async with serving(MitmListener(ListenerSettings(port=0, tls=tls, drain=2)), carrier) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(GET)
        assert b"HTTP/1.1 200" not in await reader.read(-1)
        writer.close()
    assert carrier.requests == []


def test_a_key_that_does_not_fit_is_an_operators_error(house):
    """Wrong files end the start, with what to do."""
    tls = TlsSettings(certificate=house / "server.crt", key=house / "ca.key")
    with pytest.raises(OperatorError, match="PEM"):
        MitmListener(ListenerSettings(tls=tls))
