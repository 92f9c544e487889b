"""That a run has come to something which the kernel does not model."""

from __future__ import annotations


class BeyondKernel(BaseException):
    """The real bus has to make this run: what it does then is what happens. No failure of a call, which is caught."""
