"""Finds rows of a trace: the filter of the search line, orders, repeats."""
