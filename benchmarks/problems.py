"""All detectors over a capture of ten million calls, one row each and one for all of them together.

The capture comes from benchmarks/generate.py. Columns that several detectors need are made by the first one that asks,
whose row has their time; *all* is a look of its own. Seconds of the processor, which other programs do not lengthen.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import generate
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.looking import look
from bus.analysis.problems.observed import Observed
from bus.capture import capture

CALLS = 10_000_000
SLOWEST_S = 5.0

Row = dict[str, object]


def measure(calls: int = CALLS) -> list[Row]:
    """One row for each detector, and one for all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.buslens"
        generate(calls, path)
        trace = capture.load(path)
        observed = Observed(trace)
        rows: list[Row] = []
        for detector in DETECTORS:
            began = time.process_time()
            found = sum(1 for _ in detector.find(observed))
            rows.append({"detector": detector.id, "found": found, "s": time.process_time() - began, "target": ""})
        began = time.process_time()
        problems = look(trace, DETECTORS)
        spent = time.process_time() - began
        return [*rows, {"detector": "all", "found": len(problems.findings), "s": spent, "target": SLOWEST_S}]


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS):
        print(each)
