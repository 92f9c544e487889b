"""What the application (the window and the command line) needs beside the probe, and what of it is not here.

The one list is the extra `app` in the metadata of the package, written by pyproject.toml; standard library only,
because this runs where nothing but the probe is installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Optional

OLDEST_PYTHON = (3, 11)
INSTALL = "pip install 'buslens[app]'"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OF_THE_APPLICATION = re.compile(r"""extra\s*==\s*["']app["']""")


def requirements() -> list[str]:
    """What the extra `app` asks for, such as `rich>=13`; empty in a checkout that nobody installed."""
    try:
        lines = requires("buslens") or []
    except PackageNotFoundError:
        return []
    split = (line.partition(";") for line in lines)
    return [wanted.strip() for wanted, _, marker in split if _OF_THE_APPLICATION.search(marker)]


def name_of(requirement: str) -> str:
    """The library of `rich>=13`: rich."""
    found = _NAME.match(requirement)
    return found.group() if found else requirement


def installed(name: str) -> str:
    """The version of a library; empty where it is not installed."""
    try:
        return version(name) or ""
    except PackageNotFoundError:
        return ""


def why_not(python: Iterable[int] = sys.version_info[:3]) -> Optional[str]:
    """One sentence that says why the application cannot start here; None where it can."""
    python = tuple(python)
    if python[:2] < OLDEST_PYTHON:
        return (
            "the window and the command line need Python 3.11 or newer; this is Python "
            f"{'.'.join(map(str, python))}, on which only the probe runs (import buslens)"
        )
    wanted = [name_of(requirement) for requirement in requirements()]
    return why_without([name for name in wanted if not installed(name)], among=len(wanted))


def why_without(gone: list[str], among: int = 0) -> Optional[str]:
    """The sentence where these libraries are not installed, of `among` that are needed; None where none is gone."""
    if not gone:
        return None
    lacks = f", of which {', '.join(gone)} is not installed" if len(gone) < among else ""
    return f"the window and the command line need the application{lacks}: {INSTALL}"
