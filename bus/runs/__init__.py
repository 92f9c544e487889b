"""What was in view and can come back: every run, and every capture that was opened."""

from bus.runs.keeping import Runs
from bus.runs.origin import Origin
from bus.runs.run import Run

__all__ = ["Origin", "Run", "Runs"]
