"""`buslens record --to otlp=URL`: a process beside the program sends the spans of all its processes to a collector.

The program itself sends nothing, and waits for nobody. Needs the application; this decides only whether it may start.
"""

from __future__ import annotations

import os
import re
import sys

from buslens.launching.beside import run_beside

LOG = "otlp.log"
"""Beside the captures: what the sender has to say, such as how many spans were not taken."""

_TARGET = re.compile(r"otlp=(https?://[^\s/@?#]+(/[^\s?#]*)?)?")


def why_none(to: str) -> str:
    """One sentence about why nothing can be sent there; empty where nothing speaks against it."""
    from buslens import application

    if not _TARGET.fullmatch(to):
        return "spans are sent to an http or https address: --to otlp=http://localhost:4318"
    return application.why_not() or ""


def command_for(session: str, to: str) -> "list[str]":
    """What sends all that its processes record, as long as one of them lives."""
    return [sys.executable, "-m", "buslens", "export", session, "--to", to, "--follow"]


def send_beside(pid: int, session: str, to: str) -> str:
    """Begin to send once something is recorded; never, where the process of this number ends before. What to say."""
    log = os.path.join(session, LOG)
    run_beside(pid, session, command_for(session, to), log=log)
    return (
        f"spans go to {to[len('otlp=') :] or 'where the environment says'}, and what becomes of them is said in {log}"
    )
