"""A certificate for HTTPS servers on loopback."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


NAME = "saving tests"


def self_signed(folder: Path, addresses: Sequence[str], names: Sequence[str]) -> Path:
    """Write a key and a certificate for these hosts into one PEM file, and return it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.timezone.utc)
    hosts: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    hosts += [x509.DNSName(each) for each in names]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def hashed_folder(folder: Path, certificate: Path) -> Path:
    """Put a certificate of these tests into a folder as ``openssl rehash`` does, and return that.

    OpenSSL finds it by the hash of its subject: here the one attribute, commonName (2.5.4.3) as UTF-8.
    """
    folder.mkdir()
    subject = b"\x06\x03\x55\x04\x03\x0c" + bytes([len(NAME)]) + NAME.encode()
    for tag in (b"\x30", b"\x31"):  # the sequence of its type and value, and the set of such
        subject = tag + bytes([len(subject)]) + subject
    number = int.from_bytes(hashlib.sha1(subject).digest()[:4], "little")
    (folder / f"{number:08x}.0").write_bytes(certificate.read_bytes())
    return folder
