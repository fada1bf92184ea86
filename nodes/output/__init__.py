"""What a person wants from a graph."""
