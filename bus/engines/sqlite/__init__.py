"""SQLite: a log in a file, durable without a server."""
