"""Planted errors that the tests must find: lists of them by topic, and `python -m tests.mutants`, which plants each."""
