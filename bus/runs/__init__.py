"""What runs leave on disk and on brokers: their folder, and the manifest of what they made there."""
