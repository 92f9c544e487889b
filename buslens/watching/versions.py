"""Which version of a library a program has, and whether an adapter was tried with it.

Read from the names of the folders that installers leave beside a package. `importlib.metadata` would say it too, and
load two dozen modules into the program.
"""

from __future__ import annotations

import os
from itertools import takewhile
from typing import Optional

from buslens.watching.places import files_of

_INSTALLED = (".dist-info", ".egg-info")


def version_of(library: str, distribution: str = "") -> str:
    """Version of an imported library; "" where it is not known. distribution: its name for installers, where other."""
    files = files_of(library)
    if not files:
        return ""
    folder = os.path.dirname(files.rstrip(os.sep))
    wanted = _plain(distribution or library)
    try:
        names = os.listdir(folder)
    except OSError:
        return ""
    found = (_installed(name) for name in names if name.endswith(_INSTALLED))
    return next((version for each, version in found if _plain(each) == wanted), "")


def is_tried(version: str, tried: str) -> Optional[bool]:
    """Whether a version is among those of a text such as "1.4 to 1.9"; None where one of both is not known."""
    number, ends = _number(version), [_number(end) for end in tried.split(" to ")]
    if not (number and all(ends) and len(ends) <= 2):
        return None
    return ends[0] <= number and number[: len(ends[-1])] <= ends[-1]


def untried(library: str, tried: str, distribution: str = "") -> str:
    """One sentence where a program has a version that no adapter was tried with; "" otherwise."""
    version = version_of(library, distribution)
    if is_tried(version, tried) is not False:
        return ""
    return f"{library} {version} is watched as {tried} are: buslens was not tried with it"


def _installed(folder: str) -> "tuple[str, str]":
    """Name and version of what an installer has left this folder for: `name-1.2.dist-info` and the like."""
    name, *parts = folder.rpartition(".")[0].split("-")
    while parts and not parts[0][:1].isdigit():
        name = f"{name}-{parts.pop(0)}"
    return name, parts[0] if parts else ""


def _number(version: str) -> "tuple[int, ...]":
    """The numbers that a version begins with; none for any other text."""
    parts = []
    for part in version.split("."):
        digits = "".join(takewhile(str.isdecimal, part))
        if digits:
            parts.append(int(digits))
        if digits != part:
            break
    return tuple(parts)


def _plain(name: str) -> str:
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))
