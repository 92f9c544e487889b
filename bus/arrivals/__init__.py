"""Events that were written down somewhere, as a scenario that emits them again. Begin at reading.py."""
