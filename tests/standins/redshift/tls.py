"""The server's own certificate: drivers of Redshift insist on TLS and check who answers."""

import ipaddress
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALIDITY = timedelta(days=3650)


def server_context(trusted: Path) -> ssl.SSLContext:
    """Return a server's TLS context; its certificate is made when there is none.

    `trusted` is written beside it: what this machine trusts anyway and the certificate, so that a
    client that is told to trust the file reaches the rest of the world as before.
    """
    certificate, key = trusted.with_name("server.pem"), trusted.with_name("server.key")
    if not certificate.exists():
        certificate.parent.mkdir(parents=True, exist_ok=True)
        _make(certificate, key)
    paths = ssl.get_default_verify_paths()
    # The first may be this very file, by SSL_CERT_FILE.
    usual = {Path(p) for p in (paths.cafile, paths.openssl_cafile) if p} - {trusted}
    parts = [path.read_bytes() for path in sorted(usual) if path.is_file()]
    trusted.write_bytes(b"\n".join([*parts, certificate.read_bytes()]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _make(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "catdata stand-in for Redshift")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    # Last, so that a certificate always has its key.
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
