"""Emit events by hand: one form, a history of what was emitted, and a rate. Begin at panel.py."""
