"""Where the brokers are, as a person sets it."""
