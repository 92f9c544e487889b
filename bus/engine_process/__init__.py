"""The engine of a run in a process of its own: so that it does not take the interpreter from whoever shows its records.

Above `run`: what the process does is a `Runner`, and `RemoteRun` is the same to a session.
"""

from bus.engine_process.processes import EngineProcesses

__all__ = ["EngineProcesses"]
