"""What a run stands on: its clock, its loop, its gate for stepping, back-pressure by its reader, pools of threads."""
