"""How tests are shared out to several workers: a file at a time, in our order; whoever is done takes the next.

So what a file sets up once is set up by one worker, and all end together: long ones begin early, short ones come last.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

ONE_WORKER = "tests/engines/"
"""These are one piece: they wait for brokers, of which there is one of each kind, more than they compute."""


class FileByFile(LoadScopeScheduling):
    """Gives out whole files."""

    def _split_scope(self, nodeid: str) -> str:
        return ONE_WORKER if nodeid.startswith(ONE_WORKER) else nodeid.partition("::")[0]
