"""Passwords of brokers: from the environment or the system's keyring, and nowhere else.

A password belongs to a place: whoever changes host, port, user or TLS is asked for it again, and no other server is
ever sent it. https://keyring.readthedocs.io
"""

from __future__ import annotations

import os
from typing import Any

from bus.connections.model import BrokerKind, Connection
from bus.errors import UserError

SERVICE = "buslens"


def password(kind: BrokerKind, connection: Connection) -> str:
    """The environment's, else the keyring's; empty where there is none. Raises UserError."""
    if value := os.environ.get(kind.password_variable, ""):
        return value
    if not connection.in_keyring:
        return ""
    try:
        kept = _keyring().get_password(SERVICE, _name(kind, connection))
    except Exception as error:  # each of its backends has errors of its own
        raise UserError(
            f"the password of {kind.title} cannot be read from the system keyring: {type(error).__name__}",
            hint=f"unlock the keyring, or set {kind.password_variable}",
        ) from None
    if kept is None:
        raise UserError(
            f"the system keyring has no password for {connection.place(kind)}",
            hint=f"give it again under Connections, or set {kind.password_variable}",
        )
    return str(kept)


def keep(kind: BrokerKind, connection: Connection, word: str) -> None:
    """Give it to the keyring. Raises UserError."""
    if why := why_no_keyring():
        raise UserError(why, hint=f"set {kind.password_variable} instead")
    try:
        _keyring().set_password(SERVICE, _name(kind, connection), word)
    except Exception as error:
        raise UserError(
            f"the system keyring does not take the password: {type(error).__name__}",
            hint=f"unlock it, or set {kind.password_variable}",
        ) from None


def forget(kind: BrokerKind, connection: Connection) -> None:
    """Remove it from the keyring, where it is there."""
    try:
        _keyring().delete_password(SERVICE, _name(kind, connection))
    except Exception:  # it is not there, or nothing is: each backend says so in its own way
        return


def why_no_keyring() -> str:
    """One sentence; empty where there is one."""
    try:
        backend = _keyring().get_keyring()
    except ImportError:
        return "the library keyring is not installed (pip install keyring)"
    except Exception as error:
        return f"the system keyring cannot be used: {type(error).__name__}"
    return "" if float(backend.priority) >= 1 else "this system has no keyring that Buslens can use"


def _keyring() -> Any:
    import keyring

    return keyring


def _name(kind: BrokerKind, connection: Connection) -> str:
    return f"{connection.user}@{connection.place(kind)}"
