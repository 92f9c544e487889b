"""Numbers about a trace: statistics, the ledger of dispatches, causes, and what a run made of its expectations."""
