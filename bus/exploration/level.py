"""Which level of virtual time the runs were made on."""

from __future__ import annotations

from bus.exploration.program import Program
from bus.exploration.tally import Tally
from bus.wording import several


def level(program: Program, tally: Tally) -> str:
    """As a part of a sentence."""
    if program.why_real:
        return f"made on the real bus: {program.why_real}"
    left = tally.runs - tally.in_kernel
    but = f", but for {several(left, 'run')} that came to what it does not model" if left else ""
    return f"made in the kernel{but}"
