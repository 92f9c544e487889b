"""The process beside the tests, as a program: `python child.py REQUESTS ANSWERS PACKAGES`.

Two file descriptors, and the folders that packages may lie in. It leaves the process that started it at once, so that
no test finds a child that it did not make.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until the run of tests is over."""
    if os.fork():
        os._exit(0)
    requests, answers, packages = sys.argv[1:]
    # In front, so that no other `bus` is taken for ours. Behind what Python finds by itself: a person's own `numpy.py`.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    sys.path += packages.split(os.pathsep)
    from bus.testing.server import ReaderServer

    ReaderServer(int(requests), int(answers)).serve()


if __name__ == "__main__":
    main()
