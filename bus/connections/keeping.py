"""Remember and forget a connection: its address in the file, its password in the keyring."""

from __future__ import annotations

from dataclasses import replace

from bus.connections import file, secrets
from bus.connections.model import BrokerKind, Connection
from bus.system_errors import cannot_write


def same_place(kind: BrokerKind, one: Connection, other: Connection) -> bool:
    """Whether a password of one is also the other's."""
    return (one.user, one.place(kind)) == (other.user, other.place(kind))


def keep(kind: BrokerKind, connection: Connection, typed: str) -> Connection:
    """Set it, and its password where one was typed; what is kept. May wait for the keyring. Raises UserError.

    Nothing has changed where the keyring does not take the password.
    """
    connection.check(kind)
    known = file.read()
    before = known.get(kind.id, Connection())
    stays = before.in_keyring and same_place(kind, before, connection)
    if typed:
        secrets.keep(kind, connection, typed)
    kept = replace(connection, in_keyring=bool(typed) or stays)
    _write({**known, kind.id: kept})
    if before.in_keyring and not same_place(kind, before, kept):
        secrets.forget(kind, before)
    return kept


def forget(kind: BrokerKind) -> None:
    """Back to the default; its password is removed from the keyring. Raises UserError."""
    known = file.read()
    before = known.pop(kind.id, None)
    _write(known)
    if before is not None and before.in_keyring:
        secrets.forget(kind, before)


def _write(known: dict[str, Connection]) -> None:
    try:
        file.write(known)
    except OSError as error:
        raise cannot_write(file.path(), error) from None
