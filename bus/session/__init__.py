"""What a window or a command line holds: the run in view and those before it, the scenario, and verbs for all of it."""

from bus.session.keeping import Runs
from bus.session.origin import Origin
from bus.session.run import Run
from bus.session.session import AT_REST, EngineState, Session, Step, Stop, Waiting

__all__ = ["AT_REST", "EngineState", "Origin", "Run", "Runs", "Session", "Step", "Stop", "Waiting"]
