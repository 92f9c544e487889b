"""`BUSLENS=1 python app.py`: watched as under `buslens record`, where this package is installed.

Every Python of the environment reads `buslens.pth` at its start (of a virtual environment twice), which comes here only
where the variable is set, and once. What follows is what `buslens record` does, in the first process of a session; its
children are let in as ever.
"""

from __future__ import annotations

import os
import sys

from buslens.launching import bootstrap, session, variables

VARIABLE = "BUSLENS"
_ON, _OFF = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
_SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")
_OURS = "buslens"


def begin() -> None:
    """Watch this process, where the variable says so; never raises."""
    try:
        _begin()
    except Exception as error:
        bootstrap.say(f"this program is not watched: {error}")


def _begin() -> None:
    value = os.environ.get(VARIABLE, "")
    if value.lower() in _OFF:
        return
    if value.lower() not in _ON:
        raise ValueError(f"{VARIABLE}=1 watches it, and {VARIABLE}={value} is not known")
    if session.title_of(session.command_line()) == _OURS:
        del os.environ[VARIABLE]  # our own command, and what that starts for itself
        return
    known = os.environ.get(variables.SESSION, "")
    if known and os.path.isdir(known):
        if not any(os.path.abspath(path) == _SITE for path in sys.path if path):
            bootstrap.begin(_SITE)  # a child that does not look for our sitecustomize
        return
    if not hasattr(os, "getuid"):
        raise OSError(f"{VARIABLE}=1 needs Linux or macOS: call buslens.start() in it instead")
    _leave_out(_SITE)
    made = session.LaunchSession.made()
    told = variables.told(_SITE, made.folder, "", [], True, os.environ.get(variables.PYTHON_PATH, ""))
    given = {
        name: os.environ[name] for name in (variables.TO, variables.ONLY, variables.CHILDREN) if name in os.environ
    }
    os.environ.update({**told, **given})
    if os.environ[variables.CHILDREN] != "yes":
        del os.environ[VARIABLE]  # they would watch themselves
    bootstrap.begin(_SITE, opens_session=True)


def _leave_out(site: str) -> None:
    """Of a session that has gone: our sitecustomize would begin once more."""
    sys.path[:] = [path for path in sys.path if not path or os.path.abspath(path) != site]
    sys.path_importer_cache.pop(site, None)
