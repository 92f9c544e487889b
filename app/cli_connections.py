"""`buslens connections`: where each broker is, who says so, and whether it can be reached."""

from __future__ import annotations

from rich.console import Console

from app import cli_output
from app.cli_text import cell
from bus import connections
from bus.brokers import KINDS, reach
from bus.connections import BrokerKind, ConnectionOrigin, FoundConnection
from bus.errors import UserError

FAILED = 1


def print_connections(*, test: bool) -> int:
    """One line for each; 1 where one cannot be used, or with `test` not be reached though it was set."""
    console = cli_output.console(soft_wrap=True)
    width = max(map(len, KINDS)) + 2
    return max([_print(console, kind, width, test=test) for kind in KINDS.values()])


def _print(console: Console, kind: BrokerKind, width: int, *, test: bool) -> int:
    try:
        found = connections.found(kind)
        real = connections.meant(kind, found.url)
        connection, _ = connections.parsed(real, found.url)
    except UserError as error:
        console.print(cell(f"{kind.id:<{width}}", "red") + cell(str(error)))
        return FAILED
    who = f", user {connection.user}" if connection.user else ""
    console.print(cell(f"{kind.id:<{width}}", "bold") + cell(f"{connection.place(real)}{who}, {_origin(found)}"))
    if not test:
        return 0
    try:
        console.print(cell(f"{'':<{width}}") + cell(reach(kind, found.url), "green"))
    except UserError as error:
        console.print(cell(f"{'':<{width}}") + cell(str(error), "yellow"))
        return 0 if found.origin is ConnectionOrigin.DEFAULT else FAILED
    return 0


def _origin(found: FoundConnection) -> str:
    texts = {
        ConnectionOrigin.ENVIRONMENT: f"as {found.kind.variable} says",
        ConnectionOrigin.SETTINGS: "as set",
        ConnectionOrigin.DEFAULT: "by default",
    }
    return texts[found.origin]
