"""The tab that asks the trace in SQL. Begin at tab.py."""
