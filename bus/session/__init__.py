"""What a window or a command line holds: the run in view and those before it, the scenario, and verbs for all of it."""

from bus.session.origin import RunOrigin
from bus.session.run import Run
from bus.session.run_list import RunList
from bus.session.session import AT_REST, EngineState, Session, Step, Stop, Waiting

__all__ = ["AT_REST", "EngineState", "Run", "RunList", "RunOrigin", "Session", "Step", "Stop", "Waiting"]
