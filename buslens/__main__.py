"""The entry point of the desktop application: `buslens` and `python -m buslens`.

The wheel carries the rooms `app`, `bus`, `ui` and `resources` inside this package, because those names belong to
users' own projects. Only here do they get onto `sys.path`, and in front, so that no other `app` is taken for ours.
"""

from __future__ import annotations

import sys

WRONG_USE = 2
ROOMS = ("app", "bus", "ui", "buslens")
WITHOUT_APPLICATION = ("record", "attach", "ps", "emit", "tune")
"""Commands that the probe alone has; they start at once."""


def main() -> None:
    """Start the command line, or say in one line why it cannot start."""
    if sys.argv[1:2] and sys.argv[1] in WITHOUT_APPLICATION:
        from buslens.launching.command import COMMANDS

        sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
    sys.exit(_application(sys.argv[1:]))


def _application(arguments: list[str]) -> int:
    from pathlib import Path

    from buslens import application
    from buslens.launching.collecting import COMMAND

    here = Path(__file__).resolve().parent
    home = here / "_desktop" if (here / "_desktop").is_dir() else here.parent
    sys.path.insert(0, str(home))
    if arguments[:1] == [COMMAND]:
        from app.collecting import make

        return make(arguments[1:])
    _unless(application.why_not())
    try:
        from app.start import start
    except ModuleNotFoundError as error:  # a checkout that nobody installed: no metadata names what is needed
        name = (error.name or "").partition(".")[0]
        if name in ROOMS:
            raise
        _unless(application.why_without([name]))
    return start(arguments)


def _unless(why: str | None) -> None:
    if why is not None:
        print(f"buslens: {why}", file=sys.stderr)
        sys.exit(WRONG_USE)


if __name__ == "__main__":
    main()
