"""How long a test waits for what must come."""

from __future__ import annotations

PATIENCE_S = 120.0
"""Seconds: long enough for the busiest machine, and half of what pytest gives a test, so that the test says what never
came."""
