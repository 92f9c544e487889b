"""Scenarios made of captures, compared with what they were made of, and asked what would be otherwise."""
