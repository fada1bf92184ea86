"""Edits of several steps, each worked out as one batch of operations, so that it can be taken back as one."""
