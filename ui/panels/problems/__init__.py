"""The tab of problems: what detectors say of the trace in view, live and afterwards. Begin at tab.py."""
