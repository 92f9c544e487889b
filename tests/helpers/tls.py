"""A private authority and what it has signed, and the brokers of the tests with listeners that show it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives import serialization

from tests.helpers.rabbit import servers

WORD = "open4 sesame"
"""Opens the client's locked key."""

RABBIT_TLS, KAFKA_TLS, KAFKA_MUTUAL = 1, 3, 4
"""How far behind a broker's port the others are."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files in one temporary folder."""

    authority: str
    other_authority: str
    """Has signed nothing here."""

    server: str
    server_key: str
    expired: str
    """Of the server, with the same key's form in expired_key."""

    expired_key: str
    client: str
    client_key: str
    locked_key: str
    """The client's, behind WORD."""


def made_in(folder: Path) -> Certificates:
    """Valid for localhost and 127.0.0.1."""
    authority = trustme.CA()
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    server = authority.issue_cert("localhost", "127.0.0.1")
    expired = authority.issue_cert("localhost", "127.0.0.1", not_after=long_ago)
    client = authority.issue_cert("me@buslens.example")

    def written(name: str, said: bytes) -> str:
        path = folder / name
        path.write_bytes(said)
        return str(path)

    def chain(leaf: trustme.LeafCert) -> bytes:
        return b"".join(blob.bytes() for blob in leaf.cert_chain_pems)

    return Certificates(
        authority=written("authority.pem", authority.cert_pem.bytes()),
        other_authority=written("other.pem", trustme.CA().cert_pem.bytes()),
        server=written("server.pem", chain(server)),
        server_key=written("server.key", _key(server)),
        expired=written("expired.pem", chain(expired)),
        expired_key=written("expired.key", _key(expired)),
        client=written("client.pem", chain(client)),
        client_key=written("client.key", _key(client)),
        locked_key=written("locked.key", _key(client, WORD)),
    )


def _key(leaf: trustme.LeafCert, word: str = "") -> bytes:
    """In PKCS 8, the only form that Java reads."""
    key: Any = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    lock: Any = serialization.BestAvailableEncryption(word.encode()) if word else serialization.NoEncryption()
    said: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return said


def _written(path: Path, said: str) -> None:
    """Once: a server is asked for its commands while it reads them, and must never find half a file."""
    if not path.exists() or path.read_text() != said:
        path.write_text(said)


def rabbitmq_with(kind: Any, made: Certificates) -> Any:
    """A server that also listens one port further, for clients that show a certificate."""
    is_open = servers().is_open

    class Secure(kind):  # type: ignore[misc]
        def commands(self) -> Any:
            said = super().commands()
            self.folder.mkdir(parents=True, exist_ok=True)
            settings = self.folder / "rabbitmq.conf"
            _written(
                settings,
                f"listeners.ssl.1 = 127.0.0.1:{self.port + RABBIT_TLS}\n"
                f"ssl_options.cacertfile = {made.authority}\n"
                f"ssl_options.certfile = {made.server}\n"
                f"ssl_options.keyfile = {made.server_key}\n"
                "ssl_options.verify = verify_peer\n"
                "ssl_options.fail_if_no_peer_cert = true\n",
            )
            said["rabbitmq"][1]["RABBITMQ_CONFIG_FILE"] = str(settings)
            return said

        def answers(self) -> bool:
            return bool(super().answers()) and bool(is_open(self.port + RABBIT_TLS))

    return Secure


def kafka_with(kind: Any, made: Certificates) -> Any:
    """A server with two more listeners: for everybody, and for clients that show a certificate."""

    class Secure(kind):  # type: ignore[misc]
        def properties(self) -> dict[str, str]:
            said: dict[str, str] = super().properties()
            self.folder.mkdir(parents=True, exist_ok=True)
            store = self.folder / "server.pem"
            _written(store, Path(made.server_key).read_text() + Path(made.server).read_text())
            places = f"SSL://127.0.0.1:{self.port + KAFKA_TLS},MUTUAL://127.0.0.1:{self.port + KAFKA_MUTUAL}"
            protocols = said.get("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
            return said | {
                "listeners": f"{said['listeners']},{places}",
                "listener.security.protocol.map": f"{protocols},SSL:SSL,MUTUAL:SSL",
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(store),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": made.authority,
                "listener.name.mutual.ssl.client.auth": "required",
            }

    return Secure


def redis_with(kind: Any, made: Certificates) -> Any:
    """A server that also listens one port further; what it asks of clients is set while it runs."""

    class Secure(kind):  # type: ignore[misc]
        def commands(self) -> Any:
            said = super().commands()
            files = {"cert": made.server, "key": made.server_key, "ca-cert": made.authority}
            for name, path in files.items():
                said["redis"][0].extend((f"--tls-{name}-file", path))
            said["redis"][0].extend(("--tls-port", str(self.port + 1), "--tls-auth-clients", "optional"))
            return said

    return Secure
