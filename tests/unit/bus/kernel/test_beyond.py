"""What the kernel does not model ends its run, whatever is caught on the way."""

from __future__ import annotations

import pytest

from bus.kernel.beyond import BeyondKernel


def test_it_is_no_failure_of_a_call() -> None:
    def call() -> None:
        try:
            raise BeyondKernel
        except Exception:
            pytest.fail("it was taken for a failure of the call")

    with pytest.raises(BeyondKernel):
        call()
