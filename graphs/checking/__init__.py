"""Finding everything that is wrong with a graph before it runs."""
