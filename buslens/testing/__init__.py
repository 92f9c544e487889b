"""What the pytest plugin does once it is asked for: watches this process, and asks a process beside it what happened.

Standard library and pytest only: whatever reads a stream runs in that other process (`bus.testing`).
"""
