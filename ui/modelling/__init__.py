"""Sheets over the window: a scenario made of what is in view, and what would be if a scenario was different."""
