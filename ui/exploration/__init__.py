"""Sheets over the window: the runs that a scenario could have as well, and one in which a person chooses."""
