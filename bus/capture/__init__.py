"""Captures on disk: opened, followed while they are written, written whole, and what to know before believing them."""
