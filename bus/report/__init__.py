"""Evidence that can be sent: one page that opens anywhere, with what went wrong in a trace and what shows it."""

from __future__ import annotations

from bus.report.gathering import gather
from bus.report.page import page
from bus.report.report import Leaving, Report, Wanted

__all__ = ["Leaving", "Report", "Wanted", "gather", "page"]
