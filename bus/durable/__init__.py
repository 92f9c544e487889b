"""What every durable engine does alike: consumers, deliveries, attempts, acknowledgements, dead letters, outages."""
