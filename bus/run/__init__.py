"""One run of a scenario: its thread, its script, its subscriptions, and runs elsewhere that it serves."""
