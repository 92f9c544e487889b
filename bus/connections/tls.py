"""TLS of all brokers: the files that it needs, what clients are told, and what is wrong in one sentence.

Certificates and host names are always checked: there is no switch, and addresses that ask for one are refused.
"""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path
from typing import Any

from bus.connections.model import BrokerKind, Connection, parsed
from bus.errors import UserError
from bus.system_errors import cannot_read

TIMEOUT_S = 5.0
MOST_KEY_BYTES = 1024 * 1024
_UNKNOWN = (2, 18, 19, 20, 21)
"""No issuer is known, or it signed itself: X509_V_ERR_* of https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error"""
_EXPIRED, _OTHER_NAME = 10, (62, 64)


def context_of(kind: BrokerKind, url: str) -> ssl.SSLContext | None:
    """What a client of Python's own ssl is given; None where the address says no TLS. Raises UserError."""
    connection, _ = parsed(kind, url)
    return context(kind, connection) if connection.tls else None


def context(kind: BrokerKind, connection: Connection) -> ssl.SSLContext:
    """With every file loaded, so that each that is wrong is told by its name. Raises UserError."""
    ca_file, certificate = connection.ca_file, connection.certificate_file
    for path in filter(None, (ca_file, certificate, connection.key_file)):
        if not Path(path).is_file():
            raise UserError(f"there is no file {path}", hint=f"it is named for TLS of {kind.title}")
    try:
        made = ssl.create_default_context(cafile=ca_file or None)
    except OSError:
        raise UserError(
            f"{ca_file} holds no certificates that can be read", hint="expected a PEM file of the authority"
        ) from None
    if certificate:
        word = passphrase(kind, connection)
        try:
            # A word, be it empty: without one OpenSSL would ask on the terminal.
            made.load_cert_chain(certificate, connection.key_file or None, password=word)
        except OSError:
            key = connection.key_file or certificate
            if word:
                raise UserError(
                    f"what {kind.passphrase_variable} says does not open the key {key}, or it is not {certificate}'s"
                ) from None
            raise UserError(
                f"{key} is not a key of the certificate {certificate}", hint="expected PEM files that belong together"
            ) from None
    return made


def passphrase(kind: BrokerKind, connection: Connection) -> str:
    """The passphrase of the client's key, from the environment; "" where the key has none.

    Raises UserError where it is missing.
    """
    if not is_encrypted(connection):
        return ""
    if value := os.environ.get(kind.passphrase_variable, ""):
        return value
    raise UserError(
        f"the key {connection.key_file or connection.certificate_file} has a passphrase",
        hint=f"set {kind.passphrase_variable}",
    )


def is_encrypted(connection: Connection) -> bool:
    """Whether the key asks for a passphrase, as both forms of PEM say."""
    path = connection.key_file or connection.certificate_file
    if not path:
        return False
    try:
        with open(path, "rb") as file:
            return b"ENCRYPTED" in file.read(MOST_KEY_BYTES)
    except OSError as error:
        raise cannot_read(path, error) from None


def redis_options(kind: BrokerKind, connection: Connection) -> dict[str, Any]:
    """What redis-py is told, and Celery for it; both check nothing in some versions where they are not. UserError."""
    context(kind, connection)
    options = {
        "ssl_ca_certs": connection.ca_file,
        "ssl_certfile": connection.certificate_file,
        "ssl_keyfile": connection.key_file or connection.certificate_file,
        "ssl_password": passphrase(kind, connection),
    }
    checked = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    return checked | {key: value for key, value in options.items() if value}


def amqp_options(kind: BrokerKind, connection: Connection) -> dict[str, Any]:
    """TLS options of Celery's client of RabbitMQ, which compares no host name unless it is told one.

    Raises UserError.
    """
    context(kind, connection)
    if is_encrypted(connection):
        raise UserError(
            "Celery's client of RabbitMQ cannot open a key with a passphrase",
            hint=f"give it one without: {connection.key_file or connection.certificate_file}",
        )
    options = {
        "ca_certs": connection.ca_file,
        "certfile": connection.certificate_file,
        "keyfile": connection.key_file or connection.certificate_file,
    }
    checked = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": connection.host}
    return checked | {key: value for key, value in options.items() if value}


def kafka_options(kind: BrokerKind, connection: Connection) -> dict[str, str]:
    """TLS options of librdkafka, which checks certificate and host name by itself since 2.0. Raises UserError."""
    context(kind, connection)
    options = {
        "ssl.ca.location": connection.ca_file,
        "ssl.certificate.location": connection.certificate_file,
        "ssl.key.location": connection.key_file or connection.certificate_file,
        "ssl.key.password": passphrase(kind, connection),
    }
    checked = {"enable.ssl.certificate.verification": "true", "ssl.endpoint.identification.algorithm": "https"}
    return checked | {key: value for key, value in options.items() if value}


def blamed(kind: BrokerKind, connection: Connection, error: UserError, timeout_s: float = TIMEOUT_S) -> UserError:
    """What is wrong with TLS; the error itself where that is not to blame. Blocks as `what_is_wrong` does."""
    return (connection.tls and what_is_wrong(kind, connection, timeout_s)) or error


def what_is_wrong(kind: BrokerKind, connection: Connection, timeout_s: float = TIMEOUT_S) -> UserError | None:
    """Shake hands once more without a client library, most of which do not tell: None where TLS is not to blame.

    Blocks for twice timeout_s at most.
    """
    who = f"{kind.title} at {connection.place(kind)}"
    try:
        made = context(kind, connection)
        plain = socket.create_connection((connection.host, connection.port_of(kind)), timeout=timeout_s)
    except UserError as error:
        return error
    except OSError:
        return None
    with plain:
        try:
            wire = made.wrap_socket(plain, server_hostname=connection.host)
        except ssl.SSLCertVerificationError as error:
            return _mistrusted(error, who, connection)
        except TimeoutError:
            return UserError(
                f"{who} speaks no TLS, or is too busy: it has not answered for {timeout_s:g} s",
                hint="check its port, or try again",
            )
        except OSError:  # another protocol's answer, or none of ours
            return UserError(
                f"{who} speaks no TLS, or none that is known here", hint="check its port, or switch TLS off"
            )
        with wire:
            return _refused(wire, who, connection)


def _mistrusted(error: ssl.SSLCertVerificationError, who: str, connection: Connection) -> UserError:
    if error.verify_code in _UNKNOWN:
        return UserError(
            f"the certificate of {who} is signed by an authority that is not trusted",
            hint=f"{connection.ca_file or 'the CA file under Connections'} should be its authority's",
        )
    if error.verify_code in _OTHER_NAME:
        return UserError(
            f"the certificate of {who} is for another host, not for {connection.host}",
            hint="use the name that it is for",
        )
    if error.verify_code == _EXPIRED:
        return UserError(f"the certificate of {who} has expired", hint="the server needs a new one")
    return UserError(f"the certificate of {who} is not accepted: {error.verify_message}", hint="see Connections")


def _refused(wire: ssl.SSLSocket, who: str, connection: Connection) -> UserError | None:
    """With TLS 1.3 a server says after the handshake that it wanted a certificate of ours."""
    try:
        wire.recv(1)
    except TimeoutError:
        return None
    except OSError:
        if connection.certificate_file:
            return UserError(f"{who} does not accept the client certificate", hint="see Connections")
        return UserError(f"{who} wants a client certificate", hint="give one and its key under Connections")
    return None
