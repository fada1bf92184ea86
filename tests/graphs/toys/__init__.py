"""A small catalogue of toy nodes: every shape that a node can have, and nothing that is slow to import."""
