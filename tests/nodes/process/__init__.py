"""Tests of the nodes that give processes."""
