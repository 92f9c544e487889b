"""The reading side of `pytest --buslens`: a process beside the tests, which says what their buses did.

It is a process of its own because what it imports must not be seen by the tests: `buslens.testing` starts it and asks.
"""
