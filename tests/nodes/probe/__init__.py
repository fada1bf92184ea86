"""The hard cases that the contracts were tried on: real methods put on top of each other."""
