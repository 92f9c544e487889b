"""The Compare window: one scenario on several engines, side by side."""
