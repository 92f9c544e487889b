"""pyee: in memory, gone when nobody listens."""
