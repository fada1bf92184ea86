"""Noising processes x_t = α x0 + σ ε in a time of their own, one file for each family."""
