"""What a node computes: the science, one sub-package for each kind of node."""
