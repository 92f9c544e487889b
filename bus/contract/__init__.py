"""What engines, brokers and machines say to each other, not how it is done: protocols, headers, bodies, letters."""
