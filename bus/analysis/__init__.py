"""Numbers about a trace."""
