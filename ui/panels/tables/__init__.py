"""The tabs of the trace: rows that a filter leaves, statistics, expectations, notes. Begin at panel.py."""
