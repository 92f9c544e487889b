"""What a watched process is told by its environment, and hands on to its children.

Standard library only, and none of the probe: this runs before that is there.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import MutableMapping

PYTHON_PATH = "PYTHONPATH"
SESSION, TO, ONLY, CHILDREN, PARENT, BUDGET, INJECT, CONTROL, PAYLOADS, REDACT, STACKS = (
    "BUSLENS_SESSION",
    "BUSLENS_TO",
    "BUSLENS_ONLY",
    "BUSLENS_CHILDREN",
    "BUSLENS_PARENT",
    "BUSLENS_BUDGET",
    "BUSLENS_INJECT",
    "BUSLENS_CONTROL",
    "BUSLENS_PAYLOADS",
    "BUSLENS_REDACT",
    "BUSLENS_STACKS",
)
ALL = (SESSION, TO, ONLY, CHILDREN, PARENT, BUDGET, INJECT, CONTROL, PAYLOADS, REDACT, STACKS)
YES = ("1", "true", "yes", "on")
"""What says that something is wanted, where a person has written it."""


def told(
    site: str,
    session: str,
    to: str,
    only: "list[str]",
    has_children: bool,
    path: str,
    budget: str = "",
    inject: str = "",
    control: str = "",
    payloads: str = "",
    redact: str = "",
    stacks: str = "",
) -> "dict[str, str]":
    """The variables that let the probe into a program.

    site: the folder with our sitecustomize. session: its folder. to: the capture of the first process. only: libraries,
    none for all. has_children: other Pythons that the program starts are watched too. path: PYTHONPATH so far.
    budget: the share of its time that each process gives to being watched, as "0.05"; "" for any.
    inject: "yes" where messages over a broker get a trace context. control: "yes" where it takes commands.
    payloads: "full", "keys" or "off"; "" for full. redact: names of more fields that are secret, with commas between.
    stacks: "yes" where a thread looks where handlers stand that run for long.
    """
    return {
        PYTHON_PATH: site + os.pathsep + path if path else site,
        SESSION: session,
        TO: to,
        ONLY: ",".join(only),
        CHILDREN: "yes" if has_children else "no",
        PARENT: "",
        **({BUDGET: budget} if budget else {}),
        **({INJECT: inject} if inject else {}),
        **({CONTROL: control} if control else {}),
        **({PAYLOADS: payloads} if payloads else {}),
        **({REDACT: redact} if redact else {}),
        **({STACKS: stacks} if stacks else {}),
    }


def taken(environ: "MutableMapping[str, str]", site: str) -> "dict[str, str]":
    """The variables of ours, which are not in the environment any more: nothing that starts now is watched.

    Under PYTHONPATH: what that was without us.
    """
    found = {name: environ.pop(name, "") for name in ALL}
    kept = [path for path in environ.pop(PYTHON_PATH, "").split(os.pathsep) if not path or not _is(path, site)]
    found[PYTHON_PATH] = os.pathsep.join(kept)
    if found[PYTHON_PATH]:
        environ[PYTHON_PATH] = found[PYTHON_PATH]
    return found


def hand_on(environ: "MutableMapping[str, str]", found: "dict[str, str]", site: str, parent: str) -> None:
    """Put the variables back for children that are to be watched. parent: the name of this process in its session."""
    if found[CHILDREN] == "yes":
        only = [name for name in found[ONLY].split(",") if name]
        more = (found[each] for each in (PYTHON_PATH, BUDGET, INJECT, CONTROL, PAYLOADS, REDACT, STACKS))
        environ.update(told(site, found[SESSION], found[TO], only, True, *more))
        environ[PARENT] = parent


def _is(path: str, site: str) -> bool:
    return os.path.abspath(path) == site
