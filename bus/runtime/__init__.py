"""What a run stands on: its clock, its gate for stepping, its loop, its room for events, its pools."""
