"""Runs a scenario again and again with other choices, judges each run, and tells what breaks it. docs/exploration.md"""
