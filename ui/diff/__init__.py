"""Compare With: what differs between another run or capture and what is in view."""
