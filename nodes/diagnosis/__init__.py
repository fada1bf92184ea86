"""What is found out about a model, a solver, or the way that a sample took."""
