"""The entry point of the desktop application: `buslens` and `python -m buslens`.

The wheel carries the rooms `app`, `bus`, `ui` and `resources` inside this package, because those names belong to
users' own projects. Only here do they get onto `sys.path`, and in front, so that no other `app` is taken for ours.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Start the command line, or say in one line why it cannot start."""
    if sys.version_info < (3, 11):
        sys.exit("buslens: the desktop application needs Python 3.11 or newer (the probe alone runs on 3.9)")
    here = Path(__file__).resolve().parent
    home = here / "_desktop" if (here / "_desktop").is_dir() else here.parent
    sys.path.insert(0, str(home))
    from app.start import start

    sys.exit(start(sys.argv[1:]))


if __name__ == "__main__":
    main()
