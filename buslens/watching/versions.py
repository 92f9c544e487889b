"""Which version of a library a program has, and whether an adapter was tried with it.

Read from the names of the folders that installers leave beside a package. `importlib.metadata` would say it too, and
load two dozen modules into the program.
"""

from __future__ import annotations

import os
import re
from typing import Optional

from buslens.watching.places import files_of

_INSTALLED = re.compile(r"(.+?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


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
    found = (_INSTALLED.fullmatch(name) for name in names)
    return next((each.group(2) for each in found if each is not None and _plain(each.group(1)) == wanted), "")


def is_tried(version: str, tried: str) -> Optional[bool]:
    """Whether a version is among those of a text such as "1.4 to 1.9"; None where one of both is not known."""
    own = _NUMBERS.match(version)
    ends = _NUMBERS.findall(tried)
    if own is None or not 1 <= len(ends) <= 2:
        return None
    number = _parts(own.group())
    lowest, highest = _parts(ends[0]), _parts(ends[-1])
    return lowest <= number and number[: len(highest)] <= highest


def untried(library: str, tried: str, distribution: str = "") -> str:
    """One sentence where a program has a version that no adapter was tried with; "" otherwise."""
    version = version_of(library, distribution)
    if is_tried(version, tried) is not False:
        return ""
    return f"{library} {version} is watched as {tried} are: buslens was not tried with it"


def _parts(number: str) -> "tuple[int, ...]":
    return tuple(int(part) for part in number.split("."))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
