"""What engines, brokers and machines say to each other, not how it is done: headers, bodies, messages."""
