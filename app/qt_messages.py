"""What Qt says before it gives up, as one sentence for a person.

Knows no Qt: `buslens doctor` asks it where Qt cannot be loaded.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from app import system_libraries
from bus.errors import UserError

_UNKNOWN = re.compile(r'Could not find the Qt platform plugin "([^"]*)"')
_AVAILABLE = re.compile(r"Available platform plugins are: ([^\n]*?)\.?\n")
_LOADED = re.compile(r'Could not load the Qt platform plugin "([^"]*)"')
_DISPLAY = re.compile(r"could not connect to display ?(\S*)")


def why(messages: Sequence[str]) -> UserError:
    """The sentence for what Qt said until it gave up."""
    text = "\n".join(messages)
    unknown, display, loaded = _UNKNOWN.search(text), _DISPLAY.search(text), _LOADED.search(text)
    if unknown is not None:
        found = _AVAILABLE.search(text + "\n")
        known = f"; there are {', '.join(sorted(found[1].split(', ')))}" if found else ""
        return UserError(f"Qt has no platform plugin {unknown[1]!r}{known}", hint=chosen())
    if display is not None:
        where = f"display {display[1]}" if display[1] else "display: DISPLAY is not set"
        return UserError(f"Qt cannot connect to the {where}" if display[1] else f"there is no {where}", hint=chosen())
    gone = system_libraries.missing() if sys.platform.startswith("linux") else []
    if gone:
        hint = f"on Debian and Ubuntu: sudo apt-get install {' '.join(system_libraries.packages(gone))}"
        return UserError(f"Qt cannot start: {', '.join(gone)} is missing", hint=hint)
    if loaded is not None:
        return UserError(f"Qt's platform plugin {loaded[1]} cannot start here", hint=chosen())
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "it does not say why")
    return UserError(f"Qt cannot start: {last.strip()}", hint=chosen())


def chosen() -> str:
    """What to do where a person has chosen the platform; empty where not."""
    plugin = os.environ.get("QT_QPA_PLATFORM", "")
    return f"QT_QPA_PLATFORM says {plugin}: unset it" if plugin else ""
