"""`python3 dev.py brokers up|down|status`: real brokers on loopback, for the tests and for a first look.

Their files lie in `.brokers` of the checkout; `down` stops what `up` started and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from kafka import Kafka
from servers import SERVERS, BrokerError, Server

HOME = Path(__file__).resolve().parents[2] / ".brokers"
USAGE = "usage: python3 dev.py brokers up|down|status"

Install = Callable[[list[str]], bool]
"""Installs packages of the system; False where that cannot be done."""


def main(arguments: list[str], install: Install) -> int:
    """The exit code: 1 where a broker did not come up."""
    if len(arguments) != 1 or arguments[0] not in ("up", "down", "status"):
        print(USAGE, file=sys.stderr)
        return 2
    servers: list[Server] = [kind(HOME) for kind in (*SERVERS, Kafka)]
    problems: list[str] = []
    if arguments[0] == "up":
        problems = bring_up(servers, install)
    elif arguments[0] == "down":
        for server in servers:
            server.down()
    for server in servers:
        print(f"{server.name}: {server.state()}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def bring_up(servers: list[Server], install: Install) -> list[str]:
    """Install what is missing and start it all. What did not work, a sentence each."""
    # One by one: what cannot be had of one is not a reason to go without the others.
    problems = [
        f"cannot install {' '.join(server.packages)} here: no apt-get, or no right to use it"
        for server in servers
        if not server.program() and not install(list(server.packages))
    ]
    for server in servers:
        try:
            server.up()
        except BrokerError as error:
            problems.append(str(error))
    return problems
