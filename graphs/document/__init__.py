"""The document: a graph as readable JSON."""
