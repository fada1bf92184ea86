"""Models: a noised x at a level in, the predicted x0 out."""
