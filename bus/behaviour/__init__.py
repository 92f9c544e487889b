"""What a handler of a scenario does in a call: its steps, what they may ask of where they run, and how it fails."""
